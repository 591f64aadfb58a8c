import { familyEnd } from './families.ts';
import type { UserRecord } from './record.ts';
import { endSession, sessionEnd } from './sessions.ts';
import type { HandleToEnd, TokenToRevoke } from './types.ts';

/** Every question about a family is answered with its revoked tokens: beyond so many the family itself ends. */
const MAXIMUM_OF_A_FAMILY = 50;
/** Beyond so many ended handles the session itself ends. */
const MAXIMUM_OF_A_SESSION = 50;

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

const handles = (sessionId: string): string => `gate.${sessionId}`;

/** Ends one handle of the gate and leaves the session alone. @param expiresAt when the handle would end by itself */
export function endHandle(
  user: UserRecord,
  { sessionId, handleId }: HandleToEnd,
  expiresAt: number,
  now: number,
): void {
  const row = user.sessions.get(sessionId);
  if (!row || sessionEnd(row, now)) return;
  user.revokedTokens.removeExpired(now);
  const ended = user.revokedTokens.of(handles(sessionId));
  const tokenId = `${handles(sessionId)}.${handleId}`;
  // A retry of this very request finds it there already.
  if (ended.includes(tokenId) || expiresAt <= now) return;
  if (ended.length >= MAXIMUM_OF_A_SESSION) {
    endSession(user, sessionId, 'sign_out', now);
    return;
  }
  user.revokedTokens.insert(tokenId, expiresAt);
  user.note('gate_signed_out', now, { sessionId });
}

/** Whether a handle of the gate was ended by itself. */
export const handleHasEnded = (user: UserRecord, { sessionId, handleId }: HandleToEnd): boolean =>
  user.revokedTokens.has(`${handles(sessionId)}.${handleId}`);
