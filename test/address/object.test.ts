import { env, listDurableObjectIds, runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import '../../src/worker.ts';
import { createAddresses } from '../../src/address/addresses.ts';
import { AddressObject } from '../../src/address/object.ts';
import { MAXIMUM_TRACES } from '../../src/core/account/stuffing.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { issuer, Person, password } from '../workerd/person.ts';

const DAY = 24 * 60 * 60_000;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

let lastAddress = 0;
const newAddress = (): string => {
  lastAddress += 1;
  return `198.51.100.${lastAddress}`;
};
const requestFrom = (address: string) => new Request(issuer, { headers: { 'CF-Connecting-IP': address } });

async function addresses() {
  return createAddresses(env.ADDRESS, await rootSecrets(env));
}

/** Fails at so many accounts from there, one after the other. */
async function failures(address: string, count: number, name = 'victim') {
  const counter = await addresses();
  const answers = [];
  for (let at = 0; at < count; at += 1)
    answers.push(await counter.attempt(requestFrom(address), `${name}-${at}@example.com`));
  return answers;
}

/** Signs somebody in from an address. */
const signInFrom = (address: string, email: string, typed: string, cookie = '') =>
  SELF.fetch(`${issuer}/signin`, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      Origin: issuer,
      Accept: 'text/html',
      'CF-Connecting-IP': address,
      'Content-Type': 'application/x-www-form-urlencoded',
      ...(cookie && { Cookie: cookie }),
    },
    body: new URLSearchParams({ email, password: typed }).toString(),
  });

const listed = () => listDurableObjectIds(env.ADDRESS);

describe('a run through many accounts from one address', () => {
  it('is noticed at the eleventh, which waits from then on, longer each time', async () => {
    const address = newAddress();
    const answers = await failures(address, 13);
    expect(answers.slice(0, 10).every((one) => one.kind === 'counted' && !one.stuffing)).toBe(true);
    expect(answers[10]).toMatchObject({ kind: 'counted', stuffing: true });
    expect(answers[11]).toEqual({ kind: 'refused', retryAfterSeconds: 30 });
    vi.setSystemTime(Date.now() + 30_000);
    const [later, next] = await failures(address, 2, 'another');
    expect(later).toMatchObject({ kind: 'counted', stuffing: true });
    expect(next).toEqual({ kind: 'refused', retryAfterSeconds: 60 });
  });

  it('is counted exactly when all come at once', async () => {
    const address = newAddress();
    const counter = await addresses();
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, at) => counter.attempt(requestFrom(address), `${at}@example.com`)),
    );
    expect(answers.filter(({ kind }) => kind === 'counted')).toHaveLength(11);
    expect(answers.filter(({ kind }) => kind === 'refused')).toHaveLength(49);
  });

  it('leaves other addresses alone, and is one with its own network', async () => {
    await failures('2001:db8:7:7::1', 12);
    const counter = await addresses();
    expect((await counter.attempt(requestFrom('2001:db8:7:7:9::'), 'x@example.com')).kind).toBe('refused');
    expect((await counter.attempt(requestFrom('2001:db8:7:8::1'), 'x@example.com')).kind).toBe('counted');
  });

  it('is nothing to people behind that address who got in before', async () => {
    const address = newAddress();
    const counter = await addresses();
    const own = await counter.attempt(requestFrom(address), 'ada@example.com');
    if (own.kind === 'counted') await own.succeeded();
    await failures(address, 30);
    expect(await counter.attempt(requestFrom(address), 'ada@example.com')).toMatchObject({
      kind: 'counted',
      stuffing: false,
    });
  });
});

describe('what is stored', () => {
  it('is bounded, names neither address nor account, and is gone after a day', async () => {
    const address = newAddress();
    const before = new Set((await listed()).map(String));
    const counter = await addresses();
    for (let at = 0; at < 3 * MAXIMUM_TRACES; at += 1) {
      vi.setSystemTime(Date.now() + 16 * 60_000);
      await counter.attempt(requestFrom(address), `victim-${at}@example.com`);
    }
    const [id] = (await listed()).filter((one) => !before.has(String(one)));
    if (!id) throw new Error('no object');
    const stub = env.ADDRESS.get(id);
    const rows = () =>
      runInDurableObject(stub, (_, { storage }) => storage.sql.exec('SELECT * FROM trace').toArray());
    const stored = await rows();
    expect(stored).toHaveLength(MAXIMUM_TRACES);
    expect(JSON.stringify(stored)).not.toMatch(/victim|198\.51/);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await rows(), 'not before').toHaveLength(MAXIMUM_TRACES);
    vi.setSystemTime(Date.now() + DAY);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    const tables = await runInDurableObject(stub, (_, { storage }) =>
      storage.sql
        .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
        .toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe('signing in', () => {
  it('from an address that stuffs has to wait, unless the browser is known; the right password says nothing there', async () => {
    const person = new Person();
    await person.signUp();
    const address = newAddress();
    await failures(address, 11);
    const refused = await signInFrom(address, person.email, password);
    expect(refused.status).toBe(429);
    const wait = Number(refused.headers.get('Retry-After'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(30);
    const device = `portcullis-device=${person.cookies.get('portcullis-device')}`;
    expect((await signInFrom(address, person.email, password, device)).status).toBe(303);
    expect((await signInFrom(newAddress(), person.email, password)).status).toBe(303);
  });

  it('counts a failure at the address, and a success as none', async () => {
    const address = newAddress();
    const person = new Person();
    await person.signUp();
    const before = new Set((await listed()).map(String));
    expect((await signInFrom(address, person.email, password)).status).toBe(303);
    expect((await signInFrom(address, 'ghost@example.com', password)).status).toBe(401);
    const [id] = (await listed()).filter((one) => !before.has(String(one)));
    if (!id) throw new Error('no object');
    const rows = await runInDurableObject(env.ADDRESS.get(id), (_, { storage }) =>
      storage.sql.exec('SELECT succeeded FROM trace ORDER BY at, succeeded').toArray(),
    );
    expect(rows.map(({ succeeded }) => succeeded).sort()).toEqual([0, 1]);
  });

  it('goes on while the address’s object is out of order', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    vi.spyOn(AddressObject.prototype, 'attempt').mockImplementation(() => {
      throw new Error('out of order');
    });
    const person = new Person();
    await person.signUp();
    const address = newAddress();
    expect((await signInFrom(address, person.email, password)).status).toBe(303);
    expect(log.mock.calls.join()).toContain('address.unavailable');
    expect(log.mock.calls.join()).not.toContain(address);
  });

  it('by a program is refused the same way', async () => {
    const address = newAddress();
    await failures(address, 11);
    const refused = await SELF.fetch(`${issuer}/session/login`, {
      method: 'POST',
      headers: { Origin: issuer, 'CF-Connecting-IP': address, 'Content-Type': 'application/json' },
      body: JSON.stringify({ client_id: 'demo', email: 'ghost@example.com', password: 'a guess of mine' }),
    });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: 'too_many_attempts' });
    expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
  });
});
