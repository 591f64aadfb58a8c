import type { JSONWebKeySet } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import {
  checkedPolicy,
  defaultPolicy,
  type FetchedKeys,
  fetchKeys,
  publicKeys,
} from '../../src/verify/jwks.ts';
import { type Copy, jwksCache, type SharedStore, standing } from '../../src/verify/jwks-cache.ts';
import { es256Jwk, jwkSet, rs256Jwk } from './issuer.ts';

const policy = { ...defaultPolicy, maxAgeSeconds: 600, cooldownSeconds: 30, maxStaleSeconds: 3600 };
const never = { at: Number.NEGATIVE_INFINITY, failures: 0 };
const copy = (maxAgeSeconds?: number): Copy => ({ keys: jwkSet, fetchedAt: 0, maxAgeSeconds });

describe('a copy', () => {
  it.each([
    [599, true, true],
    [600, false, true],
    [3599, false, true],
    [3600, false, false],
  ])('of %d seconds is fresh: %s, usable: %s', (age, fresh, usable) => {
    expect(standing(copy(), never, age * 1000, policy)).toMatchObject({ fresh, usable });
  });

  it.each([
    [120, 119, true],
    [120, 120, false],
    // Longer than ours changes nothing; shorter than the cooldown would ask for every token.
    [86_400, 600, false],
    [0, 29, true],
    [0, 30, false],
  ])('whose issuer says max-age=%d is fresh after %d seconds: %s', (maxAge, age, fresh) => {
    expect(standing(copy(maxAge), never, age * 1000, policy).fresh).toBe(fresh);
  });
});

describe('a fetch is due', () => {
  it('at once where there is no copy, and when it is no longer fresh', () => {
    expect(standing(undefined, never, 0, policy).due).toBe(true);
    expect(standing(copy(), { at: 0, failures: 0 }, 600_000, policy).due).toBe(true);
  });

  it('for an unknown key after the cooldown, whatever the last one came to', () => {
    for (const failures of [0, 1, 5]) {
      expect(standing(copy(), { at: 60_000, failures }, 89_999, policy).due).toBe(false);
      expect(standing(copy(), { at: 60_000, failures }, 90_000, policy).due).toBe(true);
    }
  });

  it('for an unknown key after the cooldown of another isolate, too', () => {
    const others: Copy = { ...copy(), fetchedAt: 50_000 };
    expect(standing(others, never, 79_999, policy).due).toBe(false);
    expect(standing(others, never, 80_000, policy).due).toBe(true);
  });

  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [5, 16],
    [6, 30],
    [2000, 30],
  ])('after %d failures in a row when %d seconds have passed', (failures, seconds) => {
    const attempts = { at: 1_000_000, failures };
    expect(standing(undefined, attempts, 1_000_000 + seconds * 1000 - 1, policy).due).toBe(false);
    expect(standing(undefined, attempts, 1_000_000 + seconds * 1000, policy).due).toBe(true);
  });
});

/** A cache whose clock and upstream the test holds. */
function stage(shared?: SharedStore) {
  let time = 1_000_000_000_000;
  const upstream = vi.fn<(signal: AbortSignal) => Promise<FetchedKeys>>(async () => ({
    keys: jwkSet,
    maxAgeSeconds: undefined,
  }));
  const quick = { ...policy, timeoutMilliseconds: 40 };
  const keys = jwksCache({ load: upstream, policy: quick, now: () => time, shared });
  return {
    keys,
    upstream,
    pass: (seconds: number) => {
      time += seconds * 1000;
    },
    now: () => time,
  };
}

const answer = (keys: JSONWebKeySet['keys']): Promise<FetchedKeys> =>
  Promise.resolve({ keys: { keys }, maxAgeSeconds: undefined });
const down = () => Promise.reject(new Error('down'));
const hanging = () => new Promise<never>(() => {});

describe('a cache', () => {
  it('asks once for any number of callers at once, and not again while it is fresh', async () => {
    const { keys, upstream, pass } = stage();
    const sets = await Promise.all(Array.from({ length: 100 }, () => keys()));
    expect(new Set(sets).size).toBe(1);
    pass(599);
    expect(await keys()).toBe(sets[0]);
    expect(upstream).toHaveBeenCalledTimes(1);
  });

  it('answers with the same object when the set has not changed', async () => {
    const { keys, upstream, pass } = stage();
    const first = await keys();
    pass(600);
    expect(await keys()).toBe(first);
    pass(600);
    upstream.mockImplementationOnce(() => answer([rs256Jwk]));
    expect(await keys()).toEqual({ keys: [rs256Jwk] });
    expect(upstream).toHaveBeenCalledTimes(3);
  });

  it('asks once per cooldown for keys that are not there, and not at all for one that is', async () => {
    const { keys, upstream, pass } = stage();
    await keys();
    pass(30);
    await Promise.all(Array.from({ length: 1000 }, (_, index) => keys(`unknown ${index}`)));
    expect(upstream).toHaveBeenCalledTimes(2);
    for (let second = 0; second < 29; second += 1) {
      await keys('unknown');
      pass(1);
    }
    expect(upstream).toHaveBeenCalledTimes(2);
    pass(1);
    await keys('es');
    expect(upstream).toHaveBeenCalledTimes(2);
    await keys('unknown');
    expect(upstream).toHaveBeenCalledTimes(3);
  });

  it('goes on with its last copy while the issuer is down, until that is too old; then nothing passes', async () => {
    const { keys, upstream, pass } = stage();
    const first = await keys();
    upstream.mockImplementation(down);
    pass(600);
    expect(await keys()).toBe(first);
    pass(2999);
    expect(await keys()).toBe(first);
    pass(1);
    await expect(keys()).rejects.toThrow("the issuer's keys cannot be had");
    upstream.mockImplementation(() => answer([es256Jwk]));
    pass(30);
    expect(await keys()).toEqual({ keys: [es256Jwk] });
  });

  it('does not ask a failing issuer for every caller', async () => {
    const { keys, upstream, pass } = stage();
    upstream.mockImplementation(down);
    for (let second = 0; second < 60; second += 1) {
      await Promise.allSettled([keys(), keys('unknown'), keys()]);
      pass(1);
    }
    // At 0, 1, 3, 7, 15, 31 and no more.
    expect(upstream).toHaveBeenCalledTimes(6);
  });

  it('tells why there are no keys, to whoever looks for the cause', async () => {
    const { keys, upstream } = stage();
    upstream.mockImplementation(down);
    await expect(keys()).rejects.toMatchObject({ cause: { message: 'down' } });
  });

  it('keeps nobody waiting behind a slow refetch but the one who started it', async () => {
    const { keys, upstream, pass } = stage();
    const first = await keys();
    upstream.mockImplementation(hanging);
    pass(600);
    const leader = keys();
    const raced = await Promise.race([keys(), leader.then(() => 'the leader')]);
    expect(raced).toBe(first);
    expect(await leader).toBe(first);
  });

  it('gives up on a fetch in time, and takes nothing that it brings later', async () => {
    const { keys, upstream, pass } = stage();
    const late = Promise.withResolvers<FetchedKeys>();
    upstream.mockImplementationOnce(() => late.promise);
    await expect(keys()).rejects.toThrow();
    pass(1);
    expect(await keys()).toEqual(jwkSet);
    late.resolve({ keys: { keys: [] }, maxAgeSeconds: undefined });
    await late.promise;
    expect(await keys()).toEqual(jwkSet);
    expect(upstream).toHaveBeenCalledTimes(2);
  });

  it('starts anew when the request that started a fetch is gone, and its timers with it', async () => {
    const { keys, upstream, pass } = stage();
    upstream.mockImplementationOnce(hanging);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    void keys();
    vi.clearAllTimers();
    vi.useRealTimers();
    // Those who came in the meantime wait for no longer than it may take, and then fetch once.
    const waiting = Array.from({ length: 10 }, () => keys());
    pass(1);
    expect(new Set(await Promise.all(waiting)).size).toBe(1);
    expect(upstream).toHaveBeenCalledTimes(2);
  });

  it('tells the fetch that it is over', async () => {
    const { keys, upstream } = stage();
    upstream.mockImplementation(hanging);
    await expect(keys()).rejects.toThrow();
    expect(upstream.mock.calls[0]?.[0].aborted).toBe(true);
  });

  it('believes an issuer that has taken all its keys back', async () => {
    const { keys, upstream, pass } = stage();
    await keys();
    upstream.mockImplementation(() => answer([]));
    pass(600);
    expect(await keys()).toEqual({ keys: [] });
  });
});

describe('a shared store', () => {
  function store(found?: Copy) {
    const kept: { copy: Copy | undefined } = { copy: found };
    const shared = {
      read: vi.fn(async () => kept.copy),
      write: vi.fn((newer: Copy) => {
        kept.copy = newer;
      }),
    };
    return { kept, shared };
  }

  it('saves a second cache the fetch', async () => {
    const { shared } = store();
    const [one, two] = [stage(shared), stage(shared)];
    await one.keys();
    two.pass(1);
    expect(await two.keys()).toEqual(jwkSet);
    expect(one.upstream).toHaveBeenCalledTimes(1);
    expect(two.upstream).not.toHaveBeenCalled();
  });

  it('is not asked while memory is fresh', async () => {
    const { shared } = store();
    const { keys } = stage(shared);
    await keys();
    await keys();
    expect(shared.read).toHaveBeenCalledTimes(1);
  });

  it('spares the issuer a fetch for a key that another cache has just got, or just not found', async () => {
    const { shared } = store();
    const [one, two] = [stage(shared), stage(shared)];
    one.upstream.mockImplementation(() => answer([rs256Jwk]));
    await Promise.all([one.keys(), two.keys()]);
    one.upstream.mockImplementation(() => answer([es256Jwk, rs256Jwk]));
    for (const { pass } of [one, two]) pass(60);
    await one.keys('es');
    two.pass(1);
    two.upstream.mockClear();
    expect((await two.keys('es')).keys).toHaveLength(2);
    await two.keys('unknown');
    expect(two.upstream).not.toHaveBeenCalled();
  });

  it('stands in with an old copy when the issuer is down', async () => {
    const old = { keys: jwkSet, fetchedAt: 1_000_000_000_000 - 3_000_000, maxAgeSeconds: undefined };
    const { shared } = store(old);
    const { keys, upstream, pass } = stage(shared);
    upstream.mockImplementation(down);
    expect(await keys()).toEqual(jwkSet);
    pass(600);
    await expect(keys()).rejects.toThrow();
  });

  it('that does not answer leaves enough time to ask the issuer', async () => {
    const { shared } = store();
    shared.read.mockImplementation(hanging);
    const { keys, upstream } = stage(shared);
    expect(await keys()).toEqual(jwkSet);
    expect(upstream).toHaveBeenCalledTimes(1);
  });

  it('that cannot be written changes nothing', async () => {
    const { shared } = store();
    shared.write.mockImplementation(() => {
      throw new Error('away');
    });
    expect(await stage(shared).keys()).toEqual(jwkSet);
  });

  it('cannot keep a set alive with a date in the future', async () => {
    const { shared } = store({
      keys: { keys: [rs256Jwk] },
      fetchedAt: 2_000_000_000_000,
      maxAgeSeconds: undefined,
    });
    const { keys, upstream } = stage(shared);
    expect(await keys()).toEqual(jwkSet);
    expect(upstream).toHaveBeenCalledTimes(1);
  });
});

describe('a policy', () => {
  it.each([
    { maxAgeSeconds: 0 },
    { cooldownSeconds: -1 },
    { maximumBytes: Number.NaN },
    { maxAgeSeconds: 90_000 },
  ])('with %o is refused', (wrong) => {
    expect(() => checkedPolicy(wrong)).toThrow(TypeError);
  });
});

describe('a fetched key set', () => {
  const fetched = (value: unknown, maximumKeys = 2) =>
    fetchKeys('https://issuer.test/keys', {
      fetch: async () => Response.json(value, { headers: { 'Cache-Control': 'public, max-age=60' } }),
      signal: new AbortController().signal,
      maximumBytes: 100_000,
      maximumKeys,
    });

  it('comes with the time for which it may be kept', async () => {
    expect(await fetched(jwkSet)).toEqual({ keys: jwkSet, maxAgeSeconds: 60 });
  });

  it.each<[string, unknown]>([
    ['no object', 'keys'],
    ['null', null],
    ['no list of keys', { keys: 'none' }],
    ['more keys than allowed', { keys: [es256Jwk, rs256Jwk, es256Jwk] }],
  ])('is none when %s comes back', async (_, value) => {
    await expect(fetched(value)).rejects.toThrow(TypeError);
  });

  it('may have as many keys as its reader allows', async () => {
    const many = { keys: Array.from({ length: 150 }, (_, index) => ({ ...es256Jwk, kid: `es ${index}` })) };
    expect(await fetched(many, 150)).toMatchObject({ keys: many });
  });
});

describe('a key set', () => {
  it('keeps public members only', () => {
    const d = 'secret';
    expect(
      publicKeys({
        keys: [
          { ...es256Jwk, d, ext: true, x5c: ['x'], oth: [] },
          { ...rs256Jwk, d, p: d, q: d },
        ],
      }),
    ).toEqual(jwkSet);
  });

  it.each<[string, unknown]>([
    ['a shared secret', { kty: 'oct', k: 'AAAA', kid: 'x' }],
    ['a type that every object has', { kty: 'constructor', kid: 'x' }],
    ['no type', { kid: 'x' }],
    ['an encryption key', { ...es256Jwk, use: 'enc' }],
    ['an RSA key of 1024 bits (RFC 7518 §3.3)', { kty: 'RSA', n: 'v'.repeat(171), e: 'AQAB' }],
    ['one whose zeroes make it look longer', { kty: 'RSA', n: 'A'.repeat(171) + 'v'.repeat(171), e: 'AQAB' }],
    ['an RSA key without a number', { kty: 'RSA', n: 1, e: 'AQAB' }],
    ['null', null],
    ['a word', 'key'],
  ])('leaves out %s', (_, key) => {
    expect(publicKeys({ keys: [key, es256Jwk] })).toEqual({ keys: [es256Jwk] });
  });
});
