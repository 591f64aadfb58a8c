import { DurableObject } from 'cloudflare:workers';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';

const migrations = [
  `CREATE TABLE pending (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    -- The attempt that took it: a retry of the same one is no second use.
    taken_by TEXT
  )`,
];

/** What a transaction is about; an id of one kind is never taken for another. */
export type TransactionKind = 'pushed_request' | 'invitation' | 'provider_tokens';

/** Something with no user yet that is begun once and taken once: named by its random id, gone by alarm. */
export class TransactionObject extends DurableObject<Environment> {
  #migrated = false;

  /** @param expiresAt milliseconds since the epoch. A retry of the same call finds it there already. */
  begin(kind: TransactionKind, value: string, expiresAt: number): void {
    this.#open();
    this.ctx.storage.sql.exec(
      'INSERT OR IGNORE INTO pending (only, kind, value, expires_at) VALUES (1, ?, ?, ?)',
      kind,
      value,
      expiresAt,
    );
    void this.ctx.storage.setAlarm(expiresAt);
  }

  /** What was begun, or undefined. It can be read until it is taken or expires. */
  read(kind: TransactionKind): string | undefined {
    return this.#pending(kind, null);
  }

  /** The same, once. @param attempt random: tells a retry of this call from a second one. */
  take(kind: TransactionKind, attempt: string): string | undefined {
    const value = this.#pending(kind, attempt);
    if (value !== undefined) this.ctx.storage.sql.exec('UPDATE pending SET taken_by = ?', attempt);
    return value;
  }

  override async alarm(): Promise<void> {
    this.#migrated = false;
    await this.ctx.storage.deleteAll();
  }

  #pending(kind: TransactionKind, attempt: string | null): string | undefined {
    const { sql } = this.ctx.storage;
    // An id that nobody began leaves nothing behind.
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'pending'").toArray().length === 0)
      return undefined;
    const [row] = sql
      .exec<{ value: string; expires_at: number; taken_by: string | null }>(
        'SELECT value, expires_at, taken_by FROM pending WHERE kind = ?',
        kind,
      )
      .toArray();
    if (!row || row.expires_at <= Date.now()) return undefined;
    return row.taken_by === null || row.taken_by === attempt ? row.value : undefined;
  }

  #open(): void {
    if (!this.#migrated) migrate(this.ctx.storage, migrations);
    this.#migrated = true;
  }
}
