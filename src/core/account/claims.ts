/** The claims about a person that each scope brings: those of OpenID Connect Core §5.4, and the groups of our own. */
export const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: [
    'name',
    'given_name',
    'middle_name',
    'family_name',
    'nickname',
    'preferred_username',
    'profile',
    'picture',
    'website',
    'gender',
    'birthdate',
    'zoneinfo',
    'locale',
    'updated_at',
  ],
  email: ['email', 'email_verified'],
  address: ['address'],
  phone: ['phone_number', 'phone_number_verified'],
  groups: ['groups'],
};

/** All of them: what can be asked for by name (OpenID Connect Core §5.5). */
export const personalClaims: readonly string[] = Object.values(claimsOfScope).flat();

/** Scopes about the person and their sign-in (OpenID Connect Core §5.4, §11): the same wherever tokens go. */
export const personalScopes: ReadonlySet<string> = new Set([
  'openid',
  'offline_access',
  ...Object.keys(claimsOfScope),
]);

/** The claims that a scope brings. It is what a client wrote: `constructor` is a member of every object. */
export const claimNames = (scope: readonly string[]): string[] =>
  scope.flatMap((token) => (Object.hasOwn(claimsOfScope, token) ? (claimsOfScope[token] ?? []) : []));
