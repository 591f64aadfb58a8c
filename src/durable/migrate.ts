/**
 * Brings an object's tables to the newest version. Migrations are forward only: never edit one that has landed,
 * add another. Old objects migrate when they wake.
 * @returns whether there was nothing before
 */
export function migrate(storage: DurableObjectStorage, migrations: readonly string[]): boolean {
  return storage.transactionSync(() => {
    const { sql } = storage;
    sql.exec(
      'CREATE TABLE IF NOT EXISTS schema_version (only INTEGER PRIMARY KEY CHECK (only = 1), version INTEGER NOT NULL)',
    );
    const row = sql.exec<{ version: number }>('SELECT version FROM schema_version').toArray()[0];
    const version = row?.version ?? 0;
    if (version > migrations.length) {
      // Written by a newer release that was rolled back: guessing at its tables could undo a revocation.
      throw new Error(`storage has schema version ${version}, this release knows ${migrations.length}`);
    }
    if (version === migrations.length) return false;
    for (const statements of migrations.slice(version)) sql.exec(statements);
    sql.exec('INSERT OR REPLACE INTO schema_version (only, version) VALUES (1, ?)', migrations.length);
    return version === 0;
  });
}
