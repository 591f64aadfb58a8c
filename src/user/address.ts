import type { UserRecord } from './record.ts';
import { hasSecondFactor } from './second-factor.ts';
import { endEverythingBut } from './sessions.ts';

/**
 * The person has just shown that the account's address is theirs. If nobody ever did, whoever made the account may have
 * been somebody else, who still knows its password and is still signed in, waiting for the address's owner to come
 * ("pre-hijacking", Sudhodanan and Paverd 2022): all of that ends, unless this browser has been the account's before.
 * @param known whether the account was signed in to from this browser before
 */
export function proveAddress(user: UserRecord, address: string, known: boolean, now: number): void {
  const profile = user.profile.get();
  if (!profile || profile.emailVerified || profile.email !== address) return;
  if (!known) dropFactors(user, now);
  const { name, claims = {}, groups = [] } = profile;
  user.profile.update({ name, claims, groups, emailVerified: true });
  user.note('email_verified', now, {});
}

/**
 * Takes away every way to sign in that was set up before the address was proved, and what apps were allowed, and ends every
 * session.
 */
function dropFactors(user: UserRecord, now: number): void {
  const had =
    user.profile.passwordHash() !== undefined ||
    hasSecondFactor(user) ||
    !user.passkeys.isEmpty() ||
    user.identities.all().length > 0;
  user.profile.removePassword();
  user.totp.remove();
  user.passkeys.removeAll();
  // Whoever comes with one of these is told that nobody has it, and frees it (`userOf`).
  user.identities.removeAll();
  user.consents.removeAll();
  user.recoveryCodes.remove();
  endEverythingBut(user, null, 'address_proved', now);
  if (had) user.note('factors_dropped', now, {});
}
