import type { Context } from 'hono';
import { normalRecoveryCode } from '../core/second-factor/recovery-code.ts';
import { newRecordId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { signInDoor } from '../middleware/session.ts';
import { deviceOf } from '../request/sighting.ts';
import { typedRecoveryCode } from '../second-factor/recovery-codes.ts';
import { openTotp, stepOfCode } from '../second-factor/totp.ts';
import { count } from '../telemetry/recording.ts';

export type CodeOutcome =
  /** `amr`: what it adds to the methods of the sign-in. */
  | { kind: 'right'; amr: string[] }
  | { kind: 'wrong' }
  /** It was right, but not for the first time. */
  | { kind: 'used' }
  | { kind: 'locked'; retryAfterSeconds: number };

/**
 * Checks the code that somebody typed who has proved a first factor: six digits of their authenticator app, or a recovery
 * code. Whichever it is uses it up.
 */
export async function checkSecondFactorCode(
  c: Context,
  dependencies: Dependencies,
  userId: string,
  typed: string,
): Promise<CodeOutcome> {
  const outcome = await checked(c, dependencies, userId, typed);
  const method = normalRecoveryCode(typed) === undefined ? 'totp' : 'recovery_code';
  count('portcullis_factors_total', {
    method,
    outcome: outcome.kind === 'right' ? 'proved' : outcome.kind,
  });
  return outcome;
}

async function checked(
  c: Context,
  dependencies: Dependencies,
  userId: string,
  typed: string,
): Promise<CodeOutcome> {
  const { secrets, users } = dependencies;
  const attemptId = newRecordId();
  if (normalRecoveryCode(typed) !== undefined) {
    const hash = await typedRecoveryCode(userId, typed);
    const spent = hash && (await users.secondFactors.spendRecoveryCode(userId, hash, attemptId));
    return spent === 'spent' ? { kind: 'right', amr: ['recovery', 'mfa'] } : { kind: 'wrong' };
  }
  const door = await signInDoor(c, dependencies, userId);
  const attempt = await users.secondFactors.beginTotpAttempt(userId, door, deviceOf(c.req.raw));
  if (attempt.kind === 'none') return { kind: 'wrong' };
  if (attempt.kind === 'locked') return attempt;
  const opened = await openTotp(secrets, userId, attempt.sealed);
  const step = opened && (await stepOfCode(opened.secret, typed, Math.floor(Date.now() / 1000)));
  if (!opened || step === undefined) return { kind: 'wrong' };
  const { totpId } = attempt;
  const spending = { totpId, step, attemptId, door, resealed: opened.resealed };
  return (await users.secondFactors.spendTotp(userId, spending)) === 'spent'
    ? { kind: 'right', amr: ['otp', 'mfa'] }
    : { kind: 'used' };
}
