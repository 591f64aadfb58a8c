import { sameBytes } from '../core/bytes.ts';
import { familyEnd, foundFamily } from './families.ts';
import type { UserRecord } from './record.ts';
import { answerFor, readSession } from './sessions.ts';
import type { CodeAnswer, CodeRedemption, NewCode, PresentedSession, SessionAnswer } from './types.ts';

/**
 * A redeemed code is remembered this long, so that its second use is caught. Not for longer: whoever finds an old
 * one in a log could sign its owner out with it.
 */
export const CODE_REMEMBERED_FOR = 60 * 60 * 1000;

/** Issues an authorization code to a live session. */
export function issueCode(
  user: UserRecord,
  presented: PresentedSession,
  code: NewCode,
  now: number,
): SessionAnswer {
  const answer = readSession(user, presented, now);
  if (answer.kind !== 'live') return answer;
  const { lifetimeSeconds, nonce, ...rest } = code;
  const expiresAt = now + lifetimeSeconds * 1000;
  user.codes.insert({ ...rest, nonce: nonce ?? null, sessionId: answer.sessionId, expiresAt });
  user.wakeBy(now + CODE_REMEMBERED_FOR);
  return answer;
}

/** Redeems a code, once. Its second use ends what the first one issued (RFC 6749 §4.1.2). */
export function redeemCode(
  user: UserRecord,
  codeId: string,
  secretHash: Uint8Array,
  redemption: CodeRedemption,
  now: number,
): CodeAnswer {
  const code = user.codes.get(codeId);
  if (!code || !sameBytes(secretHash, code.secretHash)) return { kind: 'refused', reason: 'invalid' };
  const { redemptionId, family: founding } = redemption;
  // The very same attempt, whose answer was lost between the object and the Worker, is no second use.
  const retried = code.redeemedAs === redemptionId;
  if (code.redeemedAs !== null && !retried) {
    const family = user.families.get(code.redeemedAs);
    if (family && !familyEnd(user, family, now)) {
      user.families.end(family.familyId, 'code_reuse', now);
      user.note('code_reuse', now, { clientId: code.clientId, sessionId: code.sessionId });
    }
    return { kind: 'refused', reason: 'invalid' };
  }
  if (
    now >= code.expiresAt ||
    code.clientId !== redemption.clientId ||
    code.redirectUri !== redemption.redirectUri ||
    code.codeChallenge !== redemption.codeChallenge
  ) {
    return { kind: 'refused', reason: 'invalid' };
  }
  if (redemption.resource?.some((uri) => !code.resource.includes(uri))) {
    return { kind: 'refused', reason: 'resource_exceeded' };
  }
  const session = answerFor(user, user.sessions.get(code.sessionId), now);
  if (session.kind !== 'live') return { kind: 'refused', reason: 'invalid' };
  if (founding) foundFamily(user, session, redemptionId, founding, code, now);
  if (!retried) user.codes.markRedeemed(codeId, redemptionId, now);
  const grant = {
    userId: session.profile.userId,
    sessionId: code.sessionId,
    familyId: redemptionId,
    clientId: code.clientId,
    scope: code.scope,
    resource: code.resource,
    authTime: session.authTime,
    amr: session.amr,
  };
  return { kind: 'redeemed', grant, nonce: code.nonce ?? undefined, profile: session.profile };
}
