import {
  normalRecoveryCode,
  RECOVERY_CODE_BYTES,
  RECOVERY_CODES,
  recoveryCodeOf,
  shownRecoveryCode,
} from '../core/second-factor/recovery-code.ts';
import { randomBytes, sha256 } from '../crypto/bytes.ts';

/**
 * What is stored of a recovery code. 80 random bits need no slow hash; the user's id keeps one table from serving against
 * everybody.
 */
const hashOf = (userId: string, code: string): Promise<Uint8Array<ArrayBuffer>> =>
  sha256(`${userId}.${code}`);

/** New recovery codes: to be shown once, and what is kept of them. */
export async function newRecoveryCodes(userId: string): Promise<{ shown: string[]; hashes: Uint8Array[] }> {
  const codes = Array.from({ length: RECOVERY_CODES }, () =>
    recoveryCodeOf(randomBytes(RECOVERY_CODE_BYTES)),
  );
  return {
    shown: codes.map(shownRecoveryCode),
    hashes: await Promise.all(codes.map((code) => hashOf(userId, code))),
  };
}

/** The hash of the code that somebody typed, or undefined for what is no recovery code at all. */
export async function typedRecoveryCode(
  userId: string,
  typed: string,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const code = normalRecoveryCode(typed);
  return code === undefined ? undefined : hashOf(userId, code);
}
