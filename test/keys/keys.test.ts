import { reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { calculateJwkThumbprint, createLocalJWKSet, type JWTPayload, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ConfigError } from '../../src/config/error.ts';
import { ObjectUnavailable } from '../../src/durable/call.ts';
import { MAXIMUM_AGE_MILLISECONDS } from '../../src/keys/keys.ts';
import type { KeyRingObject } from '../../src/keys/object.ts';
import { SNAPSHOT_NAME } from '../../src/keys/snapshot.ts';
import { cachedSnapshot, isolate, otherSecret } from './setup.ts';

const claims: JWTPayload = { iss: 'https://issuer.test', sub: 'somebody' };

beforeEach(() => reset());
afterEach(() => {
  vi.useRealTimers();
});

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
    const published = (await keys.jwks()).keys.find((key) => key.alg === alg);
    expect(protectedHeader).toEqual({ alg, typ: 'at+jwt', kid: published?.kid });
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

  it('asks for the ring again when what the isolate holds is too old, not before', async () => {
    const { keys, calls } = await warmIsolate();
    const before = calls.cache;
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + MAXIMUM_AGE_MILLISECONDS - 1000 });
    await keys.sign('ES256', 'at+jwt', claims);
    expect(calls.cache).toBe(before);
    vi.setSystemTime(now + MAXIMUM_AGE_MILLISECONDS + 1000);
    await keys.sign('ES256', 'at+jwt', claims);
    expect(calls.cache).toBe(before + 1);
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

describe('publication', () => {
  it('shows public members only, named by their RFC 7638 thumbprint', async () => {
    const { keys } = await isolate();
    const published = (await keys.jwks()).keys;
    expect(published.map((key) => Object.keys(key).sort())).toEqual([
      ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      ['alg', 'e', 'kid', 'kty', 'n', 'use'],
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
  const tampered: [string, (snapshot: { version: number; keys: Record<string, unknown>[] }) => unknown][] = [
    ['that is of another version', (snapshot) => ({ ...snapshot, version: 2 })],
    ['that is empty', (snapshot) => ({ ...snapshot, keys: [] })],
    ['that lacks the key of one algorithm', (snapshot) => ({ ...snapshot, keys: snapshot.keys.slice(1) })],
    ['without a state', ({ keys, ...rest }) => ({ ...rest, keys: keys.map(({ state, ...key }) => key) })],
    [
      'with a private member',
      ({ keys, ...rest }) => ({
        ...rest,
        keys: keys.map((key) => ({ ...key, publicJwk: { ...(key.publicJwk as object), d: 'AAAA' } })),
      }),
    ],
    [
      "with a stranger's public key under our kid",
      ({ keys, ...rest }) => ({
        ...rest,
        keys: keys.map((key) =>
          key.alg === 'ES256'
            ? { ...key, publicJwk: { ...(key.publicJwk as object), x: 'A'.repeat(43) } }
            : key,
        ),
      }),
    ],
    [
      'with a key added that was sealed by nobody',
      ({ keys, ...rest }) => ({
        ...rest,
        keys: [
          ...keys,
          { ...keys.find((key) => key.alg === 'ES256'), state: 'next', sealedPrivateKey: 'A'.repeat(300) },
        ],
      }),
    ],
  ];

  async function expectIgnored(text: string) {
    const { keys: honest } = await warmIsolate();
    await env.JWKS_CACHE.put(SNAPSHOT_NAME, text);
    const cold = await isolate();
    expect(await cold.keys.jwks()).toEqual(await honest.jwks());
    expect(cold.calls.object).toBe(1);
  }

  it.each(['', 'not JSON', 'null', '[]', '{"version":1}'])('is ignored when it is %j', expectIgnored);

  it.each(tampered)('%s is ignored and the object asked', async (_, tamper) => {
    await warmIsolate();
    const snapshot = JSON.parse((await cachedSnapshot()) ?? '');
    await expectIgnored(JSON.stringify(tamper(snapshot)));
  });

  it('that cannot be read leaves the object to answer', async () => {
    await warmIsolate();
    const broken = { get: () => Promise.reject(new Error('KV is away')) } as unknown as KVNamespace;
    const cold = await isolate({ JWKS_CACHE: broken });
    await expect(cold.keys.sign('ES256', 'at+jwt', claims)).resolves.toBeTypeOf('string');
    expect(cold.calls.object).toBe(1);
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
