import { first } from './sql.ts';

/** One client that is to be told of the end of one session. */
export interface LogoutNotice {
  noticeId: string;
  sessionId: string;
  clientId: string;
  /** How often it was tried in vain. */
  attempts: number;
}

/** The type of the outbox's rows that are for a client. They are no events: nobody but the client gets them. */
export const LOGOUT_NOTICE = 'logout_notice';

type Stored = { noticeId: string; detail: string };

/** Of the outbox: whom to tell of the end of a session. `at` is when to try next, in milliseconds since the epoch. */
export class LogoutNoticeTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert({ noticeId, ...detail }: LogoutNotice, at: number): void {
    this.#sql.exec(
      'INSERT INTO event (event_id, type, at, detail) VALUES (?, ?, ?, ?)',
      noticeId,
      LOGOUT_NOTICE,
      at,
      JSON.stringify(detail),
    );
  }

  /** Those whose time has come. First tries come first: they do not wait for clients that are known to be silent. */
  due(now: number, limit: number): LogoutNotice[] {
    return this.#sql
      .exec<Stored>(
        `SELECT event_id AS noticeId, detail FROM event WHERE type = ? AND at <= ?
          ORDER BY json_extract(detail, '$.attempts'), at, rowid LIMIT ?`,
        LOGOUT_NOTICE,
        now,
        limit,
      )
      .toArray()
      .map(({ noticeId, detail }) => ({
        noticeId,
        ...(JSON.parse(detail) as Omit<LogoutNotice, 'noticeId'>),
      }));
  }

  postpone({ noticeId, ...detail }: LogoutNotice, at: number): void {
    this.#sql.exec(
      'UPDATE event SET at = ?, detail = ? WHERE event_id = ?',
      at,
      JSON.stringify(detail),
      noticeId,
    );
  }

  remove(noticeId: string): void {
    this.#sql.exec('DELETE FROM event WHERE event_id = ?', noticeId);
  }

  /** When the next one is to be tried, or null when there is none. */
  nextAt(): number | null {
    const row = first<{ at: number | null }>(
      this.#sql,
      'SELECT MIN(at) AS at FROM event WHERE type = ?',
      LOGOUT_NOTICE,
    );
    return row?.at ?? null;
  }
}
