import { evictDurableObject, reset, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, it, vi } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { rootSecretEncryption } from '../../src/keys/encryption.ts';
import { insertKey } from '../../src/keys/store.ts';
import { cachedSnapshot, ringStub } from './setup.ts';

beforeEach(() => reset());

it('makes one ES256 and one RS256 key, both active from the start', async () => {
  const keys = await ringStub().ring();
  expect(keys.map(({ alg, state, retiredAt }) => ({ alg, state, retiredAt })).sort(byAlg)).toEqual([
    { alg: 'ES256', state: 'active', retiredAt: null },
    { alg: 'RS256', state: 'active', retiredAt: null },
  ]);
  for (const key of keys) expect(key.activatedAt).toBe(key.createdAt);
});

const byAlg = (a: { alg: string }, b: { alg: string }) => a.alg.localeCompare(b.alg);

it('ends with one ring when several first calls come at once', async () => {
  const answers = await Promise.all([ringStub().ring(), ringStub().ring(), ringStub().ring()]);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await ringStub().ring()).toHaveLength(2);
});

it('ends with one ring when a first call comes while another makes its keys', async () => {
  // Started inside the object, so that both certainly find it empty.
  const [one, other] = await runInDurableObject(ringStub(), (object) =>
    Promise.all([object.ring(), object.ring()]),
  );
  expect(other).toEqual(one);
  expect(await ringStub().ring()).toEqual(one);
  expect(one).toHaveLength(2);
});

it('keeps its keys when the object is evicted', async () => {
  const before = await ringStub().ring();
  await evictDurableObject(ringStub());
  expect(await ringStub().ring()).toEqual(before);
});

it('makes only the key that is missing', async () => {
  const before = await ringStub().ring();
  await runInDurableObject(ringStub(), (_, { storage }) => {
    storage.sql.exec("UPDATE signing_key SET state = 'retired', retired_at = 1 WHERE alg = 'RS256'");
  });
  const after = await ringStub().ring();
  expect(after).toHaveLength(3);
  expect(after).toContainEqual(before.find(({ alg }) => alg === 'ES256'));
});

it('refuses a second key that signs with the same algorithm in storage itself', async () => {
  const [key] = await ringStub().ring();
  if (!key) throw new Error('no ring');
  await runInDurableObject(ringStub(), (_, { storage }) => {
    expect(() => insertKey(storage.sql, { ...key, kid: 'another' })).toThrow(/UNIQUE/);
  });
});

it('never has a private key in storage or in KV that can be read without the root secret', async () => {
  const keys = await ringStub().ring();
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
    expect(lines.length).toBeGreaterThan(1);
    for (const place of [stored, cached]) {
      expect(place).toContain(sealedPrivateKey);
      for (const line of lines) expect(place).not.toContain(line);
    }
  }
  for (const place of [stored, cached]) expect(place).not.toMatch(/PRIVATE KEY|\\?"(d|p|q|dp|dq|qi)\\?":/);
});

it('answers though KV takes no snapshot, and offers it again', async () => {
  const puts: string[] = [];
  await runInDurableObject(ringStub(), (object) => {
    const put = (name: string) => {
      puts.push(name);
      return Promise.reject(new Error('KV is away'));
    };
    Object.assign(object, { env: { ...env, JWKS_CACHE: { put } } });
  });
  expect(await ringStub().ring()).toHaveLength(2);
  expect(await ringStub().ring()).toHaveLength(2);
  expect(puts).toEqual(['ring', 'ring']);
});
