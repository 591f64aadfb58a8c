import { sameBytes } from '../core/bytes.ts';
import type { UserRecord } from './record.ts';
import { hasSecondFactor } from './second-factor.ts';
import type { NewRecoveryCodes, SpendAnswer } from './types.ts';

/**
 * Uses a recovery code up. None is counted at any door: nobody guesses 80 bits, and whoever closed the door of the
 * authenticator app's codes by guessing must not have closed this one.
 * @param attemptId of the request: its own retry is answered like the first try.
 */
export function spendRecoveryCode(
  user: UserRecord,
  hash: Uint8Array,
  attemptId: string,
  now: number,
): SpendAnswer {
  // All of them are compared, so that the time tells nothing.
  const [found] = user.recoveryCodes.all().filter((row) => sameBytes(row.hash, hash));
  if (!found) return 'refused';
  if (found.usedBy !== null) return found.usedBy === attemptId ? 'spent' : 'refused';
  user.recoveryCodes.use(hash, attemptId);
  user.note('recovery_code_used', now, { left: user.recoveryCodes.left() });
  return 'spent';
}

/** Keeps a first set of recovery codes. @returns whether it is the set that the person has now. */
export function adoptRecoveryCodes(user: UserRecord, { setId, hashes }: NewRecoveryCodes): boolean {
  const before = user.recoveryCodes.setId();
  if (before === undefined) user.recoveryCodes.replace(setId, hashes);
  return before === undefined || before === setId;
}

/** Makes all earlier ones worthless. Refused for somebody who has nothing that they could stand in for. */
export function replaceRecoveryCodes(
  user: UserRecord,
  { setId, hashes }: NewRecoveryCodes,
  now: number,
): 'replaced' | 'refused' {
  if (!hasSecondFactor(user)) return 'refused';
  if (user.recoveryCodes.setId() === setId) return 'replaced';
  user.recoveryCodes.replace(setId, hashes);
  user.note('recovery_codes_replaced', now, {});
  return 'replaced';
}
