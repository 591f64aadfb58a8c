import { lineageOfHandle } from '../core/oauth/handle-lineage.ts';
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
  { tokenId, familyId, handleId, sessionId }: TokenToRevoke,
  expiresAt: number,
  now: number,
): void {
  if (familyId === undefined) {
    if (handleId !== undefined) revokeOfHandle(user, { tokenId, handleId, sessionId }, expiresAt, now);
    return;
  }
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

/** The same where a browser's handle is in the place of the family. */
function revokeOfHandle(
  user: UserRecord,
  { tokenId, handleId, sessionId }: HandleToEnd & { tokenId: string },
  expiresAt: number,
  now: number,
): void {
  const row = user.sessions.get(sessionId);
  if (!row || sessionEnd(row, now) || expiresAt <= now) return;
  user.revokedTokens.removeExpired(now);
  const revoked = revokedOfHandle(user, handleId);
  if (revoked.includes(tokenId)) return;
  // A family would end; of a handle nobody here knows when it ends by itself.
  if (revoked.length >= MAXIMUM_OF_A_FAMILY) endSession(user, sessionId, 'revoked_by_client', now);
  else user.revokedTokens.insert(tokenId, expiresAt);
  user.note('token_revoked', now, { sessionId });
  user.wakeBy(expiresAt);
}

/** The `jti` of the tokens that were exchanged for a handle, and revoked. */
export const revokedOfHandle = (user: UserRecord, handleId: string): string[] =>
  user.revokedTokens.of(lineageOfHandle(handleId));

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
