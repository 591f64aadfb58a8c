import type { Seen } from '../../core/risk/use.ts';
import type { EndCause } from '../types.ts';
import { bytes, first, list } from './sql.ts';

export interface SessionRow {
  sessionId: string;
  secretHash: Uint8Array;
  /** Seconds since the epoch; the other times are milliseconds. */
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
  /** What it was last used with, as far as that is known. */
  seen: Seen | null;
}

type Stored = Omit<SessionRow, 'secretHash' | 'amr' | 'endCause' | 'seen'> & {
  secretHash: ArrayBuffer;
  amr: string;
  endCause: string | null;
  seen: string | null;
} & Record<string, SqlStorageValue>;

const columns = `session_id AS sessionId, secret_hash AS secretHash, auth_time_seconds AS authTime, amr,
  user_agent AS userAgent, place, created_at AS createdAt, last_used_at AS lastUsedAt,
  idle_milliseconds AS idleMilliseconds, absolute_expires_at AS absoluteExpiresAt, ended_at AS endedAt,
  end_cause AS endCause, seen`;

const read = (row: Stored): SessionRow => ({
  ...row,
  secretHash: bytes(row.secretHash),
  amr: list(row.amr),
  endCause: row.endCause as EndCause | null,
  seen: row.seen === null ? null : (JSON.parse(row.seen) as Seen),
});

export class SessionTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(sessionId: string): SessionRow | undefined {
    const row = first<Stored>(this.#sql, `SELECT ${columns} FROM session WHERE session_id = ?`, sessionId);
    return row && read(row);
  }

  /** The newest first. */
  all(): SessionRow[] {
    const rows = this.#sql.exec<Stored>(`SELECT ${columns} FROM session ORDER BY created_at DESC`);
    return rows.toArray().map(read);
  }

  insert(row: Omit<SessionRow, 'endedAt' | 'endCause'>): void {
    this.#sql.exec(
      `INSERT INTO session (session_id, secret_hash, auth_time_seconds, amr, user_agent, place, created_at,
        last_used_at, idle_milliseconds, absolute_expires_at, seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
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
      row.seen && JSON.stringify(row.seen),
    );
  }

  /** A new sign-in in the same session. */
  renew(row: Omit<SessionRow, 'createdAt' | 'endedAt' | 'endCause'>): void {
    this.#sql.exec(
      `UPDATE session SET secret_hash = ?, auth_time_seconds = ?, amr = ?, user_agent = ?, place = ?,
        last_used_at = ?, idle_milliseconds = ?, absolute_expires_at = ?, seen = ? WHERE session_id = ?`,
      row.secretHash,
      row.authTime,
      JSON.stringify(row.amr),
      row.userAgent,
      row.place,
      row.lastUsedAt,
      row.idleMilliseconds,
      row.absoluteExpiresAt,
      row.seen && JSON.stringify(row.seen),
      row.sessionId,
    );
  }

  touch(sessionId: string, now: number, seen: Seen | null): void {
    const update = 'UPDATE session SET last_used_at = ?, seen = ? WHERE session_id = ?';
    this.#sql.exec(update, now, seen && JSON.stringify(seen), sessionId);
  }

  setSeen(sessionId: string, seen: Seen): void {
    this.#sql.exec('UPDATE session SET seen = ? WHERE session_id = ?', JSON.stringify(seen), sessionId);
  }

  end(sessionId: string, cause: EndCause, endedAt: number): void {
    const update = 'UPDATE session SET ended_at = ?, end_cause = ? WHERE session_id = ? AND ended_at IS NULL';
    this.#sql.exec(update, endedAt, cause, sessionId);
  }

  /** Removes what ended before `endedBefore`, by itself or by expiry. */
  removeEnded(endedBefore: number): void {
    this.#sql.exec(
      `DELETE FROM session
        WHERE COALESCE(ended_at, MIN(last_used_at + idle_milliseconds, absolute_expires_at)) < ?`,
      endedBefore,
    );
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM session LIMIT 1') === undefined;
  }
}
