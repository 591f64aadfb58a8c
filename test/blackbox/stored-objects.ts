import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Reads what a Durable Object class has on disk, of each object that has something; the runtime has been stopped.
 * @param folder as `persistTo` had it
 */
export function readObjects<T>(folder: string, className: string, read: (database: DatabaseSync) => T): T[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.includes(className) && path.endsWith('.sqlite') && !path.endsWith('metadata.sqlite'),
  );
  return files.map((path) => {
    const database = new DatabaseSync(join(folder, path));
    try {
      return read(database);
    } finally {
      database.close();
    }
  });
}
