import { sameBytes } from '../core/bytes.ts';
import { giveConsent, hasConsent } from './consents.ts';
import { familyEnd, foundFamily } from './families.ts';
import type { UserRecord } from './record.ts';
import { answerFor, readSession } from './sessions.ts';
import type { CodeRow } from './tables/code.ts';
import type {
  CodeAnswer,
  CodeRedemption,
  CodeRefusal,
  IssueAnswer,
  NewCode,
  PresentedSession,
} from './types.ts';

/**
 * A redeemed code is remembered this long, so that its second use is caught. Not for longer: whoever finds an old
 * one in a log could sign its owner out with it.
 */
export const CODE_REMEMBERED_FOR = 60 * 60 * 1000;

/** Issues an authorization code to a live session, if its person agrees to what it is for. */
export function issueCode(
  user: UserRecord,
  presented: PresentedSession,
  code: NewCode,
  now: number,
): IssueAnswer {
  const answer = readSession(user, presented, now);
  if (answer.kind !== 'live') return answer;
  const { lifetimeSeconds, consent, ...rest } = code;
  // In the transaction that issues the code: what is taken back a moment before gives no code any more.
  if (consent === 'remembered' && !hasConsent(user, code.clientId, code)) return { kind: 'consent_needed' };
  if (consent === 'given') giveConsent(user, code.clientId, code, now);
  const expiresAt = now + lifetimeSeconds * 1000;
  user.codes.insert({
    ...rest,
    nonce: code.nonce ?? null,
    dpopJkt: code.dpopJkt ?? null,
    claims: code.claims ?? null,
    sessionId: answer.sessionId,
    expiresAt,
  });
  user.wakeBy(now + CODE_REMEMBERED_FOR);
  return answer;
}

/** What a redemption lacks that its code was bound to when it was issued. */
function mismatch(code: CodeRow, redemption: CodeRedemption): CodeRefusal | undefined {
  const { redirectUri, codeChallenge, dpopJkt, resource } = redemption;
  // RFC 6749 §4.1.3. OAuth 2.1 §10.2 lets it be left out, since the verifier says who began; without one it may not.
  if (code.redirectUri !== redirectUri && (redirectUri !== undefined || code.codeChallenge === ''))
    return 'wrong_redirect_uri';
  // RFC 7636 §4.6. A verifier for a code without a challenge: somebody took the challenge away (RFC 9700 §2.1.1).
  if (code.codeChallenge !== (codeChallenge ?? '')) return 'wrong_verifier';
  // RFC 9449 §10.
  if (code.dpopJkt !== null && code.dpopJkt !== dpopJkt) return 'wrong_key';
  return resource?.some((uri) => !code.resource.includes(uri)) ? 'resource_exceeded' : undefined;
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
  if (now >= code.expiresAt || code.clientId !== redemption.clientId)
    return { kind: 'refused', reason: 'invalid' };
  const refusal = mismatch(code, redemption);
  if (refusal) return { kind: 'refused', reason: refusal };
  const session = answerFor(user, user.sessions.get(code.sessionId), now);
  if (session.kind !== 'live') return { kind: 'refused', reason: 'invalid' };
  const claims = code.claims ?? undefined;
  if (founding) foundFamily(user, session, redemptionId, founding, { ...code, claims }, now);
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
  return { kind: 'redeemed', grant, nonce: code.nonce ?? undefined, profile: session.profile, claims };
}
