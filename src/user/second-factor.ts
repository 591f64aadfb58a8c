import { type SecondFactor, secondFactorRule } from '../core/sign-in/second-factor.ts';
import type { UserRecord } from './record.ts';
import type { SecondFactorPolicy } from './types.ts';

/** What the person could prove a second time with who they are. */
export function enrolledFactors(_user: UserRecord): SecondFactor[] {
  return [];
}

/** Whether this sign-in lacks a second factor, by what is known of the person in this very transaction. */
export function secondFactorStep(
  user: UserRecord,
  amr: readonly string[],
  { rule, groups }: SecondFactorPolicy,
): { step: 'complete' | 'ask' | 'enrol'; enrolled: SecondFactor[] } {
  const enrolled = enrolledFactors(user);
  const memberOf = user.profile.get()?.groups ?? [];
  const step = secondFactorRule({ rule, groups, amr, memberOf, enrolled, chosen: false, trusted: false });
  return { step, enrolled };
}
