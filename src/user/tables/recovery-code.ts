import { bytes, first } from './sql.ts';

export interface RecoveryCodeRow {
  hash: Uint8Array;
  /** The attempt that used it up, or null. */
  usedBy: string | null;
}

/** Recovery codes, those that were used included: one set at a time. */
export class RecoveryCodeTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  all(): RecoveryCodeRow[] {
    return this.#sql
      .exec<{ hash: ArrayBuffer; usedBy: string | null }>('SELECT hash, used_by AS usedBy FROM recovery_code')
      .toArray()
      .map((row) => ({ ...row, hash: bytes(row.hash) }));
  }

  /** Which set there is. */
  setId(): string | undefined {
    return first<{ setId: string }>(this.#sql, 'SELECT set_id AS setId FROM recovery_code LIMIT 1')?.setId;
  }

  /** How many are left. */
  left(): number {
    const query = 'SELECT COUNT(*) AS left FROM recovery_code WHERE used_by IS NULL';
    return first<{ left: number }>(this.#sql, query)?.left ?? 0;
  }

  /** A new set in the place of the one before. */
  replace(setId: string, hashes: readonly Uint8Array[]): void {
    this.remove();
    for (const hash of hashes)
      this.#sql.exec('INSERT INTO recovery_code (hash, set_id) VALUES (?, ?)', hash, setId);
  }

  use(hash: Uint8Array, usedBy: string): void {
    this.#sql.exec('UPDATE recovery_code SET used_by = ? WHERE hash = ? AND used_by IS NULL', usedBy, hash);
  }

  remove(): void {
    this.#sql.exec('DELETE FROM recovery_code');
  }
}
