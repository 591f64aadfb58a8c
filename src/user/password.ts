import { ATTEMPTS_REMEMBERED_FOR, attemptDoor, knock } from '../core/account/door.ts';
import type { UserRecord } from './record.ts';
import { secondFactorStep } from './second-factor.ts';
import { endEverythingBut } from './sessions.ts';
import type { AttemptAnswer, AttemptPolicy, PasswordState, SecondFactorPolicy } from './types.ts';

/** Where strangers, and everybody in a browser that is new, try their passwords. */
export const EVERYBODYS_DOOR = 'anyone';

/**
 * Counts a password attempt before its hash is computed: a guess costs a count even if the Worker dies meanwhile.
 * `door` is where it was made: a stranger who fills the count of everybody's door locks nobody out of their own.
 * Works the same for an object that is no user, so that unknown people cannot be told from known ones.
 */
export function beginAttempt(
  user: UserRecord,
  door: string,
  policy: AttemptPolicy,
  now: number,
): AttemptAnswer {
  const answer = knock(user.passwordDoors.get(door), attemptDoor(policy), now);
  if (answer.kind === 'closed') return { kind: 'locked', retryAfterSeconds: answer.retryAfterSeconds };
  user.passwordDoors.set(door, answer.door);
  user.wakeBy(now + ATTEMPTS_REMEMBERED_FOR);
  return { kind: 'counted', passwordHash: user.profile.passwordHash() };
}

/** Wrong passwords that were tried at a door lately, of which the newest attempt was none. */
export const failuresAt = (user: UserRecord, door: string, now: number): number => {
  const counted = user.passwordDoors.get(door);
  return counted && now < counted.triedAt + ATTEMPTS_REMEMBERED_FOR ? counted.attempts - 1 : 0;
};

/** Stores a new password. Whoever knew the old one may be signed in somewhere: all but this session ends. */
export function changePassword(user: UserRecord, hash: string, keepSessionId: string, now: number): void {
  const first = user.profile.passwordHash() === undefined;
  user.profile.setPasswordHash(hash, now);
  endEverythingBut(user, keepSessionId, 'password_change', now);
  user.note('password_changed', now, { sessionId: keepSessionId, ...(first && { first }) });
}

/** Whether there is a password, and whether a second factor is asked for beside it, in any browser but a trusted one. */
export const passwordState = (
  user: UserRecord,
  policy: SecondFactorPolicy,
  now: number,
): Omit<PasswordState, 'session'> => ({
  hasPassword: user.profile.passwordHash() !== undefined,
  secondFactor: secondFactorStep(user, ['pwd'], { ...policy, trustedDevice: undefined }, now).step === 'ask',
});
