import { ATTEMPTS_REMEMBERED_FOR, SECOND_FACTOR_DOOR } from '../core/account/door.ts';
import type { Receiver } from '../outbox/receiver.ts';
import { CODE_REMEMBERED_FOR } from './codes.ts';
import { deliveredThrough } from './deliveries.ts';
import type { UserRecord } from './record.ts';

/** For how long the end of a session or family can still be explained. */
const EXPLAINED_FOR = 30 * 24 * 60 * 60 * 1000;
/** The longest trust in a browser that a configuration may allow. */
const TRUSTED_FOR = 400 * 24 * 60 * 60 * 1000;

/** Removes what nobody can ask for any more, and asks for the alarm that the rest needs. */
export function forget(user: UserRecord, receivers: readonly Receiver[], now: number): void {
  user.passwordDoors.removeOld(now - ATTEMPTS_REMEMBERED_FOR);
  user.secondFactorDoors.removeOld(now - SECOND_FACTOR_DOOR.forgottenAfter);
  user.trustedDevices.removeOld(now - TRUSTED_FOR);
  user.riskMemory.removeOld(now);
  user.codes.removeExpired(now - CODE_REMEMBERED_FOR);
  user.emailCodes.removeExpired(now);
  user.revokedTokens.removeExpired(now);
  user.families.removeEnded(now - EXPLAINED_FOR);
  user.sessions.removeEnded(now - EXPLAINED_FOR);
  user.sessionClients.removeForgotten();
  user.events.removeOld(deliveredThrough(user, receivers), now - EXPLAINED_FOR);
  // They hold what an event held, and are kept no longer.
  user.deadLetters.removeOld(now - EXPLAINED_FOR);
  const codeExpiry = user.emailCodes.nextExpiry();
  if (codeExpiry !== undefined) user.wakeBy(codeExpiry);
  const quiet =
    user.families.isEmpty() &&
    user.sessions.isEmpty() &&
    !user.events.canShrink() &&
    user.deadLetters.isEmpty() &&
    user.secondFactorDoors.isEmpty() &&
    user.trustedDevices.isEmpty() &&
    user.riskMemory.isEmpty();
  const nextExpiry = user.revokedTokens.nextExpiry();
  if (!user.codes.isEmpty()) user.wakeBy(now + CODE_REMEMBERED_FOR);
  else if (nextExpiry !== undefined)
    user.wakeBy(Math.min(Math.max(nextExpiry, now + CODE_REMEMBERED_FOR), now + EXPLAINED_FOR));
  else if (!quiet) user.wakeBy(now + EXPLAINED_FOR);
}

/**
 * The same for an object that is no person's (yet): attempts at an address that nobody has, a sign-up that waits for its
 * code. Asks for the alarm that the rest needs.
 * @returns false when nothing is left, so that the object can go
 */
export function strangerStays(user: UserRecord, now: number): boolean {
  user.passwordDoors.removeOld(now - ATTEMPTS_REMEMBERED_FOR + 1);
  user.emailCodes.removeExpired(now);
  const attemptsSince = user.passwordDoors.oldest();
  const ends = [
    ...(attemptsSince === undefined ? [] : [attemptsSince + ATTEMPTS_REMEMBERED_FOR]),
    user.emailCodes.nextExpiry() ?? [],
    user.mails.nextAt() ?? [],
  ].flat();
  for (const at of ends) user.wakeBy(at);
  return ends.length > 0;
}
