import { newRecordId } from '../crypto/token.ts';
import type { UserRecord } from './record.ts';
import type { LogoutNotice } from './tables/logout-notice.ts';

/** How long to wait after each attempt that failed, in milliseconds. After the last one nobody tries any more. */
export const RETRIES = [10_000, 60_000, 5 * 60_000, 30 * 60_000, 2 * 60 * 60_000];

/** How many clients are told at once: a Worker has six connections. */
const TOLD_AT_ONCE = 5;

/** Tells clients a few at a time: one that does not answer holds up no other for long. @param tell must not throw. */
export async function inTurns(
  notices: readonly LogoutNotice[],
  tell: (notice: LogoutNotice) => Promise<void>,
): Promise<void> {
  const waiting = [...notices];
  const takeTurns = async () => {
    for (let notice = waiting.shift(); notice; notice = waiting.shift()) await tell(notice);
  };
  await Promise.all(Array.from({ length: TOLD_AT_ONCE }, takeTurns));
}

/** Writes down, in the transaction that ends a session, which clients are to be told. The caller wakes the alarm. */
export function announceEnd(user: UserRecord, sessionId: string, now: number): void {
  for (const clientId of user.sessionClients.of(sessionId)) {
    user.logoutNotices.insert({ noticeId: newRecordId(), sessionId, clientId, attempts: 0 }, now);
  }
}

/** Remembers a client that is to be told of the end of a session, and sees to it that its expiry is noticed. */
export function rememberClient(user: UserRecord, sessionId: string, clientId: string): void {
  if (user.sessionClients.add(sessionId, clientId)) wakeByExpiry(user, sessionId);
}

function wakeByExpiry(user: UserRecord, sessionId: string): void {
  const session = user.sessions.get(sessionId);
  if (!session) return;
  user.wakeBy(Math.min(session.lastUsedAt + session.idleMilliseconds, session.absoluteExpiresAt));
}

/** Asks for the alarm that the next attempt, and the next expiry, need. */
export function wakeForLogouts(user: UserRecord): void {
  const nextAt = user.logoutNotices.nextAt();
  if (nextAt !== null) user.wakeBy(nextAt);
  for (const sessionId of user.sessionClients.openSessions()) wakeByExpiry(user, sessionId);
}

/** A client was told, or has nowhere to be told. */
export const settled = (user: UserRecord, { noticeId }: LogoutNotice): void =>
  user.logoutNotices.remove(noticeId);

/** A client could not be told: later again, each client by itself, and at last not any more. */
export function failed(user: UserRecord, notice: LogoutNotice, now: number): void {
  const delay = RETRIES[notice.attempts];
  const attempts = notice.attempts + 1;
  if (delay !== undefined) {
    user.logoutNotices.postpone({ ...notice, attempts }, now + delay);
    return;
  }
  user.logoutNotices.remove(notice.noticeId);
  const { sessionId, clientId } = notice;
  user.note('logout_undelivered', now, { sessionId, clientId, attempts });
}
