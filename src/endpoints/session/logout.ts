import type { Context } from 'hono';
import * as v from 'valibot';
import type { Client } from '../../config/schema.ts';
import type { Dependencies } from '../../dependencies.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { clearSession, currentSession } from '../../middleware/session.ts';
import { clearRefreshCookie, heldRefreshToken } from './refresh-cookie.ts';
import { firstPartyClient, notFirstParty, notSignedIn, readJson } from './request.ts';

const schema = v.strictObject({ client_id: v.string() });

async function clientOf(c: Context, dependencies: Dependencies): Promise<Client | Response> {
  const read = await readJson(c, schema, 'an object with the string client_id');
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const client = await firstPartyClient(c, dependencies, read.body.client_id);
  return client ?? oauthError(c, notFirstParty);
}

/** Whose session this is: its cookie says so, or where that is gone a refresh token that would still be answered. */
async function whoIsHere(
  c: Context,
  dependencies: Dependencies,
  client: Client,
): Promise<{ userId: string; sessionId: string } | undefined> {
  const signedIn = await currentSession(c, dependencies);
  if (signedIn) return { userId: signedIn.token.userId, sessionId: signedIn.session.sessionId };
  const held = await heldRefreshToken(c, dependencies, client);
  // Not an old copy: whoever finds one could sign its owner out with it, everywhere.
  return (
    held &&
    (await dependencies.users.refreshTokenState(held, client.clientId, client.refreshToken.graceSeconds))
      ?.grant
  );
}

/** POST /session/logout: ends this session and what belongs to it, before the answer leaves. Harmless twice. */
export const logout = (dependencies: Dependencies) => async (c: Context) => {
  const { users } = dependencies;
  const client = await clientOf(c, dependencies);
  if (client instanceof Response) return client;
  const here = await whoIsHere(c, dependencies, client);
  if (here) await users.endSession(here.userId, here.sessionId, 'sign_out');
  // A family with offline_access outlives its session, but not the app's own sign-out.
  const held = await heldRefreshToken(c, dependencies, client);
  if (held) await users.revokeFamily(held, client.clientId);
  clearSession(c, dependencies);
  await clearRefreshCookie(c, dependencies.config, client);
  return c.body(null, 204);
};

/** POST /session/logout-all: ends every session and every family of the person. */
export const logoutAll = (dependencies: Dependencies) => async (c: Context) => {
  const client = await clientOf(c, dependencies);
  if (client instanceof Response) return client;
  const here = await whoIsHere(c, dependencies, client);
  if (here) await dependencies.users.endEverything(here.userId, 'sign_out_everywhere');
  await clearRefreshCookie(c, dependencies.config, client);
  // The cookie of an ended session stays: it answers why that one ended.
  if (!here) return notSignedIn(c);
  clearSession(c, dependencies);
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
