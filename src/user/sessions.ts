import { sameBytes } from '../core/bytes.ts';
import { expiry, worthTouching } from '../core/session/rule.ts';
import { announceEnd } from './logouts.ts';
import type { UserRecord } from './record.ts';
import { seenNow } from './risk.ts';
import { secondFactorStep } from './second-factor.ts';
import { answerSignIn, concludeSignIn, judgeSignIn, noteStepUp, type Way } from './sign-in-risk.ts';
import type { SessionRow } from './tables/session.ts';
import { trustDevice } from './trusted-devices.ts';
import type {
  Device,
  EndCause,
  OpenAnswer,
  PresentedSession,
  SessionAnswer,
  SessionPolicy,
  StatusAnswer,
} from './types.ts';
import { judgeSessionUse } from './use-risk.ts';

export interface End {
  cause: EndCause;
  /** Milliseconds since the epoch. */
  endedAt: number;
}

/**
 * Opens a session after a successful sign-in. Where this browser holds a live one of the same person already, it is
 * renewed: the same session, so that nothing in it ends, under a new secret, so that an older copy is worth nothing.
 */
export function openSession(
  user: UserRecord,
  session: PresentedSession,
  renewed: PresentedSession | undefined,
  amr: string[],
  device: Device,
  policy: SessionPolicy,
  way: Way,
  now: number,
): OpenAnswer {
  if (!user.profile.get()) return { kind: 'unknown' };
  const disabledAt = user.profile.disabledAt();
  if (disabledAt !== null) return { kind: 'ended', cause: 'account_disabled', endedAt: disabledAt };
  // Whoever proved a password that was changed since, say, has proved nothing.
  if (policy.after !== undefined && policy.after !== lastEndOfEverything(user)) return { kind: 'proof_over' };
  // Where sessions are made, so that no way of signing in can forget it.
  const risk = judgeSignIn(user, way, now);
  const answer = answerSignIn(user, risk, way, amr, policy.secondFactor, now);
  if (answer.kind === 'waits') return answer;
  const { step, enrolled } = secondFactorStep(user, amr, answer.policy, now);
  if (risk && answer.stepsUp && step !== 'complete') noteStepUp(user, risk, now);
  if (step !== 'complete')
    return { kind: 'second_factor_due', step, enrolled, after: lastEndOfEverything(user) };
  const { trust } = policy.secondFactor;
  if (trust && amr.includes('mfa')) trustDevice(user, trust, device, now);
  const fresh = {
    secretHash: session.secretHash,
    authTime: Math.floor(now / 1000),
    amr,
    ...device,
    seen: seenNow(user, now),
    lastUsedAt: now,
    idleMilliseconds: policy.idleSeconds * 1000,
    absoluteExpiresAt: now + policy.absoluteSeconds * 1000,
  };
  if (renewed && heldSession(user, renewed, now)) {
    user.sessions.renew({ ...fresh, sessionId: renewed.sessionId });
    user.note('session_renewed', now, { sessionId: renewed.sessionId, amr, ...device });
    concludeSignIn(user, risk, renewed.sessionId, amr, now);
    return answerFor(user, user.sessions.get(renewed.sessionId), now);
  }
  const { sessionId } = session;
  const made = [sessionId, renewed?.sessionId ?? sessionId].map((id) => user.sessions.get(id));
  // A retry of this very request finds what the first try made.
  const again = made.find((row) => row && sameBytes(row.secretHash, session.secretHash));
  if (again) return answerFor(user, again, now);
  const atSignUp = endsSignUp(user, now);
  user.sessions.insert({ ...fresh, sessionId, createdAt: now });
  const warned = concludeSignIn(user, risk, sessionId, amr, now);
  user.note('session_opened', now, {
    sessionId,
    amr,
    ...device,
    isNewDevice: way.isNewDevice,
    ...(atSignUp && { atSignUp }),
    ...(warned && { warned }),
  });
  return answerFor(user, user.sessions.get(sessionId), now);
}

/** A sign-up may have a code, or a second factor, before its session. */
const SIGN_UP_LASTS = 60 * 60 * 1000;

/** Whether a session that is opened now is the one that making the account leads to. */
const endsSignUp = (user: UserRecord, now: number): boolean =>
  now - (user.profile.createdAt() ?? 0) < SIGN_UP_LASTS && user.sessions.all().length === 0;

/** When and why a session ended, or null while it lives. */
export function sessionEnd(row: SessionRow, now: number): End | null {
  if (row.endedAt !== null) return { cause: row.endCause ?? 'session_ended', endedAt: row.endedAt };
  return expiry(row, now);
}

/** The session of a token, where that is its own. */
function sessionOf(user: UserRecord, presented: PresentedSession): SessionRow | undefined {
  const row = user.sessions.get(presented.sessionId);
  return row && sameBytes(presented.secretHash, row.secretHash) ? row : undefined;
}

/** Whether a token is that of a live session, from wherever it comes: its person has just proved who they are. */
const heldSession = (user: UserRecord, presented: PresentedSession, now: number): boolean =>
  answerFor(user, sessionOf(user, presented), now).kind === 'live';

/**
 * Who holds this session token. Where it comes from where it should not, nobody does: whoever it is signs in, and its owner
 * goes on elsewhere.
 */
export function readSession(user: UserRecord, presented: PresentedSession, now: number): SessionAnswer {
  const answer = usedSession(user, sessionOf(user, presented), now);
  return answer.kind === 'step_up_required' ? { kind: 'unknown' } : answer;
}

/** The same, of somebody who wants it ended: that is never refused for where they are. */
export const readSessionToEnd = (user: UserRecord, presented: PresentedSession, now: number): SessionAnswer =>
  answerFor(user, sessionOf(user, presented), now);

/** The same as `answerFor`, and whether the request comes from where, and with what, it should. */
export function usedSession(user: UserRecord, row: SessionRow | undefined, now: number): StatusAnswer {
  if (!row || sessionEnd(row, now)) return answerFor(user, row, now);
  const risk = judgeSessionUse(user, row, now);
  switch (risk.kind) {
    case 'granted':
      return answerFor(user, row, now, risk.seen);
    case 'step_up_required':
      return risk;
    case 'ended':
      return { kind: 'ended', cause: 'suspicious', endedAt: now };
  }
}

/**
 * Reads a session, writes down its end if it has just expired, and its use if that is due.
 * @param seen what it is used with; default what is there, where somebody else asks about it
 */
export function answerFor(
  user: UserRecord,
  row: SessionRow | undefined,
  now: number,
  seen = row?.seen ?? null,
): SessionAnswer {
  const profile = user.profile.get();
  if (!row || !profile) return { kind: 'unknown' };
  const end = sessionEnd(row, now);
  if (end) {
    if (row.endedAt === null) writeEnd(user, row.sessionId, end, now);
    return { kind: 'ended', ...end };
  }
  if (worthTouching(row, now)) user.sessions.touch(row.sessionId, now, seen);
  return { kind: 'live', sessionId: row.sessionId, authTime: row.authTime, amr: row.amr, profile };
}

/** Ends the sessions that expired while nobody looked, where a client is to be told of it. */
export function noticeExpiries(user: UserRecord, now: number): void {
  for (const sessionId of user.sessionClients.openSessions()) {
    answerFor(user, user.sessions.get(sessionId), now);
  }
}

function writeEnd(user: UserRecord, sessionId: string, { cause, endedAt }: End, now: number): void {
  user.sessions.end(sessionId, cause, endedAt);
  user.families.endOfSession(sessionId, cause, endedAt);
  announceEnd(user, sessionId, now);
  user.note('session_ended', now, { sessionId, cause });
}

/** Ends a session and every family in it that has no offline_access. */
export function endSession(user: UserRecord, sessionId: string, cause: EndCause, now: number): void {
  const row = user.sessions.get(sessionId);
  if (row && !sessionEnd(row, now)) writeEnd(user, sessionId, { cause, endedAt: now }, now);
}

/** Ends every session but one, each with its families that have no offline_access. */
export function endOtherSessions(
  user: UserRecord,
  keepSessionId: string | null,
  cause: EndCause,
  now: number,
): void {
  for (const { sessionId } of user.sessions.all()) {
    if (sessionId !== keepSessionId) endSession(user, sessionId, cause, now);
  }
}

/** Names the last time that everything was ended; empty where that never was. A clock of another machine is not asked. */
export const lastEndOfEverything = (user: UserRecord): string =>
  user.events.latest(['everything_ended'], 1)[0]?.eventId ?? '';

/** Ends every session and every family, those with offline_access too, but for one session and what is in it. */
export function endEverythingBut(
  user: UserRecord,
  keepSessionId: string | null,
  cause: EndCause,
  now: number,
): void {
  endOtherSessions(user, keepSessionId, cause, now);
  user.families.endAll(cause, now, keepSessionId);
  user.trustedDevices.removeAll();
  user.note('everything_ended', now, {
    cause,
    ...(keepSessionId !== null && { keptSessionId: keepSessionId }),
  });
}
