import { knock, SECOND_FACTOR_DOOR } from '../core/account/door.ts';
import { isFactor, secondFactorRule } from '../core/sign-in/second-factor.ts';
import type { UserRecord } from './record.ts';
import { adoptRecoveryCodes } from './recovery-codes.ts';
import { enrolledFactors, factorRemoved, hasSecondFactor } from './second-factor.ts';
import { lastEndOfEverything } from './sessions.ts';
import type { Device, NewTotp, SecondFactorPolicy, SpendAnswer, TotpAnswer } from './types.ts';

/** How soon after an attempt the object wakes by itself to forget it, at the latest: it looks again then. */
const DOORS_LOOKED_AFTER = 30 * 24 * 60 * 60 * 1000;

/**
 * Counts an attempt at the authenticator app's codes before one is compared: two hundred guesses at once are counted like
 * two hundred in a row. `door` is where it was made, as with passwords: see `core/account/door.ts`.
 */
export function beginTotpAttempt(user: UserRecord, door: string, device: Device, now: number): TotpAnswer {
  const row = user.totp.get();
  if (!row) return { kind: 'none' };
  const answer = knock(user.secondFactorDoors.get(door), SECOND_FACTOR_DOOR, now);
  if (answer.kind === 'closed') return { kind: 'locked', retryAfterSeconds: answer.retryAfterSeconds };
  user.secondFactorDoors.set(door, answer.door);
  user.wakeBy(now + DOORS_LOOKED_AFTER);
  // Whoever gets here knows the password, or holds the mailbox: the person should hear of it.
  if (answer.closes) user.note('second_factor_locked', now, { ...device });
  return { kind: 'counted', totpId: row.totpId, sealed: row.sealed };
}

/**
 * Uses a code up, by its time step: the same step, or one before it, never counts again (RFC 6238 §5.2). Of two requests
 * with one code, one is told that it is spent.
 * @param attemptId of the request: its own retry is answered like the first try.
 * @param resealed the secret under the current root secret, when it was under the previous one.
 */
export function spendTotp(
  user: UserRecord,
  { totpId, step, attemptId, door, resealed }: SpendTotp,
): SpendAnswer {
  const row = user.totp.get();
  // Replaced or removed since the attempt began.
  if (row?.totpId !== totpId) return 'refused';
  if (row.usedBy === attemptId) return 'spent';
  if (step <= row.lastStep) return 'refused';
  user.totp.use(step, attemptId);
  if (resealed !== undefined) user.totp.reseal(resealed);
  user.secondFactorDoors.clear(door);
  return 'spent';
}

export interface SpendTotp {
  totpId: string;
  step: number;
  attemptId: string;
  door: string;
  resealed: string | undefined;
}

/** Sets an authenticator app up, in the place of the one before. @returns whether the recovery codes were adopted. */
export function setTotp(user: UserRecord, totp: NewTotp, now: number): boolean {
  const { totpId, sealed, step, recovery } = totp;
  const before = user.totp.get();
  if (before?.totpId !== totpId) {
    // The code that set it up is used up as well.
    user.totp.set({ totpId, sealed, lastStep: step, usedBy: totpId, createdAt: now });
    user.secondFactorDoors.clearAll();
    user.note('totp_enrolled', now, { replaced: before !== undefined });
  }
  return adoptRecoveryCodes(user, recovery);
}

/**
 * The same in the middle of a sign-in, for somebody who has one factor and nothing else: never in the place of a factor
 * that the person has, or whoever knows a password could put an app of their own there.
 * @param after as the answer had it that asked for it: what was proved before everything was ended counts no more.
 */
export function enrolTotp(
  user: UserRecord,
  totp: NewTotp,
  after: string | undefined,
  now: number,
): 'enrolled' | 'refused' {
  if (after !== lastEndOfEverything(user)) return 'refused';
  if (!user.profile.get() || user.profile.disabledAt() !== null) return 'refused';
  const again = user.totp.get()?.totpId === totp.totpId;
  if (!again && hasSecondFactor(user)) return 'refused';
  setTotp(user, totp, now);
  // A form that was sent twice is answered twice: the codes that count are those that were shown last.
  if (user.recoveryCodes.setId() !== totp.recovery.setId)
    user.recoveryCodes.replace(totp.recovery.setId, totp.recovery.hashes);
  return 'enrolled';
}

/** Removes the authenticator app, unless the next sign-in would have to set one up again. */
export function removeTotp(
  user: UserRecord,
  { rule, groups }: SecondFactorPolicy,
  now: number,
): 'removed' | 'required' {
  if (!user.totp.get()) return 'removed';
  const others = enrolledFactors(user).filter((factor) => factor !== 'totp' && isFactor(factor));
  const memberOf = user.profile.get()?.groups ?? [];
  const without = { rule, groups, memberOf, enrolled: others, amr: [], chosen: false, trusted: false };
  if (secondFactorRule(without) === 'enrol') return 'required';
  user.totp.remove();
  factorRemoved(user);
  user.note('totp_removed', now, {});
  return 'removed';
}

/** Takes away the app, the recovery codes and the trust in browsers, for somebody who lost them. Passkeys stay. */
export function removeSecondFactors(user: UserRecord, now: number): void {
  if (!user.totp.get() && user.recoveryCodes.setId() === undefined) return;
  user.totp.remove();
  user.recoveryCodes.remove();
  user.trustedDevices.removeAll();
  user.secondFactorDoors.clearAll();
  user.note('totp_removed', now, { by: 'administrator' });
}
