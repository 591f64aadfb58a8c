import type { Context } from 'hono';
import * as v from 'valibot';
import type { Dependencies } from '../../dependencies.ts';
import { authorizationCodeGrant } from '../../grants/authorization-code.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { supersedeRefreshCookie } from './refresh-cookie.ts';
import { firstPartyClient, missingGrant, notFirstParty, readJson } from './request.ts';

const schema = v.strictObject({
  client_id: v.string(),
  code: v.string(),
  code_verifier: v.string(),
  redirect_uri: v.string(),
});

/** POST /session/token: the authorization code grant, with the refresh token in a cookie only. */
export const sessionToken = (dependencies: Dependencies) => async (c: Context) => {
  const read = await readJson(
    c,
    schema,
    'an object with the strings client_id, code, code_verifier and redirect_uri',
  );
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const { client_id: clientId, ...presented } = read.body;
  const client = await firstPartyClient(c, dependencies, clientId);
  if (!client) return oauthError(c, notFirstParty);
  const missing = missingGrant(client, 'authorization_code', 'refresh_token');
  if (missing) return oauthError(c, missing);
  const outcome = await authorizationCodeGrant(dependencies, {
    client,
    parameters: new Map(Object.entries(presented)),
    resource: [],
    dpopJkt: undefined,
  });
  if (outcome.kind === 'refused') return oauthError(c, outcome.error);
  const { refresh_token: first, ...response } = outcome.response;
  if (first !== undefined) await supersedeRefreshCookie(c, dependencies, client, first);
  return c.json(response);
};
