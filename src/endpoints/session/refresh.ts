import type { Context } from 'hono';
import * as v from 'valibot';
import type { Dependencies } from '../../dependencies.ts';
import { signInClaims } from '../../grants/access-token.ts';
import { userInfoClaims } from '../../grants/profile-claims.ts';
import { type RefreshOutcome, refreshTokenGrant } from '../../grants/refresh-token.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { sessionToken } from '../../middleware/session.ts';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie.ts';
import { firstPartyClient, notFirstParty, notSignedIn, readJson } from './request.ts';

const schema = v.strictObject({
  client_id: v.string(),
  scope: v.optional(v.string()),
  user: v.optional(v.boolean(), false),
});

/** Who is signed in, and how: what UserInfo and an ID token would say, and nothing to fetch or to verify. */
function personOf({ grant, profile, claims }: Extract<RefreshOutcome, { kind: 'granted' }>) {
  const { sid: _, ...signIn } = signInClaims(grant);
  return { ...(profile && { user: userInfoClaims(profile, grant.scope, claims) }), ...signIn };
}

/**
 * POST /session/refresh: the refresh token grant, with the token coming and going in its cookie. With the session's
 * cookie beside it, the answer that got lost on the way is given again, however late.
 */
export const refresh = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const read = await readJson(
    c,
    schema,
    'an object with the string client_id, scope if it is to be narrower, and user: true to be told of the person',
  );
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const { client_id: clientId, scope, user } = read.body;
  const client = await firstPartyClient(c, dependencies, clientId);
  if (!client) return oauthError(c, notFirstParty);
  const presented = await readRefreshCookie(c, config, client);
  if (presented === undefined) return notSignedIn(c);
  const parameters = new Map([['refresh_token', presented], ...(scope ? [['scope', scope] as const] : [])]);
  const outcome = await refreshTokenGrant(
    dependencies,
    { client, parameters, resource: [], dpopJkt: undefined },
    { session: await sessionToken(c, dependencies), withProfile: user },
  );
  if (outcome.kind === 'refused') {
    if (outcome.error.error !== 'invalid_grant') return oauthError(c, outcome.error);
    // The cookie holds a newer family by now, or will in a moment: this answer may come after that one's.
    if (outcome.error.cause !== 'superseded') await clearRefreshCookie(c, config, client);
    return oauthError(c, outcome.error, 401);
  }
  const { refresh_token: next, ...response } = outcome.response;
  if (next !== undefined) await setRefreshCookie(c, config, client, next);
  return c.json({ ...response, sub: outcome.grant.userId, ...(user && personOf(outcome)) });
};
