import { env, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { migrate } from '../../src/durable/migrate.ts';

const one = 'CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (1);';
const two = 'ALTER TABLE t ADD COLUMN b INTEGER NOT NULL DEFAULT 7;';
// An object without tables of its own until a method is called.
const inStorage = <T>(name: string, use: (storage: DurableObjectStorage) => T) =>
  runInDurableObject(env.USER.getByName(name), (_, state) => use(state.storage));

it('brings an old object to the newest version when it wakes, once, and keeps its data', async () => {
  await inStorage('old', (storage) => migrate(storage, [one]));
  await inStorage('old', (storage) => {
    migrate(storage, [one, two]);
    migrate(storage, [one, two]);
    expect(storage.sql.exec('SELECT a, b FROM t').toArray()).toEqual([{ a: 1, b: 7 }]);
  });
});

it('changes nothing when a step fails', async () => {
  await inStorage('failing', (storage) => {
    migrate(storage, [one]);
    expect(() => migrate(storage, [one, two, 'NOT SQL'])).toThrow();
    expect(storage.sql.exec('SELECT * FROM t').toArray()).toEqual([{ a: 1 }]);
    migrate(storage, [one, two]);
  });
});

it('refuses storage that a newer release wrote', async () => {
  await inStorage('newer', (storage) => {
    migrate(storage, [one, two]);
    expect(() => migrate(storage, [one])).toThrow(/schema version 2/);
  });
});
