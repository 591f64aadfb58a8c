import type { Context } from 'hono';
import * as v from 'valibot';
import type { Client } from '../../config/schema.ts';
import type { Dependencies } from '../../dependencies.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { clearSession, currentSession, sessionToEnd } from '../../middleware/session.ts';
import { clearRefreshCookie, heldRefreshToken } from './refresh-cookie.ts';
import { firstPartyClient, notFirstParty, notSignedIn, readJson } from './request.ts';

const schema = v.strictObject({ client_id: v.string() });

async function clientOf(c: Context, dependencies: Dependencies): Promise<Client | Response> {
  const read = await readJson(c, schema, 'an object with the string client_id');
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const client = await firstPartyClient(c, dependencies, read.body.client_id);
  return client ?? oauthError(c, notFirstParty);
}

interface Person {
  userId: string;
  sessionId: string;
}

/**
 * Who signs out: the person whom the app shows, by the refresh token that would still be answered, and whoever the browser's
 * session is of. Mostly that is one; where it is two, the app's comes first.
 */
async function peopleHere(c: Context, dependencies: Dependencies, client: Client): Promise<Person[]> {
  const signedIn = await sessionToEnd(c, dependencies);
  const session = signedIn && { userId: signedIn.token.userId, sessionId: signedIn.session.sessionId };
  const held = await heldRefreshToken(c, dependencies, client);
  if (!held || held.userId === session?.userId) return session ? [session] : [];
  // Not an old copy, nor one that is bound to a key: whoever finds one could sign its owner out with it, everywhere.
  const { graceSeconds } = client.refreshToken;
  const state = await dependencies.users.refreshTokenState(held, client.clientId, graceSeconds);
  return [...(state && state.dpopJkt === null ? [state.grant] : []), ...(session ? [session] : [])];
}

/** POST /session/logout: ends this session and what belongs to it, before the answer leaves. Harmless twice. */
export const logout = (dependencies: Dependencies) => async (c: Context) => {
  const { users } = dependencies;
  const client = await clientOf(c, dependencies);
  if (client instanceof Response) return client;
  for (const { userId, sessionId } of await peopleHere(c, dependencies, client))
    await users.endSession(userId, sessionId, 'sign_out');
  // A family with offline_access outlives its session, but not the app's own sign-out.
  const held = await heldRefreshToken(c, dependencies, client);
  if (held) await users.revokeFamily(held, client.clientId);
  clearSession(c, dependencies);
  await clearRefreshCookie(c, dependencies.config, client);
  return c.body(null, 204);
};

/** POST /session/logout-all: ends every session and every family of the person. */
export const logoutAll = (dependencies: Dependencies) => async (c: Context) => {
  const { users } = dependencies;
  const client = await clientOf(c, dependencies);
  if (client instanceof Response) return client;
  const [person, other] = await peopleHere(c, dependencies, client);
  if (person) await users.endEverything(person.userId, 'sign_out_everywhere');
  // Of somebody else's session only the cookie is here, which is cleared: it must not live on where nobody can reach it.
  if (other) await users.endSession(other.userId, other.sessionId, 'sign_out');
  await clearRefreshCookie(c, dependencies.config, client);
  // The cookie of an ended session stays: it answers why that one ended.
  if (!person) return notSignedIn(c);
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
