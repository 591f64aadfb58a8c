import { first } from './sql.ts';

/** The clients that a session was used at and that want to hear of its end. A row is written once, at redemption. */
export class SessionClientTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Whether it is there for the first time. */
  add(sessionId: string, clientId: string): boolean {
    const written = this.#sql.exec(
      'INSERT OR IGNORE INTO session_client (session_id, client_id) VALUES (?, ?)',
      sessionId,
      clientId,
    );
    return written.rowsWritten > 0;
  }

  /** Client ids, also of a session that has ended. */
  of(sessionId: string): string[] {
    return this.#sql
      .exec<{ clientId: string }>(
        'SELECT client_id AS clientId FROM session_client WHERE session_id = ?',
        sessionId,
      )
      .toArray()
      .map(({ clientId }) => clientId);
  }

  /** Sessions that nobody ended and that have a client to be told of it. */
  openSessions(): string[] {
    return this.#sql
      .exec<{ sessionId: string }>(
        `SELECT session_id AS sessionId FROM session
          WHERE ended_at IS NULL AND session_id IN (SELECT session_id FROM session_client)`,
      )
      .toArray()
      .map(({ sessionId }) => sessionId);
  }

  /** Removes what belongs to sessions that are not remembered any more. */
  removeForgotten(): void {
    if (first(this.#sql, 'SELECT 1 AS found FROM session_client LIMIT 1') === undefined) return;
    this.#sql.exec('DELETE FROM session_client WHERE session_id NOT IN (SELECT session_id FROM session)');
  }
}
