import { first } from './sql.ts';

/** One client that is to be told of the end of one session. */
export interface LogoutNotice {
  noticeId: string;
  sessionId: string;
  clientId: string;
  /** How often it was tried in vain. */
  attempts: number;
}

type Stored = LogoutNotice & Record<string, SqlStorageValue>;

/** Of the outbox: whom to tell of the end of a session. They are no events: nobody but the client gets them. */
export class LogoutNoticeTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** @param at when to try first, in milliseconds since the epoch */
  insert({ noticeId, sessionId, clientId, attempts }: LogoutNotice, at: number): void {
    this.#sql.exec(
      'INSERT INTO logout_notice (notice_id, session_id, client_id, attempts, next_at) VALUES (?, ?, ?, ?, ?)',
      noticeId,
      sessionId,
      clientId,
      attempts,
      at,
    );
  }

  /** Those whose time has come. First tries come first: they do not wait for clients that are known to be silent. */
  due(now: number, limit: number): LogoutNotice[] {
    return this.#sql
      .exec<Stored>(
        `SELECT notice_id AS noticeId, session_id AS sessionId, client_id AS clientId, attempts FROM logout_notice
          WHERE next_at <= ? ORDER BY attempts, next_at LIMIT ?`,
        now,
        limit,
      )
      .toArray();
  }

  postpone({ noticeId, attempts }: LogoutNotice, at: number): void {
    this.#sql.exec(
      'UPDATE logout_notice SET attempts = ?, next_at = ? WHERE notice_id = ?',
      attempts,
      at,
      noticeId,
    );
  }

  remove(noticeId: string): void {
    this.#sql.exec('DELETE FROM logout_notice WHERE notice_id = ?', noticeId);
  }

  /** When the next one is to be tried, or null when there is none. */
  nextAt(): number | null {
    return (
      first<{ at: number | null }>(this.#sql, 'SELECT MIN(next_at) AS at FROM logout_notice')?.at ?? null
    );
  }
}
