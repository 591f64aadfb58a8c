import type { Client, Config } from '../config/schema.ts';
import { newRecordId } from '../crypto/token.ts';
import type { Keys } from '../keys/keys.ts';
import type { Grant, Profile } from '../user/types.ts';

const nowSeconds = (): number => Math.floor(Date.now() / 1000);

/**
 * An access token as RFC 9068 has it, for the resources and scope asked for this time.
 * With `openid` its audience includes the issuer, whose UserInfo endpoint is a resource too.
 */
export function signAccessToken(
  { config, keys }: { config: Config; keys: Keys },
  client: Client,
  grant: Grant,
  scope: readonly string[],
  resource: readonly string[],
): Promise<string> {
  const audience =
    scope.includes('openid') || resource.length === 0 ? [...resource, config.issuer] : [...resource];
  const issuedAt = nowSeconds();
  return keys.sign('ES256', 'at+jwt', {
    iss: config.issuer,
    sub: grant.userId,
    aud: audience.length === 1 ? String(audience[0]) : audience,
    exp: issuedAt + client.accessTokenSeconds,
    iat: issuedAt,
    // Names the family, so that whoever wants a fresh answer can ask whether it still lives.
    jti: `${grant.familyId}.${newRecordId()}`,
    client_id: client.clientId,
    scope: scope.join(' '),
    sid: grant.sessionId,
    auth_time: grant.authTime,
  });
}

/** The family that an access token of ours belongs to, read from its `jti`. */
export const familyIdOf = (jti: string | undefined): string | undefined =>
  jti?.includes('.') ? jti.slice(0, jti.indexOf('.')) : undefined;

/** The claims that each scope lets a client see (OpenID Connect Core §5.4). */
export const profileClaims = (profile: Profile, scope: readonly string[]): Record<string, unknown> => ({
  ...(scope.includes('profile') && { name: profile.name }),
  ...(scope.includes('email') && { email: profile.email, email_verified: profile.emailVerified }),
});

const ID_TOKEN_SECONDS = 300;

/** An ID token (OpenID Connect Core §2). */
export function signIdToken(
  { config, keys }: { config: Config; keys: Keys },
  client: Client,
  grant: Grant,
  profile: Profile,
  nonce: string | undefined,
): Promise<string> {
  const issuedAt = nowSeconds();
  return keys.sign(client.idTokenSignedResponseAlg, 'JWT', {
    iss: config.issuer,
    sub: grant.userId,
    aud: client.clientId,
    exp: issuedAt + ID_TOKEN_SECONDS,
    iat: issuedAt,
    auth_time: grant.authTime,
    amr: grant.amr,
    sid: grant.sessionId,
    ...(nonce !== undefined && { nonce }),
    ...profileClaims(profile, grant.scope),
  });
}
