import { secondFactorRule } from '../core/sign-in/second-factor.ts';
import type { UserRecord } from './record.ts';
import { enrolledFactors, factorRemoved } from './second-factor.ts';
import type {
  AnsweredChallenge,
  Leaving,
  NewPasskey,
  Passkey,
  PasskeyAddition,
  PasskeyRemoval,
  PasskeyUse,
  PasskeyUseAnswer,
} from './types.ts';
import { waysInWithout } from './ways-in.ts';

/** More than anybody has. Each is offered to authenticators when another is made, in a header's worth of space. */
export const MAXIMUM_PASSKEYS = 20;

/** What the person, and pages that offer passkeys, may know of them. */
export const passkeysOf = (user: UserRecord): Passkey[] =>
  user.passkeys.all().map(({ publicKey: _, signCount: __, ...passkey }) => passkey);

/**
 * Answers a challenge once. The same attempt, which the platform may repeat, gets the answer that it got before.
 * @param decide is asked for the first answer only, and may write.
 */
function answerOnce<Outcome extends string>(
  user: UserRecord,
  { challengeId, attemptId, expiresAt }: AnsweredChallenge,
  now: number,
  decide: () => Outcome,
): Outcome | 'replayed' {
  const before = user.passkeyChallenges.get(challengeId);
  if (before) return before.attemptId === attemptId ? (before.outcome as Outcome) : 'replayed';
  const outcome = decide();
  user.passkeyChallenges.removeExpired(now);
  user.passkeyChallenges.insert({ challengeId, attemptId, outcome, expiresAt });
  return outcome;
}

/** Whether it lives in the device itself, or in what syncs several, and on no key of its own. */
const isOfPlatform = ({
  transports,
  backupEligible,
}: Pick<Passkey, 'transports' | 'backupEligible'>): boolean =>
  backupEligible || transports.includes('internal');

/** @param atSignUp it is what the account is made with */
export function addPasskey(
  user: UserRecord,
  { answered, ...passkey }: NewPasskey,
  now: number,
  atSignUp = false,
): PasskeyAddition {
  return answerOnce(user, answered, now, () => {
    const { credentialId, backupEligible: synced } = passkey;
    if (user.passkeys.get(credentialId)) return 'exists';
    if (user.passkeys.all().length >= MAXIMUM_PASSKEYS) return 'too_many';
    user.passkeys.insert(passkey, now);
    const platform = isOfPlatform(passkey);
    user.note('passkey_added', now, { credentialId, synced, platform, ...(atSignUp && { atSignUp }) });
    return 'added';
  });
}

/** Whether it was this very attempt that added it. */
export function wasAdded(user: UserRecord, { answered: { challengeId, attemptId } }: NewPasskey): boolean {
  const before = user.passkeyChallenges.get(challengeId);
  return before?.attemptId === attemptId && before.outcome === 'added';
}

/**
 * Takes note of a use whose signature has been verified (WebAuthn §7.2 steps 18 to 24). A counter that did not go up tells
 * of a second copy of a key that cannot be copied: one of the two is not its owner's.
 */
export function usePasskey(user: UserRecord, use: PasskeyUse, now: number): PasskeyUseAnswer {
  const { credentialId, signCount, backedUp, backupEligible, answered } = use;
  return answerOnce(user, answered, now, () => {
    const row = user.passkeys.get(credentialId);
    // Whether a key can be copied is decided when it is made.
    if (!row || row.backupEligible !== backupEligible) return 'unknown';
    if ((signCount > 0 || row.signCount > 0) && signCount <= row.signCount) {
      user.note('passkey_counter_went_back', now, {
        credentialId,
        counted: row.signCount,
        presented: signCount,
      });
      return 'counter_went_back';
    }
    user.passkeys.setUsed(credentialId, signCount, backedUp, now);
    return 'used';
  });
}

export function renamePasskey(user: UserRecord, credentialId: string, name: string): void {
  user.passkeys.setName(credentialId, name);
}

/** Removes a passkey, unless its owner would be locked out. One that is gone already is as good as removed. */
export function removePasskey(
  user: UserRecord,
  credentialId: string,
  { open, demand: { rule, groups } }: Leaving,
  now: number,
): PasskeyRemoval {
  const passkey = user.passkeys.get(credentialId);
  if (!passkey) return 'removed';
  const ways = waysInWithout(user, open, { credentialId });
  if (ways.length === 0) return 'last_way_in';
  const memberOf = user.profile.get()?.groups ?? [];
  const enrolled = enrolledFactors(user).filter((factor) => factor !== 'passkey' || ways.includes('passkey'));
  const without = { rule, groups, memberOf, enrolled, amr: [], chosen: false, trusted: false };
  if (secondFactorRule(without) === 'enrol') return 'required';
  user.passkeys.remove(credentialId);
  factorRemoved(user);
  user.note('passkey_removed', now, { credentialId, platform: isOfPlatform(passkey) });
  return 'removed';
}
