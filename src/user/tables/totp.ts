import { first } from './sql.ts';

export interface TotpRow {
  totpId: string;
  /** The secret, sealed for this user. */
  sealed: string;
  /** The newest time step whose code was used. */
  lastStep: number;
  /** The attempt that used it. */
  usedBy: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

/** The authenticator app: one, or none. */
export class TotpTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(): TotpRow | undefined {
    return first<TotpRow & Record<string, SqlStorageValue>>(
      this.#sql,
      `SELECT totp_id AS totpId, sealed, last_step AS lastStep, used_by AS usedBy, created_at AS createdAt FROM totp`,
    );
  }

  /** In the place of the one before. */
  set(row: TotpRow): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO totp (only, totp_id, sealed, last_step, used_by, created_at) VALUES (1, ?, ?, ?, ?, ?)`,
      row.totpId,
      row.sealed,
      row.lastStep,
      row.usedBy,
      row.createdAt,
    );
  }

  use(step: number, usedBy: string): void {
    this.#sql.exec('UPDATE totp SET last_step = ?, used_by = ?', step, usedBy);
  }

  /** The same secret, sealed anew. */
  reseal(sealed: string): void {
    this.#sql.exec('UPDATE totp SET sealed = ?', sealed);
  }

  remove(): void {
    this.#sql.exec('DELETE FROM totp');
  }
}
