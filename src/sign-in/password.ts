import { normalEmail } from '../core/account/email.ts';
import { MAXIMUM_PASSWORD_LENGTH, verifyPassword } from '../crypto/password.ts';
import type { Dependencies } from '../dependencies.ts';
import { absentUserId } from '../identifier/identifiers.ts';

export type PasswordOutcome =
  | { kind: 'matches'; userId: string }
  | { kind: 'wrong' }
  | { kind: 'locked'; retryAfterSeconds: number };

type Needs = Pick<Dependencies, 'config' | 'secrets' | 'users' | 'identifiers'>;

/** Counts an attempt against a user, then compares the password. */
export async function checkPassword(
  { config, secrets, users }: Pick<Needs, 'config' | 'secrets' | 'users'>,
  userId: string,
  password: string,
): Promise<PasswordOutcome> {
  const attempt = await users.beginPasswordAttempt(userId, config.passwords);
  if (attempt.kind === 'locked') return attempt;
  return (await verifyPassword(secrets, password, attempt.passwordHash))
    ? { kind: 'matches', userId }
    : { kind: 'wrong' };
}

/**
 * Who this email and password are. An unknown email makes the same calls, costs the same hash and gets the same
 * answers as a known one, the lock included.
 */
export async function signInByPassword(
  dependencies: Needs,
  typedEmail: string,
  password: string,
): Promise<PasswordOutcome> {
  const email = normalEmail(typedEmail);
  // What no account can have is refused before anything is computed, and tells nothing about any account.
  if (!email || password.length === 0 || password.length > MAXIMUM_PASSWORD_LENGTH) return { kind: 'wrong' };
  const userId = await dependencies.identifiers.lookup(email);
  const outcome = await checkPassword(dependencies, userId ?? (await absentUserId(email)), password);
  return outcome.kind === 'matches' && userId === undefined ? { kind: 'wrong' } : outcome;
}

/** What is wrong with a new password, in a sentence for the person, or undefined. */
export function newPasswordFault(password: string, minimumLength: number): string | undefined {
  // Counted in characters as people see them, not in UTF-16 units (NIST SP 800-63B-4 §3.1.1.2).
  if ([...password.normalize('NFC')].length < minimumLength) {
    return `Use at least ${minimumLength} characters. A few words together work well.`;
  }
  return password.length > MAXIMUM_PASSWORD_LENGTH
    ? `Use at most ${MAXIMUM_PASSWORD_LENGTH} characters.`
    : undefined;
}

/** "Too many attempts", with how long to wait. */
export function lockedMessage(retryAfterSeconds: number): string {
  const minutes = Math.ceil(retryAfterSeconds / 60);
  return `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`;
}
