import {
  createExecutionContext,
  createScheduledController,
  env,
  runInDurableObject,
  waitOnExecutionContext,
} from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { digest } from '../../src/audit/digest.ts';
import { appendToTrail, eraseDetails, removeOld } from '../../src/audit/trail.ts';
import { type StoredEvent, trailRowOf } from '../../src/core/audit/stored.ts';
import { verifyChain } from '../../src/core/audit/verify.ts';
import { newUserId } from '../../src/crypto/token.ts';
import worker from '../../src/worker.ts';
import { Person, password, personWithTokens, refresh, type Tokens } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const administration = exports.Administration;
const userIdOf = (tokens: Tokens) => decodeJwt(tokens.access_token).sub ?? '';

const stored = async (userId: string): Promise<StoredEvent[]> =>
  (
    await env.AUDIT.prepare('SELECT * FROM security_event WHERE user_id = ? ORDER BY sequence')
      .bind(userId)
      .all<StoredEvent>()
  ).results;

/** Lets everything be delivered. */
async function delivered(userId: string): Promise<StoredEvent[]> {
  const stub = env.USER.getByName(userId);
  await vi.waitFor(
    async () => {
      await runInDurableObject(stub, (object) => object.alarm());
      const head = await administration.auditHead(userId);
      expect((await stored(userId)).at(-1)?.sequence).toBe(head?.sequence);
    },
    { timeout: 10_000 },
  );
  return stored(userId);
}

/** Everything that the trail holds of a user, verified against the user's own object. */
async function verdictOf(userId: string) {
  const rows = await delivered(userId);
  return verifyChain(digest, userId, rows.map(trailRowOf), await administration.auditHead(userId));
}

describe('the trail of a person', () => {
  it('says who did it and in which request, and is a chain that reaches the object’s own', async () => {
    const { person, tokens } = await personWithTokens();
    const userId = userIdOf(tokens);
    await person.submit('/account/sign-out-everywhere', {});
    await administration.disable(userId);
    const rows = await delivered(userId);
    expect(rows.map(({ type, actor }) => [type, actor])).toEqual([
      ['user_created', 'person'],
      ['session_opened', 'person'],
      ['session_ended', 'person'],
      ['everything_ended', 'person'],
      ['everything_ended', 'administrator'],
      ['account_disabled', 'administrator'],
    ]);
    expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const row of rows.slice(0, 4)) expect(row.request_id).toMatch(/^[\w-]{16,}$/);
    expect(rows[0]?.request_id, 'one request made the account and signed in').toBe(rows[1]?.request_id);
    expect(rows[5]?.request_id).toBeNull();
    expect(await verdictOf(userId)).toMatchObject({ isWhole: true, chained: 6, faults: [] });
  });

  it('says from where, as coarse as it is known', async () => {
    const { person, tokens } = await personWithTokens();
    await person.send('/account/sign-out-everywhere', {
      method: 'POST',
      headers: {
        Origin: 'http://localhost:8787',
        'Content-Type': 'application/x-www-form-urlencoded',
        'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0',
        'CF-Connecting-IP': '203.0.113.77',
      },
      body: '',
      cf: { city: 'Lisbon', country: 'PT' },
    } as RequestInit);
    const rows = await delivered(userIdOf(tokens));
    const ended = rows.find(({ type }) => type === 'everything_ended');
    expect(JSON.parse(ended?.detail ?? '').seen).toEqual({
      place: 'Lisbon, PT',
      browser: 'Firefox',
      system: 'Linux',
    });
    expect(JSON.stringify(rows)).not.toContain('203.0.113.77');
  });

  it('stays a chain when the account is deleted and its details are erased', async () => {
    const { tokens } = await personWithTokens();
    const userId = userIdOf(tokens);
    await delivered(userId);
    await administration.deleteUser(userId);
    const stub = env.USER.getByName(userId);
    await vi.waitFor(
      async () => {
        await runInDurableObject(stub, (object) => object.alarm());
        const rows = await stored(userId);
        expect(rows[0]?.detail).toBe('{}');
      },
      { timeout: 10_000 },
    );
    const rows = await stored(userId);
    expect(
      rows.filter(({ type }) => type !== 'account_deleted').map(({ salt, request_id }) => [salt, request_id]),
    ).toEqual(rows.slice(1).map(() => [null, null]));
    expect(verifyChain(digest, userId, rows.map(trailRowOf))).toMatchObject({ isWhole: true, faults: [] });
  });
});

describe('while D1 is away', () => {
  it('people sign in and refresh, and all is delivered afterwards, in order', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const batch = vi.spyOn(env.AUDIT, 'batch').mockRejectedValue(new Error('D1 is down'));
    const { person, tokens } = await personWithTokens();
    const userId = userIdOf(tokens);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    const elsewhere = new Person(person.email);
    expect((await elsewhere.signIn()).status).toBe(303);
    const stub = env.USER.getByName(userId);
    await runInDurableObject(stub, (object) => object.alarm());
    expect(await stored(userId).catch(() => [])).toEqual([]);
    batch.mockRestore();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    expect((await delivered(userId)).map(({ type }) => type)).toEqual([
      'user_created',
      'session_opened',
      'session_opened',
    ]);
    expect(await verdictOf(userId)).toMatchObject({ faults: [] });
  });
});

const event = (userId: string, sequence: number, at: number) => ({
  eventId: `${userId}-${sequence}`,
  userId,
  sequence,
  type: 'session_opened' as const,
  at,
  detail: { by: 'person' },
});

describe('the table', () => {
  it('of an older release gets the columns that it has not, and keeps its rows', async () => {
    await env.AUDIT.exec('DROP TABLE IF EXISTS security_event');
    await env.AUDIT.exec(
      'CREATE TABLE security_event (event_id TEXT NOT NULL, user_id TEXT NOT NULL, type TEXT NOT NULL, at INTEGER NOT NULL, detail TEXT NOT NULL, PRIMARY KEY (user_id, event_id)) WITHOUT ROWID',
    );
    const userId = newUserId();
    await env.AUDIT.prepare("INSERT INTO security_event VALUES ('old', ?, 'user_created', 1, '{}')")
      .bind(userId)
      .run();
    // As another isolate would meet it.
    const database = new Proxy(env.AUDIT, {
      get: (target, name) => {
        const member = Reflect.get(target, name) as unknown;
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
    await appendToTrail(database, [event(userId, 2, 2)]);
    expect((await stored(userId)).map(({ event_id, sequence }) => [event_id, sequence])).toEqual([
      ['old', null],
      [`${userId}-2`, 2],
    ]);
  });

  it('keeps once what is delivered twice', async () => {
    const userId = newUserId();
    await appendToTrail(env.AUDIT, [event(userId, 1, 1)]);
    await appendToTrail(env.AUDIT, [event(userId, 1, 1), event(userId, 2, 2)]);
    expect(await stored(userId)).toHaveLength(2);
  });

  it('finds by time without reading all', async () => {
    await appendToTrail(env.AUDIT, [event(newUserId(), 1, 1)]);
    const plan = await env.AUDIT.prepare(
      'EXPLAIN QUERY PLAN SELECT * FROM security_event WHERE at < 5',
    ).all();
    expect(JSON.stringify(plan.results)).toContain('security_event_by_time');
  });

  it('is left alone by the erasure of another account', async () => {
    const [one, two] = [newUserId(), newUserId()];
    await appendToTrail(env.AUDIT, [event(one, 1, 1), event(two, 1, 1)]);
    await eraseDetails(env.AUDIT, one);
    expect((await stored(one))[0]?.detail).toBe('{}');
    expect((await stored(two))[0]?.detail).toBe('{"by":"person"}');
  });
});

describe('retention', () => {
  it('removes what is older, all of it, and nothing else', async () => {
    const userId = newUserId();
    const old = Array.from({ length: 2500 }, (_, index) => event(userId, index + 1, 1000 + index));
    for (let index = 0; index < old.length; index += 500)
      await appendToTrail(env.AUDIT, old.slice(index, index + 500));
    await appendToTrail(env.AUDIT, [event(userId, 2501, 5000), event(userId, 2502, 5001)]);
    expect(await removeOld(env.AUDIT, 5000)).toBeGreaterThanOrEqual(2500);
    expect((await stored(userId)).map(({ sequence }) => sequence)).toEqual([2501, 2502]);
  });

  it('runs by itself, and keeps what the configuration wants kept', async () => {
    const userId = newUserId();
    const day = 24 * 3_600_000;
    await appendToTrail(env.AUDIT, [
      event(userId, 1, Date.now() - 401 * day),
      event(userId, 2, Date.now() - 399 * day),
    ]);
    const context = createExecutionContext();
    await worker.scheduled?.(createScheduledController(), env, context);
    await waitOnExecutionContext(context);
    expect((await stored(userId)).map(({ sequence }) => sequence)).toEqual([2]);
  });
});

it('a trail that somebody with D1 alone changed does not verify', async () => {
  const { tokens } = await personWithTokens();
  const userId = userIdOf(tokens);
  const rows = await delivered(userId);
  await env.AUDIT.prepare(
    "UPDATE security_event SET type = 'session_ended' WHERE user_id = ? AND sequence = 2",
  )
    .bind(userId)
    .run();
  expect((await verdictOf(userId)).faults).toEqual([{ sequence: 2, fault: 'changed' }]);
  expect(rows.length).toBeGreaterThanOrEqual(2);
  expect(JSON.stringify(rows)).not.toContain(password);
});
