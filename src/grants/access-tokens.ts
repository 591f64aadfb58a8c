import { openToken } from '../crypto/sealed-token.ts';
import { looksLikeOurs } from '../crypto/token-form.ts';
import type { Dependencies } from '../dependencies.ts';
import { issuedJws } from '../keys/issued-jws.ts';
import type { LiveSession } from '../user/types.ts';
import { claimsFault } from '../verify/claims.ts';
import { readObject } from '../verify/jws.ts';
import { type AccessTokenClaims, belongingOf } from './access-token.ts';

/** Whether what a token stands for is still there. */
export type AccessTokenStatus =
  /** `session` is absent where a client speaks for itself. */
  { kind: 'live'; session: LiveSession | undefined } | { kind: 'ended' };

/** The access tokens that we issued, of both formats. All of it throws ObjectUnavailable when it cannot be found out. */
export interface AccessTokens {
  /** What a token of ours says; undefined for anything else, an expired one included. Nobody is asked. */
  read(token: string): Promise<AccessTokenClaims | undefined>;
  /** Whether it has been revoked, or the sign-in behind it has ended: one object call. */
  status(claims: AccessTokenClaims): Promise<AccessTokenStatus>;
  /** Revokes it, and what it was exchanged for: one object call. */
  revoke(claims: AccessTokenClaims): Promise<void>;
}

/** A token, and those that it was exchanged for: `family.a.b` is what `family.a` became. */
const lineageOf = (jti: string): string[] =>
  jti.split('.').map((_, index, parts) => parts.slice(0, index + 1).join('.'));

/** Whether a token is among those revoked, or was exchanged for one of them. */
export const isRevoked = (jti: string | undefined, revoked: readonly string[] | undefined): boolean =>
  jti !== undefined && revoked !== undefined && lineageOf(jti).some((id) => revoked.includes(id));

/**
 * Where revoked tokens are remembered in which a client speaks for itself: in no user's object, since nobody signed in.
 * In 64 places, so that not all that is introspected of a busy client waits for one; the same for what was exchanged.
 */
const placeOf = ({ sub, jti }: AccessTokenClaims): string => `revoked ${jti.slice(0, 1)} ${sub}`;

export function createAccessTokens({
  config,
  keys,
  secrets,
  users,
  replays,
}: Pick<Dependencies, 'config' | 'keys' | 'secrets' | 'users' | 'replays'>): AccessTokens {
  const open = issuedJws(keys);

  async function readJwt(token: string): Promise<AccessTokenClaims | undefined> {
    const opened = await open(token);
    const claims = opened.ok && readObject(opened.payload);
    if (!opened.ok || !claims) return undefined;
    // For whom it is, the caller judges: here every audience will do.
    const audience = [claims.aud].flat().filter((one) => typeof one === 'string');
    const rules = { issuer: config.issuer, typ: 'at+jwt', audience, toleranceSeconds: 0 };
    const fault = claimsFault(opened.header.typ, claims, rules, Math.floor(Date.now() / 1000));
    return fault ? undefined : (claims as unknown as AccessTokenClaims);
  }

  async function readOpaque(token: string): Promise<AccessTokenClaims | undefined> {
    const claims = await openToken<AccessTokenClaims>(secrets, token);
    const isGood = claims && claims.iss === config.issuer && claims.exp > Date.now() / 1000;
    return isGood ? claims : undefined;
  }

  return {
    read: (token) => (looksLikeOurs(token) ? readOpaque(token) : readJwt(token)),
    async status(claims) {
      const { sub, sid, jti } = claims;
      if (sid === undefined) {
        const revoked = await replays.anyUsed(placeOf(claims), lineageOf(jti));
        return revoked ? { kind: 'ended' } : { kind: 'live', session: undefined };
      }
      const session = await users.status(sub, { sessionId: sid, ...belongingOf(jti) });
      if (session.kind !== 'live' || isRevoked(jti, session.revokedTokens)) return { kind: 'ended' };
      return { kind: 'live', session };
    },
    async revoke(claims) {
      const { sub, sid, jti, exp } = claims;
      if (sid === undefined) await replays.firstUse(placeOf(claims), jti, exp * 1000);
      else await users.revokeToken(sub, { tokenId: jti, sessionId: sid, ...belongingOf(jti) }, exp * 1000);
    },
  };
}
