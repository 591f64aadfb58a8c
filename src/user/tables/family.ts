import type { Family } from '../../core/family/rule.ts';
import type { Seen } from '../../core/risk/use.ts';
import type { ClaimsRequest, EndCause } from '../types.ts';
import { bytes, first, list } from './sql.ts';

/** A family with what surrounds its chain. */
export interface FamilyRow extends Family {
  familyId: string;
  sessionId: string;
  /** Seconds since the epoch; the other times are milliseconds. */
  authTime: number;
  amr: string[];
  /** Granted offline_access: outlives its session. */
  offline: boolean;
  /** What the authorization request asked for by `claims`. */
  claims: ClaimsRequest | null;
  createdAt: number;
  endCause: EndCause | null;
  /** What it was last refreshed with, as far as that is known. */
  seen: Seen | null;
}

type Converted =
  | 'scope'
  | 'resource'
  | 'amr'
  | 'offline'
  | 'claims'
  | 'currentHash'
  | 'previousHash'
  | 'salt'
  | 'sessionProved'
  | 'endCause'
  | 'seen';
type Stored = Omit<FamilyRow, Converted> & {
  scope: string;
  resource: string;
  amr: string;
  offline: number;
  claims: string | null;
  currentHash: ArrayBuffer;
  previousHash: ArrayBuffer | null;
  salt: ArrayBuffer | null;
  sessionProved: number;
  endCause: string | null;
  seen: string | null;
} & Record<string, SqlStorageValue>;

const columns = `family_id AS familyId, session_id AS sessionId, client_id AS clientId, scope, resource,
  auth_time_seconds AS authTime, amr, offline, claims, dpop_jkt AS dpopJkt, generation, current_hash AS currentHash,
  previous_hash AS previousHash, salt, created_at AS createdAt, rotated_at AS rotatedAt,
  session_proved AS sessionProved, idle_expires_at AS idleExpiresAt, absolute_expires_at AS absoluteExpiresAt,
  ended_at AS endedAt, end_cause AS endCause, seen`;

const read = (row: Stored): FamilyRow => ({
  ...row,
  scope: list(row.scope),
  resource: list(row.resource),
  amr: list(row.amr),
  offline: row.offline === 1,
  claims: row.claims === null ? null : (JSON.parse(row.claims) as ClaimsRequest),
  currentHash: bytes(row.currentHash),
  previousHash: row.previousHash && bytes(row.previousHash),
  salt: row.salt && bytes(row.salt),
  sessionProved: row.sessionProved === 1,
  endCause: row.endCause as EndCause | null,
  seen: row.seen === null ? null : (JSON.parse(row.seen) as Seen),
});

const stored = (seen: Seen | null): string | null => seen && JSON.stringify(seen);

export class FamilyTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(familyId: string): FamilyRow | undefined {
    const row = first<Stored>(this.#sql, `SELECT ${columns} FROM family WHERE family_id = ?`, familyId);
    return row && read(row);
  }

  /** The newest first. */
  all(): FamilyRow[] {
    const rows = this.#sql.exec<Stored>(`SELECT ${columns} FROM family ORDER BY created_at DESC`);
    return rows.toArray().map(read);
  }

  insert(
    row: Omit<FamilyRow, 'endedAt' | 'endCause' | 'previousHash' | 'salt' | 'sessionProved' | 'generation'>,
  ): void {
    this.#sql.exec(
      `INSERT INTO family (family_id, session_id, client_id, scope, resource, auth_time_seconds, amr, offline,
        claims, dpop_jkt, generation, current_hash, created_at, rotated_at, idle_expires_at, absolute_expires_at, seen)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)`,
      row.familyId,
      row.sessionId,
      row.clientId,
      JSON.stringify(row.scope),
      JSON.stringify(row.resource),
      row.authTime,
      JSON.stringify(row.amr),
      row.offline ? 1 : 0,
      row.claims && JSON.stringify(row.claims),
      row.dpopJkt,
      row.currentHash,
      row.createdAt,
      row.rotatedAt,
      row.idleExpiresAt,
      row.absoluteExpiresAt,
      stored(row.seen),
    );
  }

  /** The one row that a refresh writes. */
  rotate(familyId: string, next: Family, seen: Seen | null): void {
    this.#sql.exec(
      `UPDATE family SET generation = ?, current_hash = ?, previous_hash = ?, salt = ?, rotated_at = ?,
        session_proved = ?, idle_expires_at = ?, seen = ? WHERE family_id = ?`,
      next.generation,
      next.currentHash,
      next.previousHash,
      next.salt,
      next.rotatedAt,
      next.sessionProved ? 1 : 0,
      next.idleExpiresAt,
      stored(seen),
      familyId,
    );
  }

  keep(familyId: string, idleExpiresAt: number, seen: Seen | null): void {
    const update = 'UPDATE family SET idle_expires_at = ?, seen = ? WHERE family_id = ?';
    this.#sql.exec(update, idleExpiresAt, stored(seen), familyId);
  }

  setSeen(familyId: string, seen: Seen | null): void {
    this.#sql.exec('UPDATE family SET seen = ? WHERE family_id = ?', stored(seen), familyId);
  }

  end(familyId: string, cause: EndCause, endedAt: number): void {
    const update = 'UPDATE family SET ended_at = ?, end_cause = ? WHERE family_id = ? AND ended_at IS NULL';
    this.#sql.exec(update, endedAt, cause, familyId);
  }

  // An end never overwrites another: what had ended or expired before keeps its own cause and time.

  /** Ends the families that do not outlive their session. */
  endOfSession(sessionId: string, cause: EndCause, endedAt: number): void {
    this.#sql.exec(
      `UPDATE family SET ended_at = ?1, end_cause = ?2 WHERE session_id = ?3 AND offline = 0 AND ended_at IS NULL
        AND idle_expires_at > ?1 AND absolute_expires_at > ?1`,
      endedAt,
      cause,
      sessionId,
    );
  }

  /** Ends every family of a client, those with offline_access too. */
  endOfClient(clientId: string, cause: EndCause, endedAt: number): void {
    this.#sql.exec(
      `UPDATE family SET ended_at = ?1, end_cause = ?2 WHERE client_id = ?3 AND ended_at IS NULL
        AND idle_expires_at > ?1 AND absolute_expires_at > ?1`,
      endedAt,
      cause,
      clientId,
    );
  }

  /** Ends every family, those with offline_access too, but for those that belong to one session and end with it. */
  endAll(cause: EndCause, endedAt: number, exceptSessionId: string | null = null): void {
    this.#sql.exec(
      `UPDATE family SET ended_at = ?1, end_cause = ?2 WHERE NOT (session_id IS ?3 AND offline = 0) AND ended_at IS NULL
        AND idle_expires_at > ?1 AND absolute_expires_at > ?1`,
      endedAt,
      cause,
      exceptSessionId,
    );
  }

  /** Removes what ended before `endedBefore`, by itself or by expiry. */
  removeEnded(endedBefore: number): void {
    this.#sql.exec(
      'DELETE FROM family WHERE COALESCE(ended_at, MIN(idle_expires_at, absolute_expires_at)) < ?',
      endedBefore,
    );
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM family LIMIT 1') === undefined;
  }
}
