import { reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import {
  calculateJwkThumbprint,
  createLocalJWKSet,
  decodeProtectedHeader,
  type JWTPayload,
  jwtVerify,
  SignJWT,
} from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configOf } from '../../src/config/configured.ts';
import { ConfigError } from '../../src/config/error.ts';
import { ISOLATE_REFRESH_SECONDS, ISOLATE_SECONDS, LEASE_SECONDS } from '../../src/core/keyring/timing.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { ObjectUnavailable } from '../../src/durable/call.ts';
import { secretEncryptions } from '../../src/keys/encryptions.ts';
import { MISSING_COOLDOWN_MILLISECONDS } from '../../src/keys/keys.ts';
import type { KeyRingObject } from '../../src/keys/object.ts';
import { makeKey, openKey } from '../../src/keys/sealed.ts';
import { SNAPSHOT_NAME, type Snapshot, writeSnapshot } from '../../src/keys/snapshot.ts';
import { cachedSnapshot, isolate, otherSecret, ringStub, snapshotInKv } from './setup.ts';

const claims: JWTPayload = { iss: 'https://issuer.test', sub: 'somebody' };

beforeEach(() => reset());
afterEach(() => {
  vi.useRealTimers();
});

async function snapshotInCache(): Promise<Snapshot> {
  const snapshot = await snapshotInKv();
  if (!snapshot) throw new Error('KV has no snapshot of ours');
  return snapshot;
}
const putSnapshot = async (snapshot: Snapshot) =>
  env.JWKS_CACHE.put(SNAPSHOT_NAME, await writeSnapshot(snapshot, await rootSecrets(env), configOf(env)));

const snapshotWritten = () => vi.waitFor(async () => expect(await cachedSnapshot()).not.toBeNull());

/** An isolate that has made the ring, with the snapshot in KV. */
async function warmIsolate() {
  const warm = await isolate();
  await warm.keys.jwks();
  await snapshotWritten();
  return warm;
}

describe('signing', () => {
  it.each(['ES256', 'RS256'] as const)('makes a JWT that its published %s key verifies', async (alg) => {
    const { keys } = await isolate();
    const token = await keys.sign(alg, 'at+jwt', claims);
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(await keys.jwks()));
    expect(payload).toEqual(claims);
    const active = (await ringStub().ring()).keys.find((key) => key.alg === alg && key.state === 'active');
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: active?.kid });
  });

  it('signs what it was given when many tokens are made at once, long ones and names in any script too', async () => {
    const { keys } = await isolate();
    const given: JWTPayload[] = Array.from({ length: 20 }, (_, index) => ({
      sub: `user ${index}`,
      name: 'Zoë 陳 🙂'.repeat(index === 7 ? 2_000 : 1),
    }));
    const tokens = await Promise.all(given.map((payload) => keys.sign('ES256', 'at+jwt', payload)));
    const set = createLocalJWKSet(await keys.jwks());
    const read = await Promise.all(tokens.map(async (token) => (await jwtVerify(token, set)).payload));
    expect(read).toEqual(given);
  });

  it('calls neither the object nor KV while the isolate is warm', async () => {
    const { keys, calls } = await warmIsolate();
    const before = { ...calls };
    for (let round = 0; round < 5; round += 1) {
      await keys.sign('ES256', 'at+jwt', claims);
      await keys.sign('RS256', 'JWT', claims);
      await keys.jwks();
    }
    expect(calls).toEqual(before);
  });

  it('takes the ring from KV in a cold isolate, without a call to the object', async () => {
    const { keys: first } = await warmIsolate();
    const cold = await isolate();
    const token = await cold.keys.sign('ES256', 'at+jwt', claims);
    expect(cold.calls).toEqual({ cache: 1, object: 0 });
    await jwtVerify(token, createLocalJWKSet(await first.jwks()));
  });

  it('fetches the ring once for callers that come together', async () => {
    await warmIsolate();
    const cold = await isolate();
    await Promise.all(Array.from({ length: 20 }, () => cold.keys.sign('ES256', 'at+jwt', claims)));
    expect(cold.calls).toEqual({ cache: 1, object: 0 });
  });

  it('looks for a newer ring in the background while it is in use, and waits for one when it was not', async () => {
    const { keys, calls } = await warmIsolate();
    const before = calls.cache;
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + (ISOLATE_REFRESH_SECONDS - 1) * 1000 });
    await keys.sign('ES256', 'at+jwt', claims);
    expect(calls.cache).toBe(before);
    vi.setSystemTime(now + (ISOLATE_REFRESH_SECONDS + 1) * 1000);
    await Promise.all([keys.sign('ES256', 'at+jwt', claims), keys.sign('ES256', 'at+jwt', claims)]);
    await vi.waitFor(() => expect(calls.cache).toBe(before + 1));
    await scheduler.wait(50);
    vi.setSystemTime(now + (ISOLATE_REFRESH_SECONDS + ISOLATE_SECONDS + 2) * 1000);
    await keys.sign('ES256', 'at+jwt', claims);
    expect(calls.cache).toBe(before + 2);
  });

  it('goes over to the next key at its time, without a call and before anybody is told', async () => {
    await warmIsolate();
    const snapshot = await snapshotInCache();
    const next = snapshot.keys.find(({ alg, state }) => alg === 'ES256' && state === 'next');
    const at = Date.now() + 20_000;
    await putSnapshot({
      ...snapshot,
      keys: snapshot.keys.map((key) => (key === next ? { ...key, activeFrom: at } : key)),
    });
    const { keys, calls } = await isolate();
    const kidAt = async (now: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now });
      return decodeProtectedHeader(await keys.sign('ES256', 'at+jwt', claims)).kid;
    };
    expect(await kidAt(at - 1)).not.toBe(next?.kid);
    expect(await kidAt(at)).toBe(next?.kid);
    expect(calls).toEqual({ cache: 1, object: 0 });
  });

  it('signs with EdDSA where the ring has such a key, and refuses where it has none', async () => {
    const { keys } = await isolate();
    await expect(keys.sign('EdDSA', 'at+jwt', claims)).rejects.toThrow(ObjectUnavailable);
    const { current, all } = secretEncryptions(await rootSecrets(env));
    const key = await makeKey('EdDSA', 'active', current, 1);
    expect(key.publicJwk).toEqual({ kty: 'OKP', crv: 'Ed25519', x: expect.any(String) });
    const privateKey = await openKey(key, all);
    if (!privateKey) throw new Error('it did not open');
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', kid: key.kid })
      .sign(privateKey);
    await jwtVerify(token, createLocalJWKSet({ keys: [{ ...key.publicJwk, kid: key.kid, alg: 'EdDSA' }] }));
  });

  it('tries again after a failure instead of remembering it', async () => {
    let fail = true;
    const flaky = new Proxy(env.KEY_RING, {
      get: (target, name) =>
        name === 'getByName'
          ? (ring: string) => {
              if (fail) throw new Error('the object is away');
              return target.getByName(ring);
            }
          : Reflect.get(target, name),
    }) as DurableObjectNamespace<KeyRingObject>;
    const { keys } = await isolate({ KEY_RING: flaky });
    await expect(keys.sign('ES256', 'at+jwt', claims)).rejects.toThrow(ObjectUnavailable);
    fail = false;
    await expect(keys.sign('ES256', 'at+jwt', claims)).resolves.toBeTypeOf('string');
  });
});

it('takes a newer ring from an answer that was asked for before the one that came first', async () => {
  await warmIsolate();
  const now = Date.now();
  vi.useFakeTimers({ toFake: ['Date'], now });
  let asked = 0;
  let answer: ((text: string | null) => void) | undefined;
  // The first question to KV is answered when the test says so, later ones as they come.
  const cache = {
    get: () => {
      asked += 1;
      if (asked > 1) return cachedSnapshot();
      return new Promise((resolve) => {
        answer = resolve;
      });
    },
  } as unknown as KVNamespace;
  const slow = await isolate({ JWKS_CACHE: cache });
  const first = slow.keys.jwks();
  await vi.waitFor(() => expect(asked).toBe(1));
  // Whoever waited too long for it asks anew, later, and meets what KV had before.
  vi.setSystemTime(now + 5_000);
  const second = await slow.keys.jwks();
  const snapshot = await snapshotInCache();
  const newer = { ...snapshot, version: snapshot.version + 1, keys: snapshot.keys.slice(1) };
  answer?.(await writeSnapshot(newer, await rootSecrets(env), configOf(env)));
  await first;
  expect((await slow.keys.jwks()).keys).toHaveLength(second.keys.length - 1);
});

describe('publication', () => {
  it('shows public members only, named by their RFC 7638 thumbprint', async () => {
    const { keys } = await isolate();
    const published = (await keys.jwks()).keys;
    expect(published.map((key) => Object.keys(key).sort())).toEqual([
      ...Array.from({ length: 2 }, () => ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']),
      ...Array.from({ length: 2 }, () => ['alg', 'e', 'kid', 'kty', 'n', 'use']),
    ]);
    for (const key of published) expect(key.kid).toBe(await calculateJwkThumbprint(key));
  });

  it('has the same bytes from the object and from KV', async () => {
    const { keys } = await warmIsolate();
    const cold = await isolate();
    expect(JSON.stringify(await cold.keys.jwks())).toBe(JSON.stringify(await keys.jwks()));
    expect(cold.calls.object).toBe(0);
  });
});

describe('a snapshot in KV', () => {
  async function expectIgnored(text: string) {
    const { keys: honest } = await warmIsolate();
    await env.JWKS_CACHE.put(SNAPSHOT_NAME, text);
    const cold = await isolate();
    expect(await cold.keys.jwks()).toEqual(await honest.jwks());
    expect(cold.calls.object).toBe(1);
  }

  it.each(['', 'not JSON', 'null', '[]', '{"version":1,"keys":[]}'])(
    'is ignored when it is %j',
    expectIgnored,
  );

  it('is ignored when a single character of it is another than we sealed', async () => {
    await warmIsolate();
    const { by, seal, body } = JSON.parse((await cachedSnapshot()) ?? '');
    await expectIgnored(
      JSON.stringify({ by, seal, body: body.replace('"state":"next"', '"state":"active"') }),
    );
  });

  it.each<[string, (snapshot: Snapshot) => object]>([
    ['is over its time', (snapshot) => ({ ...snapshot, staleAt: Date.now() - 1 })],
    ['is of another format', (snapshot) => ({ ...snapshot, format: 3 })],
    ['is empty', (snapshot) => ({ ...snapshot, keys: [] })],
    [
      'has a private member',
      (snapshot) => ({
        ...snapshot,
        keys: snapshot.keys.map((key) => ({ ...key, publicJwk: { ...key.publicJwk, d: 'AAAA' } })),
      }),
    ],
  ])('is ignored when it %s, though we sealed it', async (_, change) => {
    await warmIsolate();
    const changed = change(await snapshotInCache()) as Snapshot;
    await expectIgnored(await writeSnapshot(changed, await rootSecrets(env), configOf(env)));
  });

  it.each([
    ['another issuer', { issuer: 'https://other.example' }],
    ['another environment', { environment: 'production' as const }],
  ])('is ignored when it is that of %s, with the same root secret', async (_, other) => {
    await warmIsolate();
    const context = { ...configOf(env), ...other };
    await expectIgnored(await writeSnapshot(await snapshotInCache(), await rootSecrets(env), context));
  });

  it('is good for no longer than its lease, in an isolate that holds it too', async () => {
    const { calls, keys } = await warmIsolate();
    const asked = calls.object;
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + LEASE_SECONDS * 1000 + 1000 });
    await keys.sign('ES256', 'at+jwt', claims);
    expect(calls.object).toBe(asked + 1);
  });

  it('that lags behind what the isolate holds does not bring a revoked key back', async () => {
    const { keys, calls } = await warmIsolate();
    const old = (await cachedSnapshot()) ?? '';
    const leaked = (await ringStub().ring()).keys.find((key) => key.state === 'active')?.kid ?? '';
    await ringStub().revoke(leaked);
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + ISOLATE_SECONDS * 1000 });
    expect(JSON.stringify(await keys.jwks())).not.toContain(leaked);
    await env.JWKS_CACHE.put(SNAPSHOT_NAME, old);
    const asked = calls.object;
    vi.setSystemTime(now + 2 * ISOLATE_SECONDS * 1000);
    expect(JSON.stringify(await keys.jwks())).not.toContain(leaked);
    expect(calls.object).toBe(asked + 1);
  });

  it('that cannot be read leaves the object to answer', async () => {
    await warmIsolate();
    const broken = { get: () => Promise.reject(new Error('KV is away')) } as unknown as KVNamespace;
    const cold = await isolate({ JWKS_CACHE: broken });
    await expect(cold.keys.sign('ES256', 'at+jwt', claims)).resolves.toBeTypeOf('string');
    expect(cold.calls.object).toBe(1);
  });
});

describe('a kid that the isolate does not know', () => {
  it('is looked for in the object itself, once per cooldown however many ask', async () => {
    const { keys, calls } = await warmIsolate();
    const asked = calls.object;
    const now = Date.now();
    const active = (await ringStub().ring()).keys.find((key) => key.state === 'active')?.kid ?? '';
    await ringStub().revoke(active);
    const fresh = (await ringStub().ring()).keys.find(
      ({ state, createdAt }) => state === 'next' && createdAt >= now,
    );
    const found = await keys.jwks(fresh?.kid);
    expect(found.keys.map(({ kid }) => kid)).toContain(fresh?.kid);
    expect(calls.object).toBe(asked + 1);
    await Promise.all(Array.from({ length: 50 }, (_, index) => keys.jwks(`garbage ${index}`)));
    expect(calls.object).toBe(asked + 1);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + MISSING_COOLDOWN_MILLISECONDS });
    await Promise.all(Array.from({ length: 50 }, (_, index) => keys.jwks(`garbage ${index}`)));
    await scheduler.wait(50);
    // And once by the isolate itself, which is due to look for a newer ring by then.
    expect(calls.object).toBe(asked + 3);
  });
});

describe('another root secret', () => {
  it('says what to do, and nothing of what it holds', async () => {
    await warmIsolate();
    const { keys } = await isolate({ PORTCULLIS_SECRET: otherSecret });
    const failure = await keys.sign('ES256', 'at+jwt', claims).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    const { message } = failure as ConfigError;
    expect(message).toContain('restore it as PORTCULLIS_SECRET_PREVIOUS, or delete the local state folder');
    expect(message).not.toContain(otherSecret);
    expect(message).not.toContain(env.PORTCULLIS_SECRET);
  });

  it('still lets what was issued be verified', async () => {
    const { keys: honest } = await warmIsolate();
    const { keys } = await isolate({ PORTCULLIS_SECRET: otherSecret });
    expect(await keys.jwks()).toEqual(await honest.jwks());
  });

  it('opens the keys while the one that sealed them is the previous one', async () => {
    const { keys: before } = await warmIsolate();
    const { keys } = await isolate({
      PORTCULLIS_SECRET: otherSecret,
      PORTCULLIS_SECRET_PREVIOUS: env.PORTCULLIS_SECRET,
    });
    const token = await keys.sign('RS256', 'JWT', claims);
    await jwtVerify(token, createLocalJWKSet(await before.jwks()));
  });
});
