import { evictDurableObject, reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAXIMUM_TOKEN_SECONDS, PROPAGATION_SECONDS } from '../../src/core/keyring/timing.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { migrate } from '../../src/durable/migrate.ts';
import { rootSecretEncryption } from '../../src/keys/encryption.ts';
import { migrations } from '../../src/keys/schema.ts';
import { openKey } from '../../src/keys/sealed.ts';
import { insertKey } from '../../src/keys/store.ts';
import {
  cachedSnapshot,
  isolate,
  otherSecret,
  ringStub,
  snapshotInKv,
  storedKeys,
  withEnvironment,
} from './setup.ts';

beforeEach(() => reset());
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const keysOfRing = async () => (await ringStub().ring()).keys;
const kids = async (alg: string, state: string) =>
  (await keysOfRing()).filter((key) => key.alg === alg && key.state === state).map(({ kid }) => kid);
const alarm = () => runDurableObjectAlarm(ringStub());
const day = 86_400_000;
const setTime = (now: number) => vi.useFakeTimers({ toFake: ['Date'], now });
const brokenCache = { put: () => Promise.reject(new Error('KV is away')) } as unknown as KVNamespace;

/** KV has the ring as it is now, and the times of the next keys are decided. */
async function settled() {
  await ringStub().ring();
  await vi.waitFor(async () => {
    await alarm();
    for (const key of await storedKeys()) expect(key.publishedAt).not.toBeNull();
    expect((await snapshotInKv())?.version).toBe((await ringStub().ring()).version);
  }, 4_000);
}

describe('a new ring', () => {
  it('has an active key and one that is next, for ES256 and RS256', async () => {
    const keys = await keysOfRing();
    expect(keys.map(({ alg, state }) => `${alg} ${state}`).sort()).toEqual([
      'ES256 active',
      'ES256 next',
      'RS256 active',
      'RS256 next',
    ]);
    for (const key of keys) if (key.state === 'active') expect(key.activeFrom).toBe(key.createdAt);
  });

  it('is one ring when several first calls come at once', async () => {
    const answers = await Promise.all([keysOfRing(), keysOfRing(), keysOfRing()]);
    const names = answers.map((keys) => keys.map(({ kid }) => kid).join());
    expect(new Set(names).size).toBe(1);
    expect(await keysOfRing()).toHaveLength(4);
  });

  it('is one ring when a first call comes while another makes its keys', async () => {
    // Started inside the object, so that both certainly find it empty.
    const [one, other] = await runInDurableObject(ringStub(), (object) =>
      Promise.all([object.ring(), object.ring()]),
    );
    expect(other.keys).toEqual(one.keys);
    expect(one.keys).toHaveLength(4);
  });

  it('is kept when the object is evicted', async () => {
    await settled();
    const before = await keysOfRing();
    await evictDurableObject(ringStub());
    expect(await keysOfRing()).toEqual(before);
  });
});

it('refuses a second key that signs with the same algorithm in storage itself', async () => {
  await ringStub().ring();
  const key = (await storedKeys()).find(({ state }) => state === 'active');
  if (!key) throw new Error('no ring');
  await runInDurableObject(ringStub(), (_, { storage }) => {
    expect(() => insertKey(storage.sql, { ...key, kid: 'another' })).toThrow(/UNIQUE/);
  });
});

it('never has a private key in storage or in KV that can be read without the root secret', async () => {
  const keys = await keysOfRing();
  await vi.waitFor(async () => expect(await cachedSnapshot()).not.toBeNull());
  const stored = await runInDurableObject(ringStub(), (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray();
    return JSON.stringify(tables.map(({ name }) => storage.sql.exec(`SELECT * FROM "${name}"`).toArray()));
  });
  const cached = (await cachedSnapshot()) ?? '';
  const encryption = rootSecretEncryption((await rootSecrets(env)).current);
  for (const { kid, alg, sealedPrivateKey } of keys) {
    const opened = await encryption.unwrap(sealedPrivateKey, `portcullis/1/signing-key/${alg}/${kid}`);
    const lines = new TextDecoder().decode(opened).trim().split('\n').slice(1, -1);
    expect(lines.length).toBeGreaterThan(0);
    for (const place of [stored, cached]) {
      expect(place).toContain(sealedPrivateKey);
      for (const line of lines) expect(place).not.toContain(line);
    }
  }
  for (const place of [stored, cached]) expect(place).not.toMatch(/PRIVATE KEY|\\*"(d|p|q|dp|dq|qi)\\*":/);
});

describe('the alarm', () => {
  it('goes over to the next key after the period, and drops the old one when its last token is over', async () => {
    await settled();
    const start = Date.now();
    const [first] = await kids('ES256', 'active');
    const [second] = await kids('ES256', 'next');
    setTime(start + 30 * day - 60_000);
    await alarm();
    expect(await kids('ES256', 'active')).toEqual([first]);
    setTime(start + 30 * day + 60_000);
    await alarm();
    expect(await kids('ES256', 'active')).toEqual([second]);
    expect(await kids('ES256', 'retired')).toEqual([first]);
    const gone = Date.now() + (MAXIMUM_TOKEN_SECONDS + PROPAGATION_SECONDS) * 1000;
    setTime(gone - 5_000);
    await alarm();
    expect(await kids('ES256', 'retired')).toEqual([first]);
    setTime(gone + 5_000);
    await alarm();
    expect(await kids('ES256', 'retired')).toEqual([]);
  }, 15_000);

  it('that never came is made up for by whoever asks for the ring', async () => {
    await settled();
    const [second] = await kids('ES256', 'next');
    setTime(Date.now() + 100 * day);
    expect(await kids('ES256', 'active')).toEqual([second]);
  }, 15_000);

  it('comes back after a failure, and until KV has it no new key is given a time to sign', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    await withEnvironment({ JWKS_CACHE: brokenCache });
    await ringStub().ring();
    await alarm();
    for (const key of await storedKeys()) {
      expect(key.publishedAt).toBeNull();
      if (key.state === 'next') expect(key.activeFrom).toBeNull();
    }
    await withEnvironment({});
    setTime(Date.now() + 60_000);
    await settled();
    for (const key of await storedKeys()) if (key.state === 'next') expect(key.activeFrom).not.toBeNull();
  }, 15_000);

  it('that comes twice does nothing the second time', async () => {
    await settled();
    const before = await ringStub().ring();
    await runInDurableObject(ringStub(), (object) => Promise.all([object.alarm(), object.alarm()]));
    expect({ ...(await ringStub().ring()), staleAt: 0 }).toEqual({ ...before, staleAt: 0 });
  }, 15_000);
});

describe('while KV takes no snapshot', () => {
  const alarmAt = () => runInDurableObject(ringStub(), (_, { storage }) => storage.getAlarm());
  /** A ring that could not be published, with the clock in hand. */
  async function refused() {
    vi.spyOn(console, 'error').mockImplementation(() => {});
    setTime(Date.now());
    const put = vi.fn(brokenCache.put);
    await withEnvironment({ JWKS_CACHE: { put } as unknown as KVNamespace });
    expect(await keysOfRing()).toHaveLength(4);
    // Not by vi.waitFor: it moves a clock that is in hand.
    while ((await alarmAt()) === null) await scheduler.wait(10);
    expect(put).toHaveBeenCalledTimes(1);
    return put;
  }

  it('answers, and does not offer it to KV with every answer or alarm', async () => {
    const put = await refused();
    for (let round = 0; round < 10; round += 1) {
      expect(await keysOfRing()).toHaveLength(4);
      await alarm();
    }
    await scheduler.wait(20);
    expect(put).toHaveBeenCalledTimes(1);
  });

  it('offers it again after a time that doubles up to a minute, by its alarm alone', async () => {
    const put = await refused();
    const waits: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const at = (await alarmAt()) ?? 0;
      waits.push(at - Date.now());
      setTime(at);
      await alarm();
      expect(put).toHaveBeenCalledTimes(round + 2);
    }
    expect(waits).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
  }, 15_000);

  it('changes over at the time that was set all the same', async () => {
    await settled();
    const [next] = await kids('ES256', 'next');
    const due = (await storedKeys()).find(({ kid }) => kid === next)?.activeFrom ?? 0;
    await withEnvironment({ JWKS_CACHE: brokenCache });
    vi.spyOn(console, 'error').mockImplementation(() => {});
    // Six failures, the last of them just before: the next attempt comes long after.
    for (const seconds of [600, 500, 400, 300, 200, 5]) {
      setTime(due - seconds * 1000);
      await alarm();
    }
    expect(await alarmAt()).toBe(due);
    setTime(due);
    await alarm();
    expect((await storedKeys()).find(({ kid }) => kid === next)?.state).toBe('active');
  }, 15_000);

  it('tries at once when a key leaked', async () => {
    const put = await refused();
    const [leaked] = await kids('ES256', 'active');
    expect(await ringStub().revoke(leaked ?? '')).toEqual({ kind: 'revoked', published: false });
    expect(put).toHaveBeenCalledTimes(2);
  });
});

describe('rotate now', () => {
  it('keeps the overlap for a key that is not known to every cache yet', async () => {
    await settled();
    const [active] = await kids('ES256', 'active');
    const now = Date.now();
    await ringStub().rotate(now);
    expect(await kids('ES256', 'active')).toEqual([active]);
    const next = (await keysOfRing()).find(({ alg, state }) => alg === 'ES256' && state === 'next');
    expect(next?.activeFrom).toBeGreaterThan(now + (PROPAGATION_SECONDS - 10) * 1000);
    expect(next?.activeFrom).toBeLessThan(now + (PROPAGATION_SECONDS + 10) * 1000);
  }, 15_000);

  it('goes over at once to a key that is', async () => {
    await settled();
    const [next] = await kids('RS256', 'next');
    setTime(Date.now() + PROPAGATION_SECONDS * 1000 + 1_000);
    await ringStub().rotate(Date.now());
    expect(await kids('RS256', 'active')).toEqual([next]);
    expect(await kids('RS256', 'retired')).toHaveLength(1);
  }, 15_000);
});

describe('a leaked key', () => {
  it('is in neither the ring nor KV when the answer comes, and its successor signs', async () => {
    await settled();
    const [leaked] = await kids('ES256', 'active');
    const [next] = await kids('ES256', 'next');
    expect(await ringStub().revoke(leaked ?? '')).toEqual({ kind: 'revoked', published: true });
    expect(await kids('ES256', 'active')).toEqual([next]);
    expect(await cachedSnapshot()).not.toContain(leaked);
    expect(await ringStub().keys()).toContainEqual(
      expect.objectContaining({ kid: leaked, alg: 'ES256', state: 'revoked' }),
    );
    expect(await ringStub().revoke(leaked ?? '')).toMatchObject({ kind: 'revoked' });
    expect(await ringStub().revoke('unknown')).toEqual({ kind: 'unknown' });
  }, 15_000);
});

describe('another root secret', () => {
  const replaced = { PORTCULLIS_SECRET: otherSecret, PORTCULLIS_SECRET_PREVIOUS: env.PORTCULLIS_SECRET };

  it('seals every key anew, after which the previous one can go', async () => {
    await settled();
    const before = await keysOfRing();
    await evictDurableObject(ringStub());
    await withEnvironment(replaced);
    await alarm();
    const { current } = await rootSecrets({ ...env, PORTCULLIS_SECRET: otherSecret });
    const encryption = rootSecretEncryption(current);
    const after = await keysOfRing();
    expect(after.map(({ kid }) => kid)).toEqual(before.map(({ kid }) => kid));
    for (const key of after) expect(await openKey(key, [encryption])).toBeDefined();
    // The next alarm tells KV; an isolate that never saw the previous secret then signs without the object.
    await vi.waitFor(async () => {
      await alarm();
      const { keys, calls } = await isolate({ PORTCULLIS_SECRET: otherSecret });
      await keys.sign('RS256', 'JWT', {});
      expect(calls.object).toBe(0);
    }, 4_000);
  }, 15_000);

  it('without the previous one leaves the keys as they are', async () => {
    await settled();
    const before = await storedKeys();
    await evictDurableObject(ringStub());
    await withEnvironment({ PORTCULLIS_SECRET: otherSecret });
    await alarm();
    expect((await storedKeys()).map((key) => key.sealedPrivateKey)).toEqual(
      before.map((key) => key.sealedPrivateKey),
    );
  }, 15_000);
});

it('goes on with a ring that the first release wrote', async () => {
  await settled();
  const actives = (await storedKeys()).filter(({ state }) => state === 'active');
  await runInDurableObject(ringStub(), (_, { storage }) => {
    storage.sql.exec(
      'DROP TABLE signing_key; DROP TABLE revoked_key; DROP TABLE ring; DROP TABLE schema_version;',
    );
    migrate(storage, migrations.slice(0, 2));
    for (const key of actives) {
      storage.sql.exec(
        `INSERT INTO signing_key (kid, alg, state, public_jwk, sealed_private_key, key_encryption_id,
           created_at, activated_at, retired_at) VALUES (?, ?, 'active', ?, ?, ?, ?, ?, NULL)`,
        key.kid,
        key.alg,
        JSON.stringify(key.publicJwk),
        key.sealedPrivateKey,
        key.keyEncryptionId,
        key.createdAt,
        key.activeFrom,
      );
    }
  });
  await evictDurableObject(ringStub());
  await ringStub().ring();
  await settled();
  for (const { kid, alg } of actives) {
    expect(await kids(alg, 'active')).toEqual([kid]);
    expect(await kids(alg, 'next')).toHaveLength(1);
  }
  const { keys } = await isolate();
  await expect(keys.sign('ES256', 'at+jwt', {})).resolves.toBeTypeOf('string');
}, 15_000);
