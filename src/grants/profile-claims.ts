import { claimNames, personalClaims } from '../core/account/claims.ts';
import type { ClaimsRequest, Profile } from '../user/types.ts';

const isPersonal = new Set(personalClaims);

/** Those of the named claims that are known of the person, as they stand in a token or at UserInfo. */
export function profileClaims(profile: Profile, names: readonly string[]): Record<string, unknown> {
  if (names.length === 0) return {};
  const { claims, groups, name, email, emailVerified } = profile;
  const known: Record<string, unknown> = { ...claims, groups, name, email, email_verified: emailVerified };
  // Nobody names their way to a claim that the protocol gives a meaning to, such as `sub`.
  return Object.fromEntries(
    names.filter((one) => isPersonal.has(one) && known[one] !== undefined).map((one) => [one, known[one]]),
  );
}

/**
 * What UserInfo answers about a person (OpenID Connect Core §5.3.2): what a scope with openid brings, and what the
 * authorization request asked for by name (§5.4, §5.5).
 */
export function userInfoClaims(
  profile: Profile,
  scope: readonly string[],
  asked: ClaimsRequest | undefined,
): Record<string, unknown> {
  const names = scope.includes('openid') ? [...claimNames(scope), ...(asked?.userinfo ?? [])] : [];
  return { ...profileClaims(profile, names), sub: profile.userId };
}
