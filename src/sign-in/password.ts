import type { Context } from 'hono';
import type { AddressAttempt } from '../address/addresses.ts';
import { normalEmail } from '../core/account/email.ts';
import { hashPassword, isOutdatedHash, MAXIMUM_PASSWORD_LENGTH, verifyPassword } from '../crypto/password.ts';
import type { Dependencies } from '../dependencies.ts';
import { absentUserId } from '../identifier/identifiers.ts';
import { isCleared } from '../middleware/clearance.ts';
import { isKnownDoor, type Proven, signInDoor } from '../middleware/session.ts';
import { count } from '../telemetry/recording.ts';
import type { Fault } from '../texts/fault.ts';

export type PasswordOutcome =
  | ({ kind: 'matches' } & Pick<Proven, 'userId' | 'door' | 'stuffing'>)
  | { kind: 'wrong' }
  /** `byAddress`: not for this account, but for what else came from there. */
  | { kind: 'locked'; retryAfterSeconds: number; byAddress?: true };

interface PasswordOptions {
  /** The client's server sends it for all its people: its address is nobody's, and no stranger closes it for them. */
  fromServer?: boolean;
}

/** Counts an attempt against a user at a door, then compares the password. */
export async function checkPassword(
  { config, secrets, users }: Pick<Dependencies, 'config' | 'secrets' | 'users'>,
  userId: string,
  door: string,
  password: string,
): Promise<PasswordOutcome> {
  const attempt = await users.beginPasswordAttempt(userId, door, config.passwords);
  if (attempt.kind === 'locked') return attempt;
  const { passwordHash } = attempt;
  if (!(await verifyPassword(secrets, password, passwordHash))) return { kind: 'wrong' };
  if (passwordHash !== undefined && isOutdatedHash(secrets, passwordHash))
    await users.rehashPassword(userId, passwordHash, await hashPassword(secrets, password));
  return { kind: 'matches', userId, door };
}

/**
 * A refusal never leaves sooner than this after its request came. An object that nobody used before is made near
 * the caller, somebody's own may be half the world away: without a floor the difference would tell who has an account.
 */
export const REFUSED_AFTER_MILLISECONDS = 1000;

/** Passes that long after it was asked for. */
export const floor = (): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, REFUSED_AFTER_MILLISECONDS));

/** Counts the attempt where it comes from. A challenge that was answered is used up only where it is needed. */
async function attemptFromHere(
  c: Context,
  dependencies: Dependencies,
  email: string,
): Promise<AddressAttempt> {
  const { addresses, challenge } = dependencies;
  const attempt = await addresses.attempt(c.req.raw, email);
  if (attempt.kind !== 'refused' || !challenge || !(await isCleared(c, dependencies))) return attempt;
  return addresses.attempt(c.req.raw, email, true);
}

/**
 * Who this email and password are. An unknown email makes the same calls, costs the same hash, takes the same time
 * and gets the same answers as a known one, the lock included.
 */
export async function signInByPassword(
  c: Context,
  dependencies: Dependencies,
  typedEmail: string,
  password: string,
  options: PasswordOptions = {},
): Promise<PasswordOutcome> {
  const outcome = await judged(c, dependencies, typedEmail, password, options);
  const told = outcome.kind === 'matches' ? 'proved' : outcome.kind;
  count('portcullis_factors_total', { method: 'password', outcome: told });
  return outcome;
}

async function judged(
  c: Context,
  dependencies: Dependencies,
  typedEmail: string,
  password: string,
  { fromServer = false }: PasswordOptions,
): Promise<PasswordOutcome> {
  const email = normalEmail(typedEmail);
  // What no account can have is refused before anything is computed, and tells nothing about any account.
  if (!email || password.length === 0 || password.length > MAXIMUM_PASSWORD_LENGTH) return { kind: 'wrong' };
  const notBefore = floor();
  const userId = await dependencies.identifiers.lookup(email);
  const countedUserId = userId ?? (await absentUserId(email));
  const door = await signInDoor(c, dependencies, countedUserId);
  // A browser in which they signed in before is theirs, wherever it is.
  const counts = !fromServer && !isKnownDoor(door);
  const attempt = counts ? await attemptFromHere(c, dependencies, email) : undefined;
  if (attempt?.kind === 'refused') {
    await notBefore;
    return { kind: 'locked', retryAfterSeconds: attempt.retryAfterSeconds, byAddress: true };
  }
  const outcome = await checkPassword(dependencies, countedUserId, door, password);
  if (outcome.kind === 'matches' && userId !== undefined) {
    await attempt?.succeeded();
    return { ...outcome, stuffing: attempt?.stuffing ?? false };
  }
  await notBefore;
  return outcome.kind === 'locked' ? outcome : { kind: 'wrong' };
}

/** The shortest new password. @param hasSecondFactor whether nobody signs in with it alone */
export const minimumLength = (
  { passwords }: Pick<Dependencies['config'], 'passwords'>,
  hasSecondFactor: boolean,
): number =>
  hasSecondFactor
    ? Math.min(passwords.minimumLength, passwords.minimumLengthWithSecondFactor)
    : passwords.minimumLength;

/** Too many attempts, with how many minutes to wait. */
export const locked = (retryAfterSeconds: number): Fault => ({
  code: 'locked',
  count: Math.ceil(retryAfterSeconds / 60),
});
