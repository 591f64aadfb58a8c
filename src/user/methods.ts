import type { UserRecord } from './record.ts';
import type { AccountMethods } from './types.ts';

/** How the person can sign in. Every way in has a member here, and with it a line on the account page. */
export function methodsOf(user: UserRecord): AccountMethods {
  const changedAt = user.profile.passwordChangedAt();
  const totp = user.totp.get();
  return {
    password: changedAt === undefined ? null : { changedAt },
    passkeys: user.passkeys.all().length,
    authenticator: totp ? { since: totp.createdAt } : null,
    recoveryCodes: user.recoveryCodes.left(),
    trustedDevices: user.trustedDevices.since(0).length,
    providers: user.identities.all().length,
  };
}
