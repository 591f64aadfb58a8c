import { DurableObject } from 'cloudflare:workers';
import { type Door, type DoorPolicy, knock } from '../core/account/door.ts';
import { isStuffing, TRACES_REMEMBERED_FOR, type Trace, traced } from '../core/account/stuffing.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';

const migrations = [
  `CREATE TABLE trace (
    -- A short keyed hash: whose account it is cannot be told from it.
    identifier TEXT PRIMARY KEY,
    at INTEGER NOT NULL,
    succeeded INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE door (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    attempts INTEGER NOT NULL, tried_at INTEGER NOT NULL, closed_until INTEGER NOT NULL,
    -- The attempt that was let in last: its own retry is answered like the first try.
    attempt_id TEXT NOT NULL
  );`,
];

/** What was noticed once makes every further attempt wait, 30 seconds first. */
const STUFFING_DOOR: DoorPolicy = {
  closesAfter: 1,
  closesEvery: 1,
  firstClosedFor: 30 * 1000,
  longestClosedFor: 15 * 60 * 1000,
  forgottenAfter: TRACES_REMEMBERED_FOR,
};

export type AddressAnswer =
  | { kind: 'counted'; stuffing: boolean }
  | { kind: 'refused'; retryAfterSeconds: number };

/** Remembers for a day which accounts' passwords were tried from one address, in bounded space. It knows neither. */
export class AddressObject extends DurableObject<Environment> {
  #migrated = false;
  #alarm = false;

  /**
   * Counts an attempt before its password is compared, or refuses it.
   * @param attemptId new for each
   * @param cleared whether it need not wait
   */
  attempt(identifier: string, attemptId: string, cleared: boolean): AddressAnswer {
    return this.#transaction((now) => {
      const before = this.#traces();
      const traces = traced(before, identifier, now);
      const stuffing = isStuffing(traces, identifier);
      if (stuffing && !cleared && this.#lastAttempt() !== attemptId) {
        const answer = knock(this.#door(), STUFFING_DOOR, now);
        if (answer.kind === 'closed') return { kind: 'refused', retryAfterSeconds: answer.retryAfterSeconds };
        this.#setDoor(answer.door, attemptId);
      }
      this.#keep(before, traces);
      return { kind: 'counted', stuffing };
    });
  }

  /** The password was right. */
  succeeded(identifier: string): void {
    this.#transaction(() => {
      this.ctx.storage.sql.exec('UPDATE trace SET succeeded = 1 WHERE identifier = ?', identifier);
    });
  }

  override async alarm(): Promise<void> {
    this.#alarm = false;
    const oldest = this.#transaction((now) => {
      const { sql } = this.ctx.storage;
      sql.exec('DELETE FROM trace WHERE at <= ?', now - TRACES_REMEMBERED_FOR);
      return sql.exec<{ at: number | null }>('SELECT MIN(at) AS at FROM trace').one().at;
    });
    if (oldest !== null) {
      this.#alarm = true;
      await this.ctx.storage.setAlarm(oldest + TRACES_REMEMBERED_FOR);
      return;
    }
    this.#migrated = false;
    await this.ctx.storage.deleteAll();
  }

  #transaction<T>(use: (now: number) => T): T {
    if (!this.#migrated) migrate(this.ctx.storage, migrations);
    this.#migrated = true;
    return this.ctx.storage.transactionSync(() => use(Date.now()));
  }

  #traces(): Trace[] {
    return this.ctx.storage.sql
      .exec<{ identifier: string; at: number; succeeded: number }>('SELECT * FROM trace')
      .toArray()
      .map((row) => ({ ...row, succeeded: row.succeeded === 1 }));
  }

  /** Writes the newest down, and drops those that it took the place of. */
  #keep(before: readonly Trace[], traces: readonly Trace[]): void {
    const { sql } = this.ctx.storage;
    const newest = traces.at(-1);
    if (!newest) return;
    const kept = new Set(traces.map(({ identifier }) => identifier));
    for (const { identifier } of before)
      if (!kept.has(identifier)) sql.exec('DELETE FROM trace WHERE identifier = ?', identifier);
    sql.exec(
      'INSERT OR REPLACE INTO trace (identifier, at, succeeded) VALUES (?, ?, ?)',
      newest.identifier,
      newest.at,
      newest.succeeded ? 1 : 0,
    );
    if (!this.#alarm) void this.ctx.storage.setAlarm(newest.at + TRACES_REMEMBERED_FOR);
    this.#alarm = true;
  }

  #door(): Door | undefined {
    const columns = 'attempts, tried_at AS triedAt, closed_until AS closedUntil';
    return this.ctx.storage.sql
      .exec<Door & Record<string, SqlStorageValue>>(`SELECT ${columns} FROM door`)
      .toArray()[0];
  }

  #lastAttempt(): string | undefined {
    return this.ctx.storage.sql.exec<{ id: string }>('SELECT attempt_id AS id FROM door').toArray()[0]?.id;
  }

  #setDoor({ attempts, triedAt, closedUntil }: Door, attemptId: string): void {
    this.ctx.storage.sql.exec(
      'INSERT OR REPLACE INTO door (only, attempts, tried_at, closed_until, attempt_id) VALUES (1, ?, ?, ?, ?)',
      attempts,
      triedAt,
      closedUntil,
      attemptId,
    );
  }
}
