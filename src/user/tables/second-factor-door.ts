import type { Door } from '../../core/second-factor/door.ts';
import { first } from './sql.ts';

/** Attempts at a second factor, for each door by itself. */
export class SecondFactorDoorTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(door: string): Door | undefined {
    return first<Door & Record<string, SqlStorageValue>>(
      this.#sql,
      'SELECT attempts, closed_until AS closedUntil FROM second_factor_door WHERE door = ?',
      door,
    );
  }

  set(door: string, { attempts, closedUntil }: Door, now: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO second_factor_door (door, attempts, closed_until, tried_at) VALUES (?, ?, ?, ?)',
      door,
      attempts,
      closedUntil,
      now,
    );
  }

  clear(door: string): void {
    this.#sql.exec('DELETE FROM second_factor_door WHERE door = ?', door);
  }

  clearAll(): void {
    this.#sql.exec('DELETE FROM second_factor_door');
  }

  removeOld(triedBefore: number): void {
    this.#sql.exec('DELETE FROM second_factor_door WHERE tried_at < ?', triedBefore);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM second_factor_door LIMIT 1') === undefined;
  }
}
