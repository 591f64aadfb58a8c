import type { Lock } from '../../core/risk/lock.ts';
import type { Remembered, RiskMemory } from '../../core/risk/memory.ts';
import { first } from './sql.ts';

export interface RiskMemoryRow {
  memory: RiskMemory;
  lock: Lock | null;
  /** Which sets of signals were told of a sign-in lately. */
  told: Remembered;
}

/** What is remembered of the person's sign-ins: one row, of bounded size. */
export class RiskMemoryTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(): RiskMemoryRow | undefined {
    const row = first<{ memory: string }>(this.#sql, 'SELECT memory FROM risk_memory');
    return row && (JSON.parse(row.memory) as RiskMemoryRow);
  }

  /** @param forgetAt when nothing of it counts any more, in milliseconds since the epoch */
  set(row: RiskMemoryRow, forgetAt: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO risk_memory (only, memory, forget_at) VALUES (1, ?, ?)',
      JSON.stringify(row),
      forgetAt,
    );
  }

  removeOld(now: number): void {
    this.#sql.exec('DELETE FROM risk_memory WHERE forget_at <= ?', now);
  }

  isEmpty(): boolean {
    return first(this.#sql, 'SELECT 1 AS found FROM risk_memory') === undefined;
  }
}
