import { DurableObject } from 'cloudflare:workers';
import { migrate } from '../../durable/migrate.ts';
import type { Environment } from '../../environment.ts';

const migrations = [
  `CREATE TABLE entry (
    session_id TEXT PRIMARY KEY,
    -- Milliseconds since the epoch.
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID`,
];

/** So many sign-ins of one person at one gate are known at once. */
const MAXIMUM_ENTRIES = 200;

/** The gate sessions of one person, or of one session, at a provider: what a logout token ends. */
export class GateSessionIndexObject extends DurableObject<Environment> {
  #migrated = false;

  /** Answers with the sessions that there is no more room for: they must end, or a logout would miss them. */
  async add(sessionId: string, expiresAt: number): Promise<string[]> {
    const now = Date.now();
    const sql = this.#open();
    sql.exec('DELETE FROM entry WHERE expires_at <= ?', now);
    sql.exec('INSERT OR IGNORE INTO entry VALUES (?, ?)', sessionId, expiresAt);
    const rows = sql.exec<{ sessionId: string }>(
      'SELECT session_id AS sessionId FROM entry WHERE session_id <> ? ORDER BY expires_at DESC LIMIT -1 OFFSET ?',
      sessionId,
      MAXIMUM_ENTRIES - 1,
    );
    const superfluous = rows.toArray().map((row) => row.sessionId);
    for (const one of superfluous) sql.exec('DELETE FROM entry WHERE session_id = ?', one);
    if ((await this.ctx.storage.getAlarm()) === null) await this.ctx.storage.setAlarm(expiresAt);
    return superfluous;
  }

  list(): string[] {
    const { sql } = this.ctx.storage;
    // What nobody wrote to stays empty.
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'entry'").toArray().length === 0) return [];
    const rows = sql.exec<{ sessionId: string }>('SELECT session_id AS sessionId FROM entry');
    return rows.toArray().map((row) => row.sessionId);
  }

  override async alarm(): Promise<void> {
    const sql = this.#open();
    sql.exec('DELETE FROM entry WHERE expires_at <= ?', Date.now());
    const [next] = sql.exec<{ at: number | null }>('SELECT min(expires_at) AS at FROM entry').toArray();
    if (next?.at) return this.ctx.storage.setAlarm(next.at);
    this.#migrated = false;
    await this.ctx.storage.deleteAll();
  }

  #open(): SqlStorage {
    if (!this.#migrated) migrate(this.ctx.storage, migrations);
    this.#migrated = true;
    return this.ctx.storage.sql;
  }
}
