import { GATE_CLIENT_ID } from '../../config/load.ts';
import type { Route } from '../../config/schema.ts';
import type { Dependencies } from '../../dependencies.ts';
import { type Actor, issueAccessToken, type NewAccessToken } from '../../grants/access-token.ts';
import type { StandardClaims } from '../../user/types.ts';
import type { ClientCaller, IdentifiedCaller, SessionCaller, TokenCaller } from '../admission/caller.ts';
import type { KnownSession } from '../identity/identity.ts';

/** What a route exchanges its callers' credentials for. */
export type Exchange = Exclude<Route['accessToken'], string>['exchange'];

export interface OriginToken {
  token: string;
  /** Seconds that it lives from now on. */
  expiresIn: number;
}

/** Of a person's session somebody must have said that it is alive, and who the person is (src/config/origin-faults.ts). */
function personOf(
  caller: SessionCaller | TokenCaller,
  session: KnownSession | undefined,
): NewAccessToken['person'] {
  const { authTime, amr, profile } = session ?? {};
  const { email, name, emailVerified = false, claims, groups } = profile ?? {};
  if (authTime === undefined || !amr || email === undefined || name === undefined) return undefined;
  const { userId, sessionId, handleId } = caller;
  const familyId = caller.kind === 'token' ? caller.familyId : undefined;
  return {
    subject: { userId, sessionId, familyId, handleId, authTime, amr: [...amr] },
    profile: {
      ...{ userId, email, name, emailVerified },
      ...(claims && { claims: claims as StandardClaims }),
      ...(groups && { groups: [...groups] }),
    },
  };
}

/**
 * Makes a function that issues an access token for the audience of an origin, in process, as token exchange (RFC 8693)
 * would: for the same subject, no wider than what the caller came with and the route allows, no longer lived than the
 * caller's token, and revoked with it. A browser's session has no scope: for it the route's is all that counts.
 * @returns a function that answers with undefined for whoever has no session and no token of ours: nobody here could
 *   vouch for such a subject.
 */
export function createOriginTokens(dependencies: Pick<Dependencies, 'config' | 'keys' | 'secrets'>) {
  const gate = dependencies.config.clients.find(({ clientId }) => clientId === GATE_CLIENT_ID);

  /** Whose token it is, and who acts for them (RFC 8693 §4.1). */
  function exchangedOf(caller: TokenCaller | ClientCaller): NewAccessToken['exchanged'] {
    const { clientId, expiresAt: exp, claims } = caller;
    const before = claims.act as Actor | undefined;
    if (caller.kind === 'client') return { sub: caller.subject, jti: caller.claims.jti, exp, act: before };
    const { userId: sub, tokenId: jti } = caller;
    return jti === undefined
      ? undefined
      : { sub, jti, exp, act: { sub: clientId, ...(before && { act: before }) } };
  }

  return async (
    { resource, scope }: Exchange,
    caller: IdentifiedCaller,
    session: KnownSession | undefined,
  ): Promise<OriginToken | undefined> => {
    if (!gate || caller.kind === 'foreign' || caller.kind === 'provider') return undefined;
    const exchanged = caller.kind === 'session' ? undefined : exchangedOf(caller);
    if (caller.kind !== 'session' && !exchanged) return undefined;
    const person = caller.kind === 'client' ? undefined : personOf(caller, session);
    if (caller.kind !== 'client' && !person) return undefined;
    const issued = await issueAccessToken(dependencies, {
      client: gate,
      person,
      scope: caller.kind === 'session' ? scope : scope.filter((one) => caller.scope.includes(one)),
      resource: [resource],
      dpopJkt: undefined,
      ...(exchanged && { exchanged }),
    });
    return { token: issued.access_token, expiresIn: issued.expires_in };
  };
}
