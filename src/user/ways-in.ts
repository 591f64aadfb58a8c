import type { Identity } from '../core/federation/id-token.ts';
import type { UserRecord } from './record.ts';
import type { OpenWays } from './types.ts';

export type WayIn = 'password' | 'passkey' | 'email_code' | 'provider';

/** The ways to sign in that would be left to the person without one of theirs: nobody may lock themselves out by mistake. */
export function waysInWithout(
  user: UserRecord,
  open: OpenWays,
  without: { credentialId?: string; password?: true; identity?: Identity },
): WayIn[] {
  const ways: WayIn[] = [];
  if (open.passwords && !without.password && user.profile.passwordHash() !== undefined) ways.push('password');
  if (open.passkeys && user.passkeys.all().some(({ credentialId }) => credentialId !== without.credentialId))
    ways.push('passkey');
  if (open.emailCodes) ways.push('email_code');
  const isOther = ({ issuer, subject }: Identity) =>
    issuer !== without.identity?.issuer || subject !== without.identity.subject;
  if (user.identities.all().some((row) => open.providers.includes(row.provider) && isOther(row)))
    ways.push('provider');
  return ways;
}
