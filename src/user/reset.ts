import { proveAddress } from './address.ts';
import { provedCode } from './email-codes.ts';
import type { UserRecord } from './record.ts';
import { secondFactorStep } from './second-factor.ts';
import { endEverythingBut } from './sessions.ts';
import type { ResetAnswer, ResetQuestion } from './types.ts';

/**
 * Whether a new password may be set: by a code that was mailed and proved, and by the second factor of whoever is
 * asked for one whenever they sign in.
 * A browser that the person trusts does not stand in for it.
 */
export function resetStep(
  user: UserRecord,
  { codeId, amr, secondFactor, known }: ResetQuestion,
  now: number,
): ResetAnswer {
  const profile = user.profile.get();
  if (!profile || user.profile.disabledAt() !== null) return { kind: 'over' };
  if (!provedCode(user, codeId, 'reset', now)) return { kind: 'over' };
  // Whoever set one up never showed that the address is theirs: it goes when this person does. See `proveAddress`.
  if (!profile.emailVerified && !known) return { kind: 'ready' };
  const { step, enrolled } = secondFactorStep(user, amr, { ...secondFactor, trustedDevice: undefined }, now);
  // One that has to be set up can be so after the next sign-in.
  return step === 'ask' ? { kind: 'second_factor_due', enrolled } : { kind: 'ready' };
}

/** Sets a new password, once for each code, and ends every session and family. */
export function resetPassword(
  user: UserRecord,
  question: ResetQuestion,
  hash: string,
  now: number,
): ResetAnswer {
  // A retry of this very request.
  if (user.profile.passwordHash() === hash) return { kind: 'ready' };
  const answer = resetStep(user, question, now);
  if (answer.kind !== 'ready') return answer;
  const code = provedCode(user, question.codeId, 'reset', now);
  if (code) proveAddress(user, code.address, question.known, now);
  user.emailCodes.remove(question.codeId);
  const first = user.profile.passwordHash() === undefined;
  user.profile.setPasswordHash(hash, now);
  endEverythingBut(user, null, 'password_change', now);
  user.note('password_changed', now, { reset: true, ...(first && { first }) });
  return answer;
}
