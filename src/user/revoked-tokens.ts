import { familyEnd } from './families.ts';
import type { UserRecord } from './record.ts';
import type { TokenToRevoke } from './types.ts';

/** Every question about a family is answered with its revoked tokens: beyond so many the family itself ends. */
const MAXIMUM_OF_A_FAMILY = 50;

/** RFC 7009 for an access token: whoever asks about its family from now on is told. */
export function revokeToken(
  user: UserRecord,
  { tokenId, familyId, sessionId }: TokenToRevoke,
  expiresAt: number,
  now: number,
): void {
  const family = user.families.get(familyId);
  if (!family || family.sessionId !== sessionId || familyEnd(user, family, now)) return;
  user.revokedTokens.removeExpired(now);
  const revoked = user.revokedTokens.of(familyId);
  // A retry of this very request finds it there already.
  if (revoked.includes(tokenId) || expiresAt <= now) return;
  if (revoked.length >= MAXIMUM_OF_A_FAMILY) user.families.end(familyId, 'revoked_by_client', now);
  else user.revokedTokens.insert(tokenId, expiresAt);
  user.note('token_revoked', now, { clientId: family.clientId, sessionId, familyId });
  user.wakeBy(expiresAt);
}
