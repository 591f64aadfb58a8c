import type { Door } from '../../core/account/door.ts';
import { first } from './sql.ts';

/** Attempts at a password, or at a second factor, for each door by itself. */
export class DoorTable {
  readonly #sql: SqlStorage;
  readonly #table: 'password_attempt' | 'second_factor_door';

  constructor(sql: SqlStorage, table: 'password_attempt' | 'second_factor_door') {
    this.#sql = sql;
    this.#table = table;
  }

  get(door: string): Door | undefined {
    return first<Door & Record<string, SqlStorageValue>>(
      this.#sql,
      `SELECT attempts, tried_at AS triedAt, closed_until AS closedUntil FROM ${this.#table} WHERE door = ?`,
      door,
    );
  }

  set(door: string, { attempts, triedAt, closedUntil }: Door): void {
    this.#sql.exec(
      `INSERT OR REPLACE INTO ${this.#table} (door, attempts, tried_at, closed_until) VALUES (?, ?, ?, ?)`,
      door,
      attempts,
      triedAt,
      closedUntil,
    );
  }

  clear(door: string): void {
    this.#sql.exec(`DELETE FROM ${this.#table} WHERE door = ?`, door);
  }

  clearAll(): void {
    this.#sql.exec(`DELETE FROM ${this.#table}`);
  }

  removeOld(triedBefore: number): void {
    this.#sql.exec(`DELETE FROM ${this.#table} WHERE tried_at < ?`, triedBefore);
  }

  /** When the door was tried that was left alone for longest. */
  oldest(): number | undefined {
    return (
      first<{ at: number | null }>(this.#sql, `SELECT MIN(tried_at) AS at FROM ${this.#table}`)?.at ??
      undefined
    );
  }

  isEmpty(): boolean {
    return first(this.#sql, `SELECT 1 AS found FROM ${this.#table} LIMIT 1`) === undefined;
  }
}
