import type { KnownSession } from './identity.ts';

/** How somebody signed in at the provider. */
export interface SignInFacts {
  /** Seconds since the epoch. */
  authTime?: number | undefined;
  amr: readonly string[];
  acr?: string | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

/** Claims that are about the token or the sign-in, not about the person (OpenID Connect Core §2, RFC 7519 §4.1). */
const ofTheToken = new Set(
  'iss sub aud exp nbf iat jti nonce azp at_hash c_hash s_hash sid auth_time acr amr events typ'.split(' '),
);
/** More of a person than this, in characters of JSON, nobody needs to decide on. */
const MAXIMUM_CLAIMS = 8 * 1024;

/** What claims say of the person; undefined where that is more than anybody would keep. */
export function personClaims(claims: Claims): Record<string, unknown> | undefined {
  const own = Object.fromEntries(Object.entries(claims).filter(([name]) => !ofTheToken.has(name)));
  return JSON.stringify(own).length > MAXIMUM_CLAIMS ? undefined : own;
}

/**
 * What of an ID token's claims stays true of the person: only what UserInfo does not speak of. What it says now it may take
 * back later, and then the ID token of the sign-in must not bring it back. An address and whether it is verified belong
 * together, whoever says them.
 */
export function beyondUserInfo(idClaims: Claims, userInfo: Claims): Record<string, unknown> {
  const said = new Set(Object.keys(userInfo));
  if (said.has('email') || said.has('email_verified')) said.add('email').add('email_verified');
  return Object.fromEntries(Object.entries(idClaims).filter(([name]) => !said.has(name)));
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** What an ID token says of the sign-in. */
export function signInFacts({ auth_time, amr, acr }: Claims): SignInFacts {
  return {
    authTime: typeof auth_time === 'number' && Number.isFinite(auth_time) ? auth_time : undefined,
    amr: texts(amr),
    acr: text(acr),
  };
}

/** The person as the gate knows one. Whatever is of another form than it has to be is not there. */
export function profileOf(subject: string, claims: Claims): KnownSession['profile'] {
  const { email, email_verified, name, groups, ...others } = claims;
  const known = text(email);
  return {
    userId: subject,
    email: known,
    // Some providers write it as a text.
    emailVerified: known === undefined ? undefined : email_verified === true || email_verified === 'true',
    name: text(name),
    groups: texts(groups),
    claims: others,
  };
}
