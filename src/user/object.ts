import { DurableObject } from 'cloudflare:workers';
import { sameBytes } from '../core/bytes.ts';
import { decide, expiry as familyExpiry } from '../core/family/rule.ts';
import { expiry as sessionExpiry, worthTouching } from '../core/session/rule.ts';
import { newRecordId } from '../crypto/token.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';
import { deliver } from './outbox.ts';
import { migrations } from './schema.ts';
import { type FamilyRow, type SessionRow, UserStore } from './store.ts';
import type * as Types from './types.ts';

const HOUR = 60 * 60 * 1000;
/** For how long the end of a session or family can still be explained. */
const EXPLAINED_FOR = 30 * 24 * HOUR;
/** A redeemed code is remembered this long, so that its second use is caught. */
const CODE_REMEMBERED_FOR = 24 * HOUR;
const DELIVERY_BATCH = 50;
const ENDS_SHOWN = 50;

/**
 * One person: profile, password, sessions, codes, families, events. One thread and one transaction per request, so
 * whatever it answers is true everywhere at once. Every method is idempotent under a retry with the same arguments.
 */
export class UserObject extends DurableObject<Environment> {
  #opened: UserStore | undefined;
  #alarmAt = Number.POSITIVE_INFINITY;

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    state.blockConcurrencyWhile(async () => {
      this.#alarmAt = (await state.storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
    });
  }

  /** The tables are made on first use, so that an emptied object stays empty until it is needed again. */
  get #store(): UserStore {
    if (!this.#opened) {
      migrate(this.ctx.storage, migrations);
      this.#opened = new UserStore(this.ctx.storage.sql);
    }
    return this.#opened;
  }

  /** Makes the account. A retry of the same sign-up is answered like the first; another person's id never exists. */
  create(profile: Types.Profile, passwordHash: string): void {
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      if (this.#store.profile()) return;
      this.#store.insertProfile(profile, now);
      this.#store.setPasswordHash(passwordHash, now);
      this.#record('user_created', now, {});
    });
  }

  exists(): boolean {
    return this.#store.profile() !== undefined;
  }

  /** Undoes a sign-up whose identifier went to somebody else in the meantime. */
  async remove(): Promise<void> {
    this.#opened = undefined;
    this.#alarmAt = Number.POSITIVE_INFINITY;
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }

  /**
   * Counts a password attempt before its hash is computed: a guess costs a count even if the Worker dies meanwhile.
   * Works the same for an object that is no user, so that unknown people cannot be told from known ones.
   */
  beginPasswordAttempt(policy: Types.AttemptPolicy): Types.AttemptAnswer {
    const now = Date.now();
    const windowMilliseconds = policy.attemptWindowSeconds * 1000;
    return this.ctx.storage.transactionSync(() => {
      const counted = this.#store.passwordAttempts();
      const open = counted !== undefined && now < counted.windowStartedAt + windowMilliseconds;
      if (open && counted.attempts >= policy.maximumAttempts) {
        const retryAfter = counted.windowStartedAt + windowMilliseconds - now;
        return { kind: 'locked', retryAfterSeconds: Math.ceil(retryAfter / 1000) };
      }
      const windowStartedAt = open ? counted.windowStartedAt : now;
      this.#store.setPasswordAttempts(windowStartedAt, (open ? counted.attempts : 0) + 1);
      this.#wakeBy(windowStartedAt + windowMilliseconds);
      return { kind: 'counted', passwordHash: this.#store.passwordHash() };
    });
  }

  /** Opens a session after a successful sign-in, which also forgives the attempts before it. */
  openSession(
    session: Types.PresentedSession,
    amr: string[],
    device: Types.Device,
    policy: Types.SessionPolicy,
  ): Types.SessionAnswer {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const profile = this.#store.profile();
      if (!profile) return { kind: 'unknown' };
      this.#store.clearPasswordAttempts();
      if (!this.#store.session(session.sessionId)) {
        this.#store.insertSession({
          ...session,
          authTime: Math.floor(now / 1000),
          amr,
          ...device,
          createdAt: now,
          lastUsedAt: now,
          idleMilliseconds: policy.idleSeconds * 1000,
          absoluteExpiresAt: now + policy.absoluteSeconds * 1000,
        });
        this.#record('session_opened', now, { sessionId: session.sessionId, amr, ...device });
      }
      return this.#sessionAnswer(this.#store.session(session.sessionId), now);
    });
  }

  /** Who holds this session token. */
  readSession(presented: Types.PresentedSession): Types.SessionAnswer {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => this.#presentedSession(presented, now));
  }

  /** Whether a session, or a family, is alive: the question of the freshness dial. */
  status(question: { sessionId: string; familyId?: string }): Types.SessionAnswer {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      if (question.familyId === undefined)
        return this.#sessionAnswer(this.#store.session(question.sessionId), now);
      const family = this.#store.family(question.familyId);
      const profile = this.#store.profile();
      if (!family || !profile || family.sessionId !== question.sessionId) return { kind: 'unknown' };
      const end = this.#familyEnd(family, now);
      if (end) return { kind: 'ended', ...end };
      return {
        kind: 'live',
        sessionId: family.sessionId,
        authTime: family.authTime,
        amr: family.amr,
        profile,
      };
    });
  }

  /** Issues an authorization code to a live session. */
  issueCode(presented: Types.PresentedSession, code: Types.NewCode): Types.SessionAnswer {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const answer = this.#presentedSession(presented, now);
      if (answer.kind !== 'live') return answer;
      const { lifetimeSeconds, nonce, ...rest } = code;
      this.#store.insertCode({
        ...rest,
        nonce: nonce ?? null,
        sessionId: answer.sessionId,
        expiresAt: now + lifetimeSeconds * 1000,
      });
      this.#wakeBy(now + CODE_REMEMBERED_FOR);
      return answer;
    });
  }

  /** Redeems a code, once. Its second use ends what the first one issued (RFC 6749 §4.1.2). */
  redeemCode(codeId: string, secretHash: Uint8Array, redemption: Types.CodeRedemption): Types.CodeAnswer {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const code = this.#store.code(codeId);
      if (!code || !sameBytes(secretHash, code.secretHash)) return { kind: 'refused', reason: 'invalid' };
      const founding = redemption.family;
      const again = code.redeemedAt !== null;
      // The very same request, whose answer was lost between the object and the Worker, is no second use.
      const retried = again && founding !== undefined && code.familyId === founding.familyId;
      if (again && !retried) {
        if (code.familyId && this.#store.endFamily(code.familyId, 'code_reuse', now)) {
          this.#record('code_reuse', now, { clientId: code.clientId, sessionId: code.sessionId });
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
      const session = this.#sessionAnswer(this.#store.session(code.sessionId), now);
      if (session.kind !== 'live') return { kind: 'refused', reason: 'invalid' };
      if (!retried) {
        if (founding) {
          const absoluteExpiresAt = now + founding.absoluteSeconds * 1000;
          this.#store.insertFamily({
            familyId: founding.familyId,
            sessionId: code.sessionId,
            clientId: code.clientId,
            scope: code.scope,
            resource: code.resource,
            authTime: session.authTime,
            amr: session.amr,
            offline: code.scope.includes('offline_access'),
            dpopJkt: null,
            currentHash: founding.secretHash,
            createdAt: now,
            rotatedAt: now,
            idleExpiresAt: Math.min(now + founding.idleSeconds * 1000, absoluteExpiresAt),
            absoluteExpiresAt,
          });
        }
        this.#store.markCodeRedeemed(codeId, founding?.familyId ?? null, now);
      }
      const grant: Types.Grant = {
        userId: session.profile.userId,
        sessionId: code.sessionId,
        familyId: founding?.familyId ?? '',
        clientId: code.clientId,
        scope: code.scope,
        resource: code.resource,
        authTime: session.authTime,
        amr: session.amr,
      };
      return { kind: 'redeemed', grant, nonce: code.nonce ?? undefined, profile: session.profile };
    });
  }

  /** The family rule, applied. Reuse is an answer and never a throw: a throw would roll back the very end it reports. */
  refresh(request: Types.Refresh): Types.RefreshAnswer {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const family = this.#store.family(request.familyId);
      const profile = this.#store.profile();
      if (!family || !profile) return { kind: 'refused', reason: 'unknown' };
      if (!family.offline && family.endedAt === null) {
        const session = this.#sessionAnswer(this.#store.session(family.sessionId), now);
        if (session.kind === 'ended') return { kind: 'refused', reason: 'ended', cause: session.cause };
        if (session.kind === 'unknown') return { kind: 'refused', reason: 'unknown' };
      }
      const policy = {
        graceMilliseconds: request.policy.graceSeconds * 1000,
        idleMilliseconds: request.policy.idleSeconds * 1000,
      };
      const decision = decide(family, request, policy, now);
      switch (decision.kind) {
        case 'refuse':
          return decision.refusal === 'ended'
            ? { kind: 'refused', reason: 'ended', cause: family.endCause ?? 'session_ended' }
            : { kind: 'refused', reason: decision.refusal };
        case 'end': {
          this.#store.endFamily(family.familyId, decision.cause, decision.endedAt);
          const session = this.#store.session(family.sessionId);
          this.#record(`family_${decision.cause}`, now, {
            clientId: family.clientId,
            sessionId: family.sessionId,
            familyId: family.familyId,
            userAgent: session?.userAgent,
            place: session?.place,
            generation: family.generation,
            presentedGeneration: request.generation,
          });
          return { kind: 'ended', cause: decision.cause };
        }
        case 'replay': {
          const { salt, hash } = decision;
          return { kind: 'replayed', grant: this.#grant(profile, family), salt, hash };
        }
        case 'rotate':
          this.#store.rotateFamily(family.familyId, decision.family);
          return { kind: 'rotated', grant: this.#grant(profile, family) };
      }
    });
  }

  /** RFC 7009: a client gives back its own family; somebody else's is left alone. */
  revokeFamily(familyId: string, generation: number, secretHash: Uint8Array, clientId: string): void {
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      const family = this.#store.family(familyId);
      if (!family || family.clientId !== clientId) return;
      // An older token of the chain is accepted as well: whoever holds it may want the chain gone.
      if (generation === family.generation && !sameBytes(secretHash, family.currentHash)) return;
      if (this.#store.endFamily(familyId, 'revoked_by_client', now)) {
        this.#record('family_revoked', now, { clientId, sessionId: family.sessionId, familyId });
      }
    });
  }

  /** Ends a session and every family in it that has no offline_access, in one transaction. */
  endSession(sessionId: string, cause: Types.EndCause): void {
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      if (!this.#store.endSession(sessionId, cause, now)) return;
      this.#store.endFamiliesOfSession(sessionId, cause, now);
      this.#record('session_ended', now, { sessionId, cause });
    });
  }

  /** Ends every session but one, with their families. */
  endOtherSessions(keepSessionId: string): void {
    this.ctx.storage.transactionSync(() => {
      for (const session of this.#store.sessions()) {
        if (session.endedAt === null && session.sessionId !== keepSessionId) {
          this.endSession(session.sessionId, 'sign_out_everywhere');
        }
      }
    });
  }

  /** Ends every session and every family, those with offline_access too. */
  endEverything(cause: Types.EndCause): void {
    const now = Date.now();
    this.ctx.storage.transactionSync(() => {
      this.#store.endSessions(cause, now);
      this.#store.endFamilies(cause, now);
      this.#record('everything_ended', now, { cause });
    });
  }

  /** What the account page shows, for whoever holds this session. */
  account(presented: Types.PresentedSession): { session: Types.SessionAnswer; account?: Types.Account } {
    const now = Date.now();
    return this.ctx.storage.transactionSync(() => {
      const answer = this.#presentedSession(presented, now);
      if (answer.kind !== 'live') return { session: answer };
      const sessions: Types.AccountSession[] = [];
      const ends: Types.AccountEnd[] = [];
      const families = this.#store.families();
      const rows = this.#store.sessions();
      const bySession = new Map(rows.map((row) => [row.sessionId, row]));
      const alive = families.filter((family) => {
        const end = this.#familyEnd(family, now);
        // Families that ended with their session are told by the session's own line.
        const session = bySession.get(family.sessionId);
        if (end && session?.endedAt !== end.endedAt) {
          const userAgent = session?.userAgent ?? '';
          ends.push({ what: 'family', clientId: family.clientId, userAgent, ...end });
        }
        return !end;
      });
      for (const row of rows) {
        const end = this.#sessionEnd(row, now);
        if (end) {
          ends.push({ what: 'session', clientId: undefined, userAgent: row.userAgent, ...end });
          continue;
        }
        const own = alive.filter((family) => family.sessionId === row.sessionId);
        sessions.push({
          sessionId: row.sessionId,
          userAgent: row.userAgent,
          place: row.place,
          createdAt: row.createdAt,
          lastUsedAt: Math.max(row.lastUsedAt, ...own.map((family) => family.rotatedAt)),
          clientIds: [...new Set(own.map((family) => family.clientId))],
        });
      }
      ends.sort((a, b) => b.endedAt - a.endedAt);
      return {
        session: answer,
        account: { profile: answer.profile, sessions, ends: ends.slice(0, ENDS_SHOWN) },
      };
    });
  }

  /** Delivers the outbox and cleans up. Runs at least once, so everything in it may be repeated. */
  override async alarm(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    const now = Date.now();
    const profile = this.#store.profile();
    if (!profile) {
      // Attempts against somebody who does not exist: nothing here outlives its window.
      await this.remove();
      return;
    }
    const events = this.#store.undeliveredEvents(DELIVERY_BATCH);
    if (events.length > 0) {
      // A failure is thrown on purpose: the platform runs the alarm again, with back-off.
      await deliver(this.env, profile, events);
      this.#store.markDelivered(
        events.map((event) => event.eventId),
        now,
      );
    }
    this.#store.removeBefore(now - EXPLAINED_FOR, now - CODE_REMEMBERED_FOR);
    if (events.length === DELIVERY_BATCH) this.#wakeBy(now);
    else if (this.#store.hasCodes()) this.#wakeBy(now + CODE_REMEMBERED_FOR);
    else if (!this.#store.isQuiet()) this.#wakeBy(now + EXPLAINED_FOR);
  }

  #presentedSession(presented: Types.PresentedSession, now: number): Types.SessionAnswer {
    const row = this.#store.session(presented.sessionId);
    if (!row || !sameBytes(presented.secretHash, row.secretHash)) return { kind: 'unknown' };
    return this.#sessionAnswer(row, now);
  }

  #sessionEnd(row: SessionRow, now: number): { cause: Types.EndCause; endedAt: number } | null {
    if (row.endedAt !== null) return { cause: row.endCause ?? 'session_ended', endedAt: row.endedAt };
    return sessionExpiry(row, now);
  }

  /** Reads a session, writes down its end if it has just expired, and its use if that is due. */
  #sessionAnswer(row: SessionRow | undefined, now: number): Types.SessionAnswer {
    const profile = this.#store.profile();
    if (!row || !profile) return { kind: 'unknown' };
    const end = this.#sessionEnd(row, now);
    if (end) {
      if (row.endedAt === null) {
        this.#store.endSession(row.sessionId, end.cause, end.endedAt);
        this.#store.endFamiliesOfSession(row.sessionId, end.cause, end.endedAt);
        this.#record('session_ended', now, { sessionId: row.sessionId, cause: end.cause });
      }
      return { kind: 'ended', ...end };
    }
    if (worthTouching(row, now)) this.#store.touchSession(row.sessionId, now);
    return { kind: 'live', sessionId: row.sessionId, authTime: row.authTime, amr: row.amr, profile };
  }

  #familyEnd(family: FamilyRow, now: number): { cause: Types.EndCause; endedAt: number } | null {
    if (family.endedAt !== null)
      return { cause: family.endCause ?? 'session_ended', endedAt: family.endedAt };
    const expired = familyExpiry(family, now);
    if (expired || family.offline) return expired;
    const session = this.#store.session(family.sessionId);
    return session ? this.#sessionEnd(session, now) : { cause: 'session_ended', endedAt: now };
  }

  #grant(profile: Types.Profile, family: FamilyRow): Types.Grant {
    return {
      userId: profile.userId,
      sessionId: family.sessionId,
      familyId: family.familyId,
      clientId: family.clientId,
      scope: [...family.scope],
      resource: [...family.resource],
      authTime: family.authTime,
      amr: family.amr,
    };
  }

  /** Writes an event into the outbox, in the transaction that caused it. */
  #record(type: string, at: number, detail: Record<string, unknown>): void {
    this.#store.insertEvent({ eventId: newRecordId(), type, at, detail });
    this.#wakeBy(at);
  }

  /** One alarm per object: the earliest wish wins. Its write joins the transaction's own commit. */
  #wakeBy(at: number): void {
    const pending = this.#alarmAt > Date.now();
    if (pending && at >= this.#alarmAt) return;
    this.#alarmAt = at;
    void this.ctx.storage.setAlarm(at);
  }
}
