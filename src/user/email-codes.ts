import { sameBytes } from '../core/bytes.ts';
import { post } from './mails.ts';
import { beginAttempt } from './password.ts';
import type { UserRecord } from './record.ts';
import type { EmailCodeRow } from './tables/email-code.ts';
import type { EmailCodeAnswer, EmailCodeRequest, EmailCodeTry } from './types.ts';

/** One in 20 million guesses: of 10^8 codes, five. */
const MAXIMUM_TRIES = 5;
/** For how long what was proved may be used, where a further step follows. */
const PROOF_LIVES_FOR = 10 * 60 * 1000;

/**
 * Writes a code down and has it mailed. Beyond the limit of mails nothing is, and nobody is told: whoever asks learns
 * neither that nor whether there is an account. An object that is no user's does the same writes.
 */
export function beginEmailCode(user: UserRecord, request: EmailCodeRequest, now: number): void {
  const { code, mail, door, policy, needsAccount } = request;
  // A retry of the same request.
  if (user.emailCodes.get(code.codeId)) return;
  if (beginAttempt(user, `mail ${door}`, policy, now).kind === 'locked') return;
  const expiresAt = now + code.lifetimeSeconds * 1000;
  user.emailCodes.insert({ ...code, expiresAt });
  user.wakeBy(expiresAt);
  if (mail && (user.profile.get() || !needsAccount)) post(user, mail, now);
}

/** Compares a code with what was mailed. The right one is good once. */
export function tryEmailCode(
  user: UserRecord,
  { codeId, purpose, hashes, attempt }: EmailCodeTry,
  now: number,
): EmailCodeAnswer {
  const row = user.emailCodes.get(codeId);
  if (!row || row.purpose !== purpose || row.expiresAt <= now) return { kind: 'over' };
  // A code that went to an address that the account has given up since says nothing of its owner.
  const email = user.profile.get()?.email;
  if (email !== undefined && purpose !== 'change-to' && row.address !== email) return { kind: 'over' };
  const again = row.lastAttempt === attempt;
  if (row.provedAt !== null) return again ? { kind: 'proved', address: row.address } : { kind: 'over' };
  if (row.tries >= MAXIMUM_TRIES && !again) return { kind: 'over' };
  // All are compared, whichever is right: the time tells nothing.
  const right = hashes.map((hash) => sameBytes(hash, row.hash)).includes(true);
  const tries = again ? row.tries : row.tries + 1;
  user.emailCodes.setTried(codeId, tries, attempt, right ? now : null);
  if (!right) return tries >= MAXIMUM_TRIES ? { kind: 'over' } : { kind: 'wrong' };
  user.emailCodes.keepUntil(codeId, now + PROOF_LIVES_FOR);
  user.wakeBy(now + PROOF_LIVES_FOR);
  return { kind: 'proved', address: row.address };
}

/** The code by which this was proved, if it still counts. */
export function provedCode(
  user: UserRecord,
  codeId: string,
  purpose: EmailCodeRow['purpose'],
  now: number,
): EmailCodeRow | undefined {
  const row = user.emailCodes.get(codeId);
  return row && row.purpose === purpose && row.provedAt !== null && row.expiresAt > now ? row : undefined;
}
