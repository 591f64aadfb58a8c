import type { Context } from 'hono';
import * as v from 'valibot';
import type { Dependencies } from '../../dependencies.ts';
import { refreshTokenGrant } from '../../grants/refresh-token.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { clearRefreshCookie, readRefreshCookie, setRefreshCookie } from './refresh-cookie.ts';
import { firstPartyClient, notFirstParty, notSignedIn, readJson } from './request.ts';

const schema = v.strictObject({ client_id: v.string(), scope: v.optional(v.string()) });

/** POST /session/refresh: the refresh token grant, with the token coming and going in its cookie. */
export const refresh = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const read = await readJson(
    c,
    schema,
    'an object with the string client_id, and scope if it is to be narrower',
  );
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const { client_id: clientId, scope } = read.body;
  const client = await firstPartyClient(c, dependencies, clientId);
  if (!client) return oauthError(c, notFirstParty);
  const presented = await readRefreshCookie(c, config, client);
  if (presented === undefined) return notSignedIn(c);
  const parameters = new Map([['refresh_token', presented], ...(scope ? [['scope', scope] as const] : [])]);
  const outcome = await refreshTokenGrant(dependencies, {
    client,
    parameters,
    resource: [],
    dpopJkt: undefined,
  });
  if (outcome.kind === 'refused') {
    if (outcome.error.error !== 'invalid_grant') return oauthError(c, outcome.error);
    await clearRefreshCookie(c, config, client);
    return oauthError(c, outcome.error, 401);
  }
  const { refresh_token: next, ...response } = outcome.response;
  if (next !== undefined) await setRefreshCookie(c, config, client, next);
  return c.json(response);
};
