import { isFactor, type SecondFactor, secondFactorRule } from '../core/sign-in/second-factor.ts';
import type { UserRecord } from './record.ts';
import { isTrusted } from './trusted-devices.ts';
import type { SecondFactorPolicy, SecondFactors } from './types.ts';

/** What the person could prove a second time with who they are. */
export function enrolledFactors(user: UserRecord): SecondFactor[] {
  const enrolled: SecondFactor[] = [];
  if (user.totp.get()) enrolled.push('totp');
  if (user.offersPasskeys && !user.passkeys.isEmpty()) enrolled.push('passkey');
  if (user.recoveryCodes.left() > 0) enrolled.push('recovery_code');
  return enrolled;
}

/** Whether there is one that recovery codes can stand in for. */
export const hasSecondFactor = (user: UserRecord): boolean => enrolledFactors(user).some(isFactor);

/**
 * Whether the person wants two factors: nobody sets an app up to be asked for nothing. A passkey is for signing in without a
 * password, and does not take from the password what it is good for, or losing one would lock its owner out.
 */
export const choseSecondFactor = (user: UserRecord): boolean => user.totp.get() !== undefined;

/** Whether this sign-in lacks a second factor, by what is known of the person in this very transaction. */
export function secondFactorStep(
  user: UserRecord,
  amr: readonly string[],
  { rule, groups, trustedDevice }: SecondFactorPolicy,
  now: number,
): { step: 'complete' | 'ask' | 'enrol'; enrolled: SecondFactor[] } {
  if (rule === 'off') return { step: 'complete', enrolled: [] };
  const enrolled = enrolledFactors(user);
  const memberOf = user.profile.get()?.groups ?? [];
  const step = secondFactorRule({
    rule,
    groups,
    amr,
    memberOf,
    enrolled,
    chosen: choseSecondFactor(user),
    trusted: trustedDevice !== undefined && isTrusted(user, trustedDevice, now),
  });
  return { step, enrolled };
}

/** One was removed: with the last of them goes what stood in for it. */
export function factorRemoved(user: UserRecord): void {
  user.trustedDevices.removeAll();
  if (!hasSecondFactor(user)) user.recoveryCodes.remove();
}

/** What the pages about it show. */
export const secondFactorsOf = (user: UserRecord): SecondFactors => ({
  enrolled: enrolledFactors(user),
  totpSince: user.totp.get()?.createdAt ?? null,
  recoveryCodesLeft: user.recoveryCodes.left(),
  email: user.profile.get()?.email ?? '',
});
