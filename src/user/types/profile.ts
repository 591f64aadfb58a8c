export interface Profile {
  userId: string;
  email: string;
  emailVerified: boolean;
  name: string;
  /** The other standard claims of OpenID Connect Core §5.1 that are known of the person. */
  claims?: StandardClaims;
  /** The groups that an administrator put the person in. */
  groups?: string[];
}

/** By their names on the wire: given_name, address (whose members are text), phone_number... */
export interface StandardClaims {
  [name: string]: string | number | boolean | { [member: string]: string };
}

/** The `claims` parameter of an authorization request (OpenID Connect Core §5.5), reduced to the names asked for. */
export interface ClaimsRequest {
  idToken: string[];
  userinfo: string[];
}
