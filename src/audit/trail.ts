import type { ChainedEvent, ChainLink } from '../core/audit/chain.ts';

/** An event as it comes here. Those from before there was a chain have no place in it. */
export interface DeliveredEvent extends ChainedEvent {
  detail: Record<string, unknown>;
  link?: ChainLink;
}

// The table as it is now. Of a trail that is older than the chain, the columns are added: `later`.
const later = {
  sequence: 'INTEGER',
  previous_hash: 'TEXT',
  salt: 'TEXT',
  detail_hash: 'TEXT',
  hash: 'TEXT',
  request_id: 'TEXT',
  actor: 'TEXT',
} as const;

const table = `CREATE TABLE IF NOT EXISTS security_event (
  event_id TEXT NOT NULL, user_id TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, detail TEXT NOT NULL,
  ${Object.entries(later)
    .map(([name, type]) => `${name} ${type}`)
    .join(', ')},
  PRIMARY KEY (user_id, event_id)
) WITHOUT ROWID`;

const index = 'CREATE INDEX IF NOT EXISTS security_event_by_time ON security_event (at)';

/** Those that this isolate has seen to. */
const prepared = new WeakSet<D1Database>();

/** Brings a trail that an older release began to what it is now. */
async function prepare(database: D1Database): Promise<void> {
  if (prepared.has(database)) return;
  await database.batch([database.prepare(table)]);
  const { results } = await database
    .prepare("SELECT name FROM pragma_table_info('security_event')")
    .all<{ name: string }>();
  const present = new Set(results.map(({ name }) => name));
  const missing = Object.entries(later).filter(([name]) => !present.has(name));
  await database.batch([
    ...missing.map(([name, type]) =>
      database.prepare(`ALTER TABLE security_event ADD COLUMN ${name} ${type}`),
    ),
    database.prepare(index),
  ]);
  prepared.add(database);
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** Writes events to D1, where they can be searched. Delivered at least once, kept once: the key is the event's. */
export async function appendToTrail(database: D1Database, events: readonly DeliveredEvent[]): Promise<void> {
  await prepare(database);
  const insert = database.prepare(
    `INSERT OR IGNORE INTO security_event (event_id, user_id, type, at, detail,
      sequence, previous_hash, salt, detail_hash, hash, request_id, actor)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  await database.batch(
    events.map(({ eventId, userId, type, at, detail, sequence, link }) =>
      insert.bind(
        eventId,
        userId,
        type,
        at,
        JSON.stringify(detail),
        sequence,
        link?.previousHash ?? null,
        link?.salt ?? null,
        link?.detailHash ?? null,
        link?.hash ?? null,
        // In columns of their own only to be looked up by; the chain covers them in the detail.
        text(detail.requestId),
        text(detail.by),
      ),
    ),
  );
}

/**
 * Takes out of a deleted account's events what says where and with which device the person was, and in which requests. What
 * stays is that something happened to a random id, and when; and the chain, which covers the hashes of the details.
 */
export async function eraseDetails(database: D1Database, userId: string): Promise<void> {
  await prepare(database);
  await database
    .prepare(
      `UPDATE security_event SET detail = '{}', salt = NULL, request_id = NULL
        WHERE user_id = ? AND type <> 'account_deleted'`,
    )
    .bind(userId)
    .run();
}

/** Removed with one statement: D1 gives each thirty seconds. */
const BATCH = 1000;
/** Of these, in one run. */
const BATCHES = 100;

/**
 * Removes what is older than the configuration wants it kept.
 * @param before milliseconds since the epoch
 * @returns how many events were removed; where a run was not enough, the next goes on
 */
export async function removeOld(database: D1Database, before: number): Promise<number> {
  await prepare(database);
  const remove = database
    .prepare(
      `DELETE FROM security_event WHERE (user_id, event_id) IN
        (SELECT user_id, event_id FROM security_event WHERE at < ? ORDER BY at LIMIT ?)`,
    )
    .bind(before, BATCH);
  let removed = 0;
  for (let count = 0; count < BATCHES; count += 1) {
    // The number of rows that an index has is in `changes` as little as in the table's own.
    const { changes } = (await remove.run()).meta;
    removed += changes;
    if (changes < BATCH) break;
  }
  return removed;
}
