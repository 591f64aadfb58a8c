import type { SealedMail } from '../../mail/sealed.ts';
import { first } from './sql.ts';

export interface OutgoingMail extends SealedMail {
  /** How often it was tried in vain. */
  attempts: number;
}

type Stored = OutgoingMail & Record<string, SqlStorageValue>;

/** Mail that waits to be sent: written in the transaction that caused it, removed once the provider has it. */
export class OutgoingMailTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** A second insertion of the same mail changes nothing. @param at when to try first, in milliseconds since the epoch */
  insert({ mailId, sealed, expiresAt }: SealedMail, at: number): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO outgoing_mail (mail_id, sealed, expires_at, attempts, next_at) VALUES (?, ?, ?, 0, ?)',
      mailId,
      sealed,
      expiresAt,
      at,
    );
  }

  /** Those whose time has come; first tries come first. */
  due(now: number, limit: number): OutgoingMail[] {
    return this.#sql
      .exec<Stored>(
        `SELECT mail_id AS mailId, sealed, expires_at AS expiresAt, attempts FROM outgoing_mail
          WHERE next_at <= ? ORDER BY attempts, next_at LIMIT ?`,
        now,
        limit,
      )
      .toArray();
  }

  postpone(mailId: string, attempts: number, at: number): void {
    this.#sql.exec(
      'UPDATE outgoing_mail SET attempts = ?, next_at = ? WHERE mail_id = ?',
      attempts,
      at,
      mailId,
    );
  }

  remove(mailId: string): void {
    this.#sql.exec('DELETE FROM outgoing_mail WHERE mail_id = ?', mailId);
  }

  /** When the next one is to be tried, or null when there is none. */
  nextAt(): number | null {
    return (
      first<{ at: number | null }>(this.#sql, 'SELECT MIN(next_at) AS at FROM outgoing_mail')?.at ?? null
    );
  }
}
