import type { Family } from '../core/family/rule.ts';
import type { EndCause, Profile } from './types.ts';

// The SQL of a user's object, and nothing else: no decision is taken here.

const bytes = (value: ArrayBuffer): Uint8Array => new Uint8Array(value);
const list = (value: string): string[] => JSON.parse(value) as string[];

export interface SessionRow {
  sessionId: string;
  secretHash: Uint8Array;
  authTime: number;
  amr: string[];
  userAgent: string;
  place: string;
  createdAt: number;
  lastUsedAt: number;
  idleMilliseconds: number;
  absoluteExpiresAt: number;
  endedAt: number | null;
  endCause: EndCause | null;
}

export interface CodeRow {
  codeId: string;
  secretHash: Uint8Array;
  sessionId: string;
  clientId: string;
  redirectUri: string;
  codeChallenge: string;
  scope: string[];
  resource: string[];
  nonce: string | null;
  expiresAt: number;
  redeemedAt: number | null;
  familyId: string | null;
}

/** A family with what surrounds its chain. */
export interface FamilyRow extends Family {
  familyId: string;
  sessionId: string;
  authTime: number;
  amr: string[];
  offline: boolean;
  createdAt: number;
  endCause: EndCause | null;
}

export interface EventRow {
  eventId: string;
  type: string;
  at: number;
  detail: Record<string, unknown>;
}

type SqlRow = Record<string, SqlStorageValue>;
type SqlSession = SqlRow & {
  session_id: string;
  secret_hash: ArrayBuffer;
  auth_time_seconds: number;
  amr: string;
  user_agent: string;
  place: string;
  created_at: number;
  last_used_at: number;
  idle_milliseconds: number;
  absolute_expires_at: number;
  ended_at: number | null;
  end_cause: EndCause | null;
};
type SqlCode = SqlRow & {
  code_id: string;
  secret_hash: ArrayBuffer;
  session_id: string;
  client_id: string;
  redirect_uri: string;
  code_challenge: string;
  scope: string;
  resource: string;
  nonce: string | null;
  expires_at: number;
  redeemed_at: number | null;
  family_id: string | null;
};
type SqlFamily = SqlRow & {
  family_id: string;
  session_id: string;
  client_id: string;
  scope: string;
  resource: string;
  auth_time_seconds: number;
  amr: string;
  offline: number;
  dpop_jkt: string | null;
  generation: number;
  current_hash: ArrayBuffer;
  previous_hash: ArrayBuffer | null;
  salt: ArrayBuffer | null;
  created_at: number;
  rotated_at: number;
  idle_expires_at: number;
  absolute_expires_at: number;
  ended_at: number | null;
  end_cause: EndCause | null;
};

const session = (row: SqlSession): SessionRow => ({
  sessionId: row.session_id,
  secretHash: bytes(row.secret_hash),
  authTime: row.auth_time_seconds,
  amr: list(row.amr),
  userAgent: row.user_agent,
  place: row.place,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
  idleMilliseconds: row.idle_milliseconds,
  absoluteExpiresAt: row.absolute_expires_at,
  endedAt: row.ended_at,
  endCause: row.end_cause,
});

const family = (row: SqlFamily): FamilyRow => ({
  familyId: row.family_id,
  sessionId: row.session_id,
  clientId: row.client_id,
  scope: list(row.scope),
  resource: list(row.resource),
  authTime: row.auth_time_seconds,
  amr: list(row.amr),
  offline: row.offline === 1,
  dpopJkt: row.dpop_jkt,
  generation: row.generation,
  currentHash: bytes(row.current_hash),
  previousHash: row.previous_hash && bytes(row.previous_hash),
  salt: row.salt && bytes(row.salt),
  createdAt: row.created_at,
  rotatedAt: row.rotated_at,
  idleExpiresAt: row.idle_expires_at,
  absoluteExpiresAt: row.absolute_expires_at,
  endedAt: row.ended_at,
  endCause: row.end_cause,
});

export class UserStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  #one<Row extends SqlRow>(query: string, ...bindings: unknown[]): Row | undefined {
    return this.#sql.exec<Row>(query, ...bindings).toArray()[0];
  }

  profile(): Profile | undefined {
    const row = this.#one<{ user_id: string; email: string; email_verified: number; name: string }>(
      'SELECT user_id, email, email_verified, name FROM profile',
    );
    return (
      row && {
        userId: row.user_id,
        email: row.email,
        emailVerified: row.email_verified === 1,
        name: row.name,
      }
    );
  }

  insertProfile(profile: Profile, now: number): void {
    this.#sql.exec(
      'INSERT INTO profile (only, user_id, email, email_verified, name, created_at) VALUES (1, ?, ?, ?, ?, ?)',
      profile.userId,
      profile.email,
      profile.emailVerified ? 1 : 0,
      profile.name,
      now,
    );
  }

  passwordHash(): string | undefined {
    return this.#one<{ hash: string }>('SELECT hash FROM password')?.hash;
  }

  setPasswordHash(hash: string, now: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO password (only, hash, changed_at) VALUES (1, ?, ?)', hash, now);
  }

  passwordAttempts(): { windowStartedAt: number; attempts: number } | undefined {
    const row = this.#one<{ window_started_at: number; attempts: number }>(
      'SELECT window_started_at, attempts FROM password_attempts',
    );
    return row && { windowStartedAt: row.window_started_at, attempts: row.attempts };
  }

  setPasswordAttempts(windowStartedAt: number, attempts: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO password_attempts (only, window_started_at, attempts) VALUES (1, ?, ?)',
      windowStartedAt,
      attempts,
    );
  }

  clearPasswordAttempts(): void {
    this.#sql.exec('DELETE FROM password_attempts');
  }

  session(sessionId: string): SessionRow | undefined {
    const row = this.#one<SqlSession>('SELECT * FROM session WHERE session_id = ?', sessionId);
    return row && session(row);
  }

  sessions(): SessionRow[] {
    return this.#sql
      .exec<SqlSession>('SELECT * FROM session ORDER BY created_at DESC')
      .toArray()
      .map(session);
  }

  insertSession(row: Omit<SessionRow, 'endedAt' | 'endCause'>): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO session (session_id, secret_hash, auth_time_seconds, amr, user_agent, place, created_at,
        last_used_at, idle_milliseconds, absolute_expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.sessionId,
      row.secretHash,
      row.authTime,
      JSON.stringify(row.amr),
      row.userAgent,
      row.place,
      row.createdAt,
      row.lastUsedAt,
      row.idleMilliseconds,
      row.absoluteExpiresAt,
    );
  }

  touchSession(sessionId: string, now: number): void {
    this.#sql.exec('UPDATE session SET last_used_at = ? WHERE session_id = ?', now, sessionId);
  }

  /** Whether the session was alive until now. */
  endSession(sessionId: string, cause: EndCause, endedAt: number): boolean {
    return (
      this.#sql.exec(
        'UPDATE session SET ended_at = ?, end_cause = ? WHERE session_id = ? AND ended_at IS NULL',
        endedAt,
        cause,
        sessionId,
      ).rowsWritten > 0
    );
  }

  endSessions(cause: EndCause, endedAt: number): void {
    this.#sql.exec('UPDATE session SET ended_at = ?, end_cause = ? WHERE ended_at IS NULL', endedAt, cause);
  }

  code(codeId: string): CodeRow | undefined {
    const row = this.#one<SqlCode>('SELECT * FROM code WHERE code_id = ?', codeId);
    return (
      row && {
        codeId: row.code_id,
        secretHash: bytes(row.secret_hash),
        sessionId: row.session_id,
        clientId: row.client_id,
        redirectUri: row.redirect_uri,
        codeChallenge: row.code_challenge,
        scope: list(row.scope),
        resource: list(row.resource),
        nonce: row.nonce,
        expiresAt: row.expires_at,
        redeemedAt: row.redeemed_at,
        familyId: row.family_id,
      }
    );
  }

  insertCode(row: Omit<CodeRow, 'redeemedAt' | 'familyId'>): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO code (code_id, secret_hash, session_id, client_id, redirect_uri, code_challenge, scope,
        resource, nonce, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.codeId,
      row.secretHash,
      row.sessionId,
      row.clientId,
      row.redirectUri,
      row.codeChallenge,
      JSON.stringify(row.scope),
      JSON.stringify(row.resource),
      row.nonce,
      row.expiresAt,
    );
  }

  markCodeRedeemed(codeId: string, familyId: string | null, now: number): void {
    this.#sql.exec('UPDATE code SET redeemed_at = ?, family_id = ? WHERE code_id = ?', now, familyId, codeId);
  }

  family(familyId: string): FamilyRow | undefined {
    const row = this.#one<SqlFamily>('SELECT * FROM family WHERE family_id = ?', familyId);
    return row && family(row);
  }

  families(): FamilyRow[] {
    return this.#sql.exec<SqlFamily>('SELECT * FROM family ORDER BY created_at DESC').toArray().map(family);
  }

  insertFamily(row: Omit<FamilyRow, 'endedAt' | 'endCause' | 'previousHash' | 'salt' | 'generation'>): void {
    this.#sql.exec(
      `INSERT INTO family (family_id, session_id, client_id, scope, resource, auth_time_seconds, amr, offline, dpop_jkt,
        generation, current_hash, created_at, rotated_at, idle_expires_at, absolute_expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?)`,
      row.familyId,
      row.sessionId,
      row.clientId,
      JSON.stringify(row.scope),
      JSON.stringify(row.resource),
      row.authTime,
      JSON.stringify(row.amr),
      row.offline ? 1 : 0,
      row.dpopJkt,
      row.currentHash,
      row.createdAt,
      row.rotatedAt,
      row.idleExpiresAt,
      row.absoluteExpiresAt,
    );
  }

  /** The one row that a refresh writes. */
  rotateFamily(familyId: string, next: Family): void {
    this.#sql.exec(
      `UPDATE family SET generation = ?, current_hash = ?, previous_hash = ?, salt = ?, rotated_at = ?,
        idle_expires_at = ? WHERE family_id = ?`,
      next.generation,
      next.currentHash,
      next.previousHash,
      next.salt,
      next.rotatedAt,
      next.idleExpiresAt,
      familyId,
    );
  }

  /** Whether the family was alive until now. */
  endFamily(familyId: string, cause: EndCause, endedAt: number): boolean {
    return (
      this.#sql.exec(
        'UPDATE family SET ended_at = ?, end_cause = ? WHERE family_id = ? AND ended_at IS NULL',
        endedAt,
        cause,
        familyId,
      ).rowsWritten > 0
    );
  }

  endFamiliesOfSession(sessionId: string, cause: EndCause, endedAt: number): void {
    this.#sql.exec(
      'UPDATE family SET ended_at = ?, end_cause = ? WHERE session_id = ? AND offline = 0 AND ended_at IS NULL',
      endedAt,
      cause,
      sessionId,
    );
  }

  endFamilies(cause: EndCause, endedAt: number): void {
    this.#sql.exec('UPDATE family SET ended_at = ?, end_cause = ? WHERE ended_at IS NULL', endedAt, cause);
  }

  insertEvent(row: EventRow): void {
    this.#sql.exec(
      'INSERT INTO event (event_id, type, at, detail) VALUES (?, ?, ?, ?)',
      row.eventId,
      row.type,
      row.at,
      JSON.stringify(row.detail),
    );
  }

  undeliveredEvents(limit: number): EventRow[] {
    return this.#sql
      .exec<{ event_id: string; type: string; at: number; detail: string }>(
        'SELECT event_id, type, at, detail FROM event WHERE delivered_at IS NULL ORDER BY at, rowid LIMIT ?',
        limit,
      )
      .toArray()
      .map((row) => ({
        eventId: row.event_id,
        type: row.type,
        at: row.at,
        detail: JSON.parse(row.detail) as Record<string, unknown>,
      }));
  }

  markDelivered(eventIds: readonly string[], now: number): void {
    for (const eventId of eventIds) {
      this.#sql.exec('UPDATE event SET delivered_at = ? WHERE event_id = ?', now, eventId);
    }
  }

  hasCodes(): boolean {
    return this.#one('SELECT 1 AS found FROM code LIMIT 1') !== undefined;
  }

  /** Whether there is nothing left that will ever have to be removed. */
  isQuiet(): boolean {
    return (
      this.#one(
        `SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM family) OR EXISTS (SELECT 1 FROM session)
          OR EXISTS (SELECT 1 FROM event)`,
      ) === undefined
    );
  }

  /** Removes what is over and need not be explained any more. */
  removeBefore(endedBefore: number, codesExpiredBefore: number): void {
    this.#sql.exec('DELETE FROM code WHERE expires_at < ?', codesExpiredBefore);
    this.#sql.exec(
      'DELETE FROM family WHERE COALESCE(ended_at, MIN(idle_expires_at, absolute_expires_at)) < ?',
      endedBefore,
    );
    this.#sql.exec(
      'DELETE FROM session WHERE COALESCE(ended_at, MIN(last_used_at + idle_milliseconds, absolute_expires_at)) < ?',
      endedBefore,
    );
    this.#sql.exec('DELETE FROM event WHERE delivered_at IS NOT NULL AND at < ?', endedBefore);
  }
}
