import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { presentationOf } from '../../middleware/page.tsx';
import { clearSession, currentSession, sessionToken } from '../../middleware/session.ts';
import type { Texts } from '../../texts/texts.ts';
import { deviceName } from '../../user/device.ts';
import { isSuspicious } from '../../user/end-cause.ts';
import type { AccountEnd, EndCause } from '../../user/types.ts';
import { notSignedIn } from './request.ts';

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** GET /session/devices: where the person is signed in. Times are seconds since the epoch. */
export const devices = (dependencies: Dependencies) => async (c: Context) => {
  const token = await sessionToken(c, dependencies);
  const answer = token && (await dependencies.users.account(token));
  if (!answer?.account) return notSignedIn(c);
  const { texts } = presentationOf(c, dependencies.config);
  return c.json({
    devices: answer.account.sessions.map((session) => ({
      id: session.sessionId,
      name: deviceName(session.userAgent, texts),
      place: session.place,
      created_at: seconds(session.createdAt),
      last_used_at: seconds(session.lastUsedAt),
      current: session.sessionId === token?.recordId,
      client_ids: session.clientIds,
    })),
  });
};

/** DELETE /session/devices/:id: ends one of the person's sessions. */
export const removeDevice = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return notSignedIn(c);
  const sessionId = c.req.param('id') ?? '';
  const status = await dependencies.users.status(signedIn.token.userId, { sessionId });
  if (status.kind !== 'live') {
    return c.json(
      { error: 'not_found', error_description: 'no live session of this person has that id' },
      404,
    );
  }
  await dependencies.users.endSession(signedIn.token.userId, sessionId, 'sign_out');
  if (sessionId === signedIn.session.sessionId) clearSession(c, dependencies);
  return c.body(null, 204);
};

const told = (end: { cause: EndCause; endedAt: number }, { endCauses }: Texts) => ({
  cause: end.cause,
  description: endCauses[end.cause],
  suspicious: isSuspicious(end.cause),
  ended_at: seconds(end.endedAt),
});

const listed = (end: AccountEnd, texts: Texts) => ({
  what: end.what,
  ...told(end, texts),
  session_id: end.sessionId,
  client_id: end.clientId ?? null,
  generation: end.generation ?? null,
  device: deviceName(end.userAgent, texts),
  place: end.place,
});

/**
 * GET /session/ends: why was I signed out? A live session gets all that ended in the last 30 days; the cookie of an
 * ended session gets why that one ended. Times are seconds since the epoch.
 */
export const ends = (dependencies: Dependencies) => async (c: Context) => {
  const token = await sessionToken(c, dependencies);
  const answer = token && (await dependencies.users.account(token));
  const { texts } = presentationOf(c, dependencies.config);
  if (answer?.account) return c.json({ ends: answer.account.ends.map((end) => listed(end, texts)) });
  if (token && answer?.session.kind === 'ended') {
    return c.json({
      ends: [{ what: 'session', ...told(answer.session, texts), session_id: token.recordId }],
    });
  }
  return notSignedIn(c);
};
