import { bytes, first } from './sql.ts';

/** What a code that was mailed is for. One of one purpose is never taken for another. */
export type EmailCodePurpose = 'sign-in' | 'reset' | 'verify' | 'sign-up' | 'change-from' | 'change-to';

export interface EmailCodeRow {
  codeId: string;
  purpose: EmailCodePurpose;
  /** The address that it was mailed to, in its normal form. */
  address: string;
  /** HMAC of the code under a key that storage does not hold: there are only 10^8 codes. */
  hash: Uint8Array;
  /** Milliseconds since the epoch. */
  expiresAt: number;
  tries: number;
  /** The last request that tried it: a retry of it costs no second try. */
  lastAttempt: string | null;
  /** When the right one was presented, in milliseconds since the epoch, or null. */
  provedAt: number | null;
}

type Stored = Omit<EmailCodeRow, 'hash'> & { hash: ArrayBuffer } & Record<string, SqlStorageValue>;

/** Codes that were mailed and not used up. */
export class EmailCodeTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(codeId: string): EmailCodeRow | undefined {
    const row = first<Stored>(
      this.#sql,
      `SELECT code_id AS codeId, purpose, address, hash, expires_at AS expiresAt, tries, last_attempt AS lastAttempt,
        proved_at AS provedAt FROM email_code WHERE code_id = ?`,
      codeId,
    );
    return row && { ...row, hash: bytes(row.hash) };
  }

  insert(row: Pick<EmailCodeRow, 'codeId' | 'purpose' | 'address' | 'hash' | 'expiresAt'>): void {
    this.#sql.exec(
      `INSERT OR IGNORE INTO email_code (code_id, purpose, address, hash, expires_at, tries)
        VALUES (?, ?, ?, ?, ?, 0)`,
      row.codeId,
      row.purpose,
      row.address,
      row.hash,
      row.expiresAt,
    );
  }

  setTried(codeId: string, tries: number, lastAttempt: string, provedAt: number | null): void {
    this.#sql.exec(
      'UPDATE email_code SET tries = ?, last_attempt = ?, proved_at = ? WHERE code_id = ?',
      tries,
      lastAttempt,
      provedAt,
      codeId,
    );
  }

  keepUntil(codeId: string, expiresAt: number): void {
    this.#sql.exec('UPDATE email_code SET expires_at = ? WHERE code_id = ?', expiresAt, codeId);
  }

  remove(codeId: string): void {
    this.#sql.exec('DELETE FROM email_code WHERE code_id = ?', codeId);
  }

  removeAll(): void {
    this.#sql.exec('DELETE FROM email_code');
  }

  removeExpired(now: number): void {
    this.#sql.exec('DELETE FROM email_code WHERE expires_at <= ?', now);
  }

  /** Milliseconds since the epoch. */
  nextExpiry(): number | undefined {
    return (
      first<{ at: number | null }>(this.#sql, 'SELECT MIN(expires_at) AS at FROM email_code')?.at ?? undefined
    );
  }
}
