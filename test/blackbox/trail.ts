import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type StoredEvent, trailRowOf } from '../../src/core/audit/stored.ts';
import type { TrailRow } from '../../src/core/audit/verify.ts';

/** The databases in a runtime's folder that have this table. The runtime need not be there any more. */
async function databasesWith(folder: string, table: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true }).catch(() => []);
  const paths = files.filter((name) => name.endsWith('.sqlite')).map((name) => join(folder, name));
  return paths.filter((path) => {
    using database = new DatabaseSync(path);
    return database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(table) !== undefined;
  });
}

/** What the trail in a runtime's folder has of a user. */
export async function trailIn(folder: string, userId: string): Promise<TrailRow[]> {
  const [path] = await databasesWith(folder, 'security_event');
  if (path === undefined) return [];
  using database = new DatabaseSync(path);
  const rows = database.prepare('SELECT * FROM security_event WHERE user_id = ?').all(userId);
  return (rows as unknown as StoredEvent[]).map(trailRowOf);
}

/** The ids of the events that a user's own object has written down. */
export async function eventsIn(folder: string, userId: string): Promise<string[]> {
  for (const path of await databasesWith(folder, 'event_receiver')) {
    using database = new DatabaseSync(path);
    if (!database.prepare('SELECT 1 FROM profile WHERE user_id = ?').get(userId)) continue;
    return database
      .prepare('SELECT event_id FROM event ORDER BY sequence')
      .all()
      .map(({ event_id }) => String(event_id));
  }
  return [];
}
