import { sameBytes } from '../core/bytes.ts';
import { decide, expiry } from '../core/family/rule.ts';
import { rememberClient } from './logouts.ts';
import type { UserRecord } from './record.ts';
import { seenNow } from './risk.ts';
import { answerFor, type End, sessionEnd } from './sessions.ts';
import type { FamilyRow } from './tables/family.ts';
import type {
  ClaimsRequest,
  Grant,
  LiveSession,
  NewFamily,
  PresentedSession,
  Profile,
  Refresh,
  RefreshAnswer,
  RefreshTokenState,
  StatusAnswer,
} from './types.ts';
import { answerReuse, judgeRefresh, judgeTokenUse } from './use-risk.ts';

/** Founds a family for a client, in a live session. A retry of the same request finds it there already. */
export function foundFamily(
  user: UserRecord,
  session: LiveSession,
  familyId: string,
  founding: NewFamily,
  granted: { clientId: string; scope: string[]; resource: string[]; claims?: ClaimsRequest | undefined },
  now: number,
): void {
  if (user.families.get(familyId)) return;
  if (founding.hearsOfLogout) rememberClient(user, session.sessionId, granted.clientId);
  const absoluteExpiresAt = now + founding.absoluteSeconds * 1000;
  user.families.insert({
    familyId,
    sessionId: session.sessionId,
    clientId: granted.clientId,
    scope: granted.scope,
    resource: granted.resource,
    authTime: session.authTime,
    amr: session.amr,
    offline: granted.scope.includes('offline_access'),
    claims: granted.claims ?? null,
    dpopJkt: founding.dpopJkt ?? null,
    currentHash: founding.secretHash,
    createdAt: now,
    rotatedAt: now,
    idleExpiresAt: Math.min(now + founding.idleSeconds * 1000, absoluteExpiresAt),
    absoluteExpiresAt,
    seen: founding.fromServer ? null : seenNow(user, now),
  });
}

/** When and why a family ended, by itself or with its session, or null while it lives. */
export function familyEnd(user: UserRecord, family: FamilyRow, now: number): End | null {
  if (family.endedAt !== null) return { cause: family.endCause ?? 'session_ended', endedAt: family.endedAt };
  const expired = expiry(family, now);
  if (expired || family.offline) return expired;
  const session = user.sessions.get(family.sessionId);
  return session ? sessionEnd(session, now) : { cause: 'session_ended', endedAt: now };
}

/** Whether a family is alive, for whoever holds an access token of it. */
export function familyStatus(
  user: UserRecord,
  familyId: string,
  sessionId: string,
  isUse: boolean,
  now: number,
): StatusAnswer {
  const family = user.families.get(familyId);
  const profile = user.profile.get();
  if (!family || !profile || family.sessionId !== sessionId) return { kind: 'unknown' };
  const end = familyEnd(user, family, now);
  if (end) return { kind: 'ended', ...end };
  const risk = isUse ? judgeTokenUse(user, family, now) : undefined;
  if (risk?.kind === 'step_up_required') return risk;
  if (risk?.kind === 'ended') return { kind: 'ended', cause: 'suspicious', endedAt: now };
  const { authTime, amr, claims } = family;
  const revokedTokens = user.revokedTokens.of(familyId);
  return {
    kind: 'live',
    sessionId,
    authTime,
    amr,
    profile,
    ...(claims && { claims }),
    ...(revokedTokens.length > 0 && { revokedTokens }),
  };
}

const grantOf = (profile: Profile, family: FamilyRow): Grant => ({
  userId: profile.userId,
  sessionId: family.sessionId,
  familyId: family.familyId,
  clientId: family.clientId,
  scope: [...family.scope],
  resource: [...family.resource],
  authTime: family.authTime,
  amr: family.amr,
});

/** Whether a request proves the live session that a family belongs to. Writes nothing: the proof is no use of the session. */
function provesSession(
  user: UserRecord,
  family: FamilyRow,
  presented: PresentedSession | undefined,
  now: number,
): boolean {
  if (presented?.sessionId !== family.sessionId) return false;
  const row = user.sessions.get(presented.sessionId);
  if (!row || !sameBytes(presented.secretHash, row.secretHash)) return false;
  return sessionEnd(row, now) === null;
}

/** The family rule, applied. Reuse is an answer and never a throw: a throw would roll back the very end it reports. */
export function refresh(user: UserRecord, request: Refresh, now: number): RefreshAnswer {
  const family = user.families.get(request.familyId);
  const profile = user.profile.get();
  if (!family || !profile) return { kind: 'refused', reason: 'unknown' };
  if (!family.offline && family.endedAt === null) {
    const session = answerFor(user, user.sessions.get(family.sessionId), now);
    if (session.kind === 'ended') return { kind: 'refused', reason: 'ended', cause: session.cause };
    if (session.kind === 'unknown') return { kind: 'refused', reason: 'unknown' };
  }
  const policy = {
    graceMilliseconds: request.policy.graceSeconds * 1000,
    idleMilliseconds: request.policy.idleSeconds * 1000,
    rotates: request.policy.rotates,
  };
  const presented = { ...request, provesSession: provesSession(user, family, request.session, now) };
  const decision = decide(family, presented, policy, now);
  const told = request.withProfile ? { profile, ...(family.claims && { claims: family.claims }) } : {};
  const { fromServer = false } = request;
  const allowed = decision.kind !== 'refuse' && decision.kind !== 'end';
  const risk = allowed
    ? judgeRefresh(user, family, { fromServer, provesSession: presented.provesSession }, now)
    : undefined;
  if (risk?.kind === 'step_up_required') return { kind: 'refused', reason: risk.kind };
  if (risk?.kind === 'ended') return { kind: 'ended', cause: 'suspicious' };
  const seen = risk?.seen ?? family.seen;
  switch (decision.kind) {
    case 'refuse':
      return decision.refusal === 'ended'
        ? { kind: 'refused', reason: 'ended', cause: family.endCause ?? 'session_ended' }
        : { kind: 'refused', reason: decision.refusal };
    case 'end': {
      user.families.end(family.familyId, decision.cause, decision.endedAt);
      const signals = decision.cause === 'reuse' ? answerReuse(user, family, fromServer, now) : [];
      const session = user.sessions.get(family.sessionId);
      user.note(`family_${decision.cause}`, now, {
        clientId: family.clientId,
        sessionId: family.sessionId,
        familyId: family.familyId,
        userAgent: session?.userAgent,
        place: session?.place,
        generation: family.generation,
        presentedGeneration: request.generation,
        ...(signals.length > 0 && { signals }),
      });
      return { kind: 'ended', cause: decision.cause };
    }
    case 'replay':
      // It is the successor that the other request made: what that one was seen with stays.
      if (risk && risk.kept !== family.seen) user.families.setSeen(family.familyId, risk.kept);
      return {
        kind: 'replayed',
        grant: grantOf(profile, family),
        ...told,
        salt: decision.salt,
        hash: decision.hash,
      };
    case 'keep':
      user.families.keep(family.familyId, decision.idleExpiresAt, seen);
      return { kind: 'kept', grant: grantOf(profile, family), ...told };
    case 'rotate':
      user.families.rotate(family.familyId, decision.family, seen);
      return { kind: 'rotated', grant: grantOf(profile, family), ...told };
  }
}

/** What a refresh token stands for, if a refresh with it would be answered now; nothing happens to it. */
export function refreshTokenState(
  user: UserRecord,
  token: { familyId: string; generation: number; secretHash: Uint8Array },
  clientId: string,
  graceMilliseconds: number,
  now: number,
): RefreshTokenState | undefined {
  const family = user.families.get(token.familyId);
  const profile = user.profile.get();
  if (!family || !profile || familyEnd(user, family, now)) return undefined;
  const { dpopJkt, createdAt } = family;
  const candidate = { salt: new Uint8Array(), hash: new Uint8Array() };
  const presented = { ...token, clientId, dpopJkt, scope: null, resource: null, candidate };
  const request = { ...presented, provesSession: false };
  const decision = decide(family, request, { graceMilliseconds, idleMilliseconds: 0 }, now);
  if (decision.kind === 'refuse' || decision.kind === 'end') return undefined;
  const expiresAt = Math.min(family.idleExpiresAt, family.absoluteExpiresAt);
  return { grant: grantOf(profile, family), dpopJkt, createdAt, expiresAt };
}

/** RFC 7009: a client gives back its own family; somebody else's is left alone. */
export function revokeFamily(
  user: UserRecord,
  token: { familyId: string; generation: number; secretHash: Uint8Array },
  clientId: string,
  cause: 'revoked_by_client' | 'superseded',
  now: number,
): void {
  const family = user.families.get(token.familyId);
  if (!family || family.clientId !== clientId || familyEnd(user, family, now)) return;
  // An older token of the chain is accepted as well: whoever holds it may want the chain gone.
  if (token.generation === family.generation && !sameBytes(token.secretHash, family.currentHash)) return;
  const { familyId, sessionId, generation } = family;
  // A browser that signs in anew holds the current token, or the one before if an answer was lost. If its chain went further
  // without it, somebody else has a copy.
  if (cause === 'superseded' && token.generation < generation - 1) {
    user.families.end(familyId, 'reuse', now);
    user.note('family_reuse', now, {
      clientId,
      sessionId,
      familyId,
      generation,
      presentedGeneration: token.generation,
    });
    return;
  }
  user.families.end(familyId, cause, now);
  user.note('family_revoked', now, { clientId, sessionId, familyId, cause });
}
