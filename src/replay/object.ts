import { DurableObject } from 'cloudflare:workers';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';

const migrations = [
  `CREATE TABLE used (
    id TEXT PRIMARY KEY,
    expires_at INTEGER NOT NULL,
    -- The request that used it: a retry of the same one is no second use.
    request_id TEXT NOT NULL
  ) WITHOUT ROWID`,
];

/** How often what has expired is removed, in milliseconds. */
const CLEAN_EVERY = 10 * 60 * 1000;

/**
 * Remembers what may be used once: the `jti` of a DPoP proof or of a client assertion. One object for each key that
 * makes them, so that nothing is shared by strangers.
 */
export class ReplayObject extends DurableObject<Environment> {
  #migrated = false;
  #alarm = false;

  /**
   * Whether this is the first use, remembered in the same step.
   * @param expiresAt when it is refused anyway, in milliseconds since the epoch.
   */
  firstUse(id: string, expiresAt: number, requestId: string): boolean {
    const now = Date.now();
    this.#open();
    const { sql } = this.ctx.storage;
    const row = sql.exec<{ requestId: string }>('SELECT request_id AS requestId FROM used WHERE id = ?', id);
    const [found] = row.toArray();
    if (found) return found.requestId === requestId;
    if (expiresAt <= now) return false;
    sql.exec('INSERT INTO used (id, expires_at, request_id) VALUES (?, ?, ?)', id, expiresAt, requestId);
    if (!this.#alarm) void this.ctx.storage.setAlarm(now + CLEAN_EVERY);
    this.#alarm = true;
    return true;
  }

  /** Whether any of these was used. Nothing is remembered of the question. */
  anyUsed(ids: string[]): boolean {
    const { sql } = this.ctx.storage;
    // What nobody wrote to stays empty.
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'used'").toArray().length === 0) return false;
    const places = ids.map(() => '?').join(', ');
    const rows = sql.exec(
      `SELECT 1 FROM used WHERE id IN (${places}) AND expires_at > ?`,
      ...ids,
      Date.now(),
    );
    return rows.toArray().length > 0;
  }

  override async alarm(): Promise<void> {
    this.#open();
    this.#alarm = false;
    const { sql } = this.ctx.storage;
    const now = Date.now();
    sql.exec('DELETE FROM used WHERE expires_at <= ?', now);
    if (sql.exec('SELECT 1 FROM used LIMIT 1').toArray().length > 0) {
      this.#alarm = true;
      await this.ctx.storage.setAlarm(now + CLEAN_EVERY);
      return;
    }
    this.#migrated = false;
    await this.ctx.storage.deleteAll();
  }

  #open(): void {
    if (this.#migrated) return;
    migrate(this.ctx.storage, migrations);
    // Here too: who comes back every few minutes puts the alarm off each time.
    this.ctx.storage.sql.exec('DELETE FROM used WHERE expires_at <= ?', Date.now());
    this.#migrated = true;
  }
}
