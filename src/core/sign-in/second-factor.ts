/** A way to prove a second time who one is, after the first factor. */
export type SecondFactor = 'totp' | 'passkey' | 'recovery_code';

/**
 * What is asked of this sign-in: never a second factor; one from whoever turned that on; one from whoever has one; one from
 * everybody, who sets one up on the spot if need be.
 */
export type SecondFactorRule = 'off' | 'optional' | 'preferred' | 'required';

export interface SecondFactorQuestion {
  rule: SecondFactorRule;
  /** The groups whose members need one under any rule but `off`. */
  groups: readonly string[];
  /** How the person proved who they are so far, by the names of RFC 8176. */
  amr: readonly string[];
  /** The groups that the person is in. */
  memberOf: readonly string[];
  /** What the person could prove it with. */
  enrolled: readonly SecondFactor[];
  /** Whether the person wants to be asked although nobody makes them. */
  chosen: boolean;
  /** Whether this browser is one that the person trusts for a while. */
  trusted: boolean;
}

/** Recovery codes stand in for a lost factor: alone they are none. */
export const isFactor = (one: SecondFactor): boolean => one !== 'recovery_code';

/** Whether a sign-in that got so far is complete, lacks a second factor, or lacks one that must be set up first. */
export function secondFactorRule(question: SecondFactorQuestion): 'complete' | 'ask' | 'enrol' {
  const { rule, groups, amr, memberOf, enrolled, chosen, trusted } = question;
  if (rule === 'off' || amr.includes('mfa')) return 'complete';
  const required = rule === 'required' || groups.some((group) => memberOf.includes(group));
  if (!enrolled.some(isFactor)) return required ? 'enrol' : 'complete';
  if (!required && !chosen && rule !== 'preferred') return 'complete';
  return trusted ? 'complete' : 'ask';
}
