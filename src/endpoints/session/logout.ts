import type { Context } from 'hono';
import * as v from 'valibot';
import type { Client } from '../../config/schema.ts';
import { decodeToken } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { clearSession, currentSession } from '../../middleware/session.ts';
import { clearRefreshCookie, readRefreshCookie } from './refresh-cookie.ts';
import { firstPartyClient, notFirstParty, notSignedIn, readJson } from './request.ts';

const schema = v.strictObject({ client_id: v.string() });

async function clientOf(c: Context, dependencies: Dependencies): Promise<Client | Response> {
  const read = await readJson(c, schema, 'an object with the string client_id');
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const client = await firstPartyClient(c, dependencies, read.body.client_id);
  return client ?? oauthError(c, notFirstParty);
}

/** POST /session/logout: ends this session and what belongs to it, before the answer leaves. Harmless twice. */
export const logout = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets, users } = dependencies;
  const client = await clientOf(c, dependencies);
  if (client instanceof Response) return client;
  const signedIn = await currentSession(c, dependencies);
  if (signedIn) await users.endSession(signedIn.token.userId, signedIn.session.sessionId, 'sign_out');
  // A family with offline_access outlives its session, but not the app's own sign-out.
  const presented = await readRefreshCookie(c, config, client);
  const token = presented && (await decodeToken(secrets, 'refresh_token', presented));
  if (token) await users.revokeFamily(token, client.clientId);
  clearSession(c, dependencies);
  await clearRefreshCookie(c, config, client);
  return c.body(null, 204);
};

/** POST /session/logout-all: ends every session and every family of the person. */
export const logoutAll = (dependencies: Dependencies) => async (c: Context) => {
  const client = await clientOf(c, dependencies);
  if (client instanceof Response) return client;
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return notSignedIn(c);
  await dependencies.users.endEverything(signedIn.token.userId, 'sign_out_everywhere');
  clearSession(c, dependencies);
  await clearRefreshCookie(c, dependencies.config, client);
  return c.body(null, 204);
};

/** POST /session/logout-others: ends every session but this one. */
export const logoutOthers = (dependencies: Dependencies) => async (c: Context) => {
  const client = await clientOf(c, dependencies);
  if (client instanceof Response) return client;
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return notSignedIn(c);
  await dependencies.users.endOtherSessions(
    signedIn.token.userId,
    signedIn.session.sessionId,
    'sign_out_everywhere',
  );
  return c.body(null, 204);
};
