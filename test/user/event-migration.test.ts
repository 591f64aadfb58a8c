import { env, runInDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { newUserId } from '../../src/crypto/token.ts';
import { migrations } from '../../src/user/schema.ts';

/** The migration that gave events their numbers, and those before it. */
const CHAINED = migrations.findIndex((statements) => statements.includes('event_receiver'));

/** What an object holds after it, of what it held before. */
const migrated = (rows: string) =>
  runInDurableObject(env.USER.getByName(newUserId()), (_, { storage: { sql } }) => {
    for (const statements of migrations.slice(0, CHAINED)) sql.exec(statements);
    sql.exec(rows);
    sql.exec(migrations[CHAINED] ?? '');
    const all = (query: string) => sql.exec(query).toArray();
    return {
      events: all('SELECT * FROM event ORDER BY sequence'),
      receivers: all('SELECT receiver, sequence FROM event_receiver ORDER BY receiver'),
      notices: all('SELECT * FROM logout_notice'),
    };
  });

it('events from before the chain keep their order, what was delivered of them, and have no hash', async () => {
  const { events, receivers, notices } = await migrated(`INSERT INTO event VALUES
    ('a', 'user_created', 10, '{"by":"person"}', 11),
    ('b', 'session_opened', 20, '{}', 21),
    ('n', 'logout_notice', 15, '{"sessionId":"s","clientId":"c","attempts":2}', NULL),
    ('d', 'session_ended', 40, '{}', NULL),
    ('c', 'session_opened', 30, '{}', NULL)`);
  expect(events.map(({ sequence, event_id, hash }) => [sequence, event_id, hash])).toEqual([
    [1, 'a', null],
    [2, 'b', null],
    [3, 'c', null],
    [4, 'd', null],
  ]);
  expect(events[0]).toMatchObject({ type: 'user_created', at: 10, detail: '{"by":"person"}' });
  expect(receivers).toEqual([
    { receiver: 'audit', sequence: 2 },
    { receiver: 'mail', sequence: 2 },
  ]);
  expect(notices).toEqual([{ notice_id: 'n', session_id: 's', client_id: 'c', attempts: 2, next_at: 15 }]);
});

it('an object without events has no receivers yet', async () => {
  expect(await migrated('SELECT 1')).toEqual({ events: [], receivers: [], notices: [] });
});
