import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { type IssuerJwksOptions, issuerJwks, issuerKeys } from '../../src/keys/issuer-jwks.ts';
import { verifier } from '../../src/verify/index.ts';
import { audience, es256Jwk, jwkSet, rs256Jwk, token } from '../verify/issuer.ts';

const issuer = 'https://upstream.example.com/tenant';
const jwksUri = 'https://upstream.example.com/keys';
/** KV that each test has for itself: what one writes after its end must not be there in the next. */
let tests = 0;
let cache: Pick<KVNamespace, 'get' | 'put' | 'delete' | 'list'>;
function ownCache(): typeof cache {
  tests += 1;
  const { JWKS_CACHE } = env;
  const prefix = `${tests} `;
  return {
    get: (name: string, options: object) => JWKS_CACHE.get(prefix + name, options),
    put: (name: string, ...rest: [string, object?]) => JWKS_CACHE.put(prefix + name, ...rest),
    delete: (name: string) => JWKS_CACHE.delete(prefix + name),
    list: async () => {
      const { keys } = await JWKS_CACHE.list({ prefix });
      return { keys: keys.map(({ name, ...rest }) => ({ ...rest, name: name.slice(prefix.length) })) };
    },
  } as unknown as typeof cache;
}
const secrets = await rootSecrets(env);

/** Everything that is on the network. */
let network: Record<string, () => Response | Promise<Response>>;
const fetched = vi.fn(async (url: string) => network[url]?.() ?? new Response('', { status: 404 }));

beforeEach(() => {
  network = { [jwksUri]: () => Response.json(jwkSet) };
  cache = ownCache();
  fetched.mockClear();
});

const isolate = (options: Partial<IssuerJwksOptions> = {}) =>
  issuerJwks({ issuer, jwksUri, cache, secrets, fetch: fetched, ...options });
/** The one entry in KV, once it is there. */
const shared = () =>
  vi.waitFor(async () => {
    const { name, expiration } = (await cache.list()).keys[0] ?? {};
    if (name === undefined) throw new Error('nothing is in KV');
    return { name, expiration, text: (await cache.get(name)) ?? '' };
  });
const urls = () => fetched.mock.calls.map(([url]) => url);

describe('keys of another issuer', () => {
  it('come from the issuer, then from KV, then from memory', async () => {
    const get = vi.spyOn(cache, 'get');
    const one = isolate();
    expect(await one()).toEqual(jwkSet);
    expect(await one()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
    expect(get).toHaveBeenCalledTimes(1);
    await shared();
    get.mockClear();
    const two = isolate();
    expect(await two()).toEqual(jwkSet);
    expect(await two()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
    expect(get).toHaveBeenCalledTimes(1);
    get.mockRestore();
  });

  it('are kept in KV without private members, and not for ever', async () => {
    network[jwksUri] = () => Response.json({ keys: [{ ...es256Jwk, d: 'secret' }] });
    await isolate({ policy: { maxStaleSeconds: 7200 } })();
    const { name, text, expiration = 0 } = await shared();
    expect(name).toMatch(/^issuer-jwks\/[\w-]{43}$/);
    expect(text).not.toContain('secret');
    const left = expiration - Date.now() / 1000;
    expect(left).toBeGreaterThan(7100);
    expect(left).toBeLessThanOrEqual(7201);
  });

  it('are not those of an issuer beside it', async () => {
    await isolate()();
    network['https://other.example.com/keys'] = () => Response.json({ keys: [rs256Jwk] });
    const other = isolate({ issuer: 'https://other.example.com', jwksUri: 'https://other.example.com/keys' });
    expect(await other()).toEqual({ keys: [rs256Jwk] });
  });

  const changedBody = (change: (body: string) => string) => (text: string) => {
    const { body, ...rest } = JSON.parse(text) as { body: string };
    return JSON.stringify({ ...rest, body: change(body) });
  };
  it.each<[string, (text: string) => string]>([
    ['nothing of ours', () => ''],
    ['null', () => 'null'],
    ['the keys without a tag', (text) => text.replace(/"tag":"[^"]+"/, '"tag":""')],
    ['keys that somebody planted', changedBody((body) => body.replace(es256Jwk.x ?? '', rs256Jwk.n ?? ''))],
    [
      'keys said to be younger',
      changedBody((body) => body.replace(/"fetchedAt":\d+/, `"fetchedAt":${Date.now()}`)),
    ],
    ['a tag of another secret', (text) => text.replace(secrets.current.id, 'AAAAAAAA')],
  ])('are fetched when KV holds %s', async (_, change) => {
    await isolate({ now: () => Date.now() - 1000 })();
    const { name, text } = await shared();
    expect(change(text)).not.toBe(text);
    await cache.put(name, change(text));
    fetched.mockClear();
    expect(await isolate()()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
  });

  it('are fetched when KV holds those of another issuer in their place', async () => {
    const otherUri = 'https://other.example.com/keys';
    network[otherUri] = () => Response.json({ keys: [rs256Jwk] });
    await isolate({ issuer: 'https://other.example.com', jwksUri: otherUri })();
    const other = await shared();
    await cache.delete(other.name);
    await isolate()();
    const { name } = await shared();
    await cache.put(name, other.text);
    fetched.mockClear();
    expect(await isolate()()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
  });

  it('are fetched when KV holds what was fetched where http and private addresses are allowed', async () => {
    await isolate({ development: true })();
    const copy = await shared();
    await cache.delete(copy.name);
    await isolate()();
    const { name } = await shared();
    for (const place of [name, copy.name]) await cache.put(place, copy.text);
    fetched.mockClear();
    expect(await isolate()()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
  });

  it('come from KV after the root secret was replaced, while the old one is accepted', async () => {
    await isolate()();
    await shared();
    const replaced = await rootSecrets({
      PORTCULLIS_ENVIRONMENT: 'production',
      PORTCULLIS_SECRET: btoa('another secret of thirty-two byte'),
      PORTCULLIS_SECRET_PREVIOUS: env.PORTCULLIS_SECRET.replace('development_', ''),
    });
    fetched.mockClear();
    expect(await isolate({ secrets: replaced })()).toEqual(jwkSet);
    expect(fetched).not.toHaveBeenCalled();
    const [current] = replaced.all;
    if (!current) throw new Error('there is no secret');
    expect(await isolate({ secrets: { current, all: [current] } })()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
  });

  it('may be as many as are allowed, also in KV and for a verifier', async () => {
    const keys = [...Array.from({ length: 149 }, (_, index) => ({ ...rs256Jwk, kid: `${index}` })), es256Jwk];
    network[jwksUri] = () => Response.json({ keys });
    const policy = { maximumKeys: 150 };
    await expect(isolate()()).rejects.toThrow();
    await isolate({ policy })();
    await shared();
    fetched.mockClear();
    const verify = verifier({ issuer: 'https://issuer.test', audience, keys: isolate({ policy }) });
    expect(await verify(await token())).toMatchObject({ ok: true });
    expect(fetched).not.toHaveBeenCalled();
  });

  it('are had without KV', async () => {
    const broken = {
      get: async () => {
        throw new Error('away');
      },
      put: async () => {
        throw new Error('away');
      },
    } as unknown as KVNamespace;
    expect(await isolate({ cache: broken })()).toEqual(jwkSet);
  });

  it('are had without waiting for a KV that does not answer', async () => {
    const silent = {
      get: async () => null,
      put: vi.fn(() => new Promise<never>(() => {})),
    };
    const hanging = silent as unknown as KVNamespace;
    expect(await isolate({ cache: hanging })()).toEqual(jwkSet);
    await vi.waitFor(() => expect(silent.put).toHaveBeenCalled());
  });

  it('outlive the issuer in KV, until they are too old', async () => {
    let time = Date.now();
    const now = () => time;
    await isolate({ now })();
    await shared();
    network = {};
    time += 3_600_000;
    expect(await isolate({ now })()).toEqual(jwkSet);
    time += 24 * 3_600_000;
    await expect(isolate({ now })()).rejects.toThrow();
  });

  it('let a verifier find a key that is new', async () => {
    let time = Date.now();
    const now = () => time;
    network[jwksUri] = () => Response.json({ keys: [rs256Jwk] });
    const verify = verifier({ issuer: 'https://issuer.test', audience, keys: isolate({ now }) });
    const text = await token();
    expect(await verify(text)).toMatchObject({ code: 'key_unknown' });
    network[jwksUri] = () => Response.json(jwkSet);
    expect(await verify(text)).toMatchObject({ code: 'key_unknown' });
    expect(urls()).toHaveLength(1);
    time += 30_000;
    expect(await verify(text)).toMatchObject({ ok: true });
    expect(urls()).toHaveLength(2);
  });
});

describe('discovery', () => {
  const openid = `${issuer}/.well-known/openid-configuration`;
  const oauth = 'https://upstream.example.com/.well-known/oauth-authorization-server/tenant';
  const metadata = (changes: Record<string, unknown> = {}) =>
    Response.json({ issuer, jwks_uri: jwksUri, ...changes });
  const discovering = (options: Partial<IssuerJwksOptions> = {}) =>
    isolate({ jwksUri: undefined, ...options });

  it('asks where an OpenID provider has its metadata', async () => {
    network[openid] = () => metadata();
    expect(await discovering()()).toEqual(jwkSet);
    expect(urls()).toEqual([openid, jwksUri]);
  });

  it('asks where an authorization server has it (RFC 8414 §3.1) if that is not there', async () => {
    network[oauth] = () => metadata();
    expect(await discovering()()).toEqual(jwkSet);
    expect(urls()).toEqual([openid, oauth, jwksUri]);
  });

  it('is taken at its word for an hour', async () => {
    let time = Date.now();
    network[openid] = () => metadata();
    const keys = discovering({ now: () => time });
    await keys();
    time += 600_000;
    await keys();
    expect(urls()).toEqual([openid, jwksUri, jwksUri]);
    time += 3_000_000;
    await keys();
    expect(urls().slice(3)).toEqual([openid, jwksUri]);
  });

  it('is asked anew when the keys are no longer where it said', async () => {
    let time = Date.now();
    network[openid] = () => metadata();
    const keys = discovering({ now: () => time });
    await keys();
    const moved = 'https://upstream.example.com/moved';
    network = {
      [openid]: () => metadata({ jwks_uri: moved }),
      [moved]: () => Response.json({ keys: [rs256Jwk] }),
    };
    time += 600_000;
    expect(await keys()).toEqual(jwkSet);
    time += 1_000;
    expect(await keys()).toEqual({ keys: [rs256Jwk] });
  });

  it.each([
    ['another issuer', { issuer: 'https://upstream.example.com/other' }],
    ['the issuer with a slash more', { issuer: `${issuer}/` }],
    ['no issuer', { issuer: undefined }],
    ['no jwks_uri', { jwks_uri: undefined }],
    ['a jwks_uri that is no address', { jwks_uri: '/keys' }],
    ['a jwks_uri over http', { jwks_uri: 'http://upstream.example.com/keys' }],
    ['a jwks_uri in a private network', { jwks_uri: 'https://169.254.169.254/latest/meta-data' }],
  ])('that names %s is not believed', async (_, changes) => {
    network[openid] = () => metadata(changes);
    network[oauth] = () => metadata();
    network['http://upstream.example.com/keys'] = () => Response.json(jwkSet);
    await expect(discovering()()).rejects.toThrow();
    expect(urls()).toEqual([openid]);
  });
});

describe('the keys of several owners', () => {
  it('are fetched once for each, whoever asks', async () => {
    const otherUri = 'https://other.example.com/keys';
    network[otherUri] = () => Response.json({ keys: [rs256Jwk] });
    const keysOf = issuerKeys({ cache, secrets, fetch: fetched });
    // A client signs in its own name, which is no address (RFC 7523 §3).
    const client = () => keysOf({ issuer: 'client', jwksUri: otherUri })();
    const asked = [keysOf({ issuer, jwksUri })(), client(), keysOf({ issuer, jwksUri })(), client()];
    expect(await Promise.all(asked)).toEqual([jwkSet, { keys: [rs256Jwk] }, jwkSet, { keys: [rs256Jwk] }]);
    expect(urls()).toEqual([jwksUri, otherUri]);
  });

  it('are remembered for so many owners and no more: anybody may register a client', () => {
    const keysOf = issuerKeys({ cache, secrets, fetch: fetched });
    const first = keysOf({ issuer, jwksUri });
    expect(keysOf({ issuer, jwksUri })).toBe(first);
    for (let others = 0; others < 1000; others += 1) keysOf({ issuer: `client ${others}`, jwksUri });
    expect(keysOf({ issuer, jwksUri })).not.toBe(first);
  });
});

describe('an address that must not be fetched', () => {
  it.each([
    { issuer: 'http://upstream.example.com', jwksUri: undefined },
    { issuer: 'https://localhost', jwksUri: undefined },
    { jwksUri: 'https://[::ffff:169.254.169.254]/' },
  ])('is refused at once: %o', (options) => {
    expect(() => isolate(options)).toThrow(TypeError);
    expect(fetched).not.toHaveBeenCalled();
  });

  it('may be in development', async () => {
    network['http://localhost:8787/keys'] = () => Response.json(jwkSet);
    const local = isolate({
      issuer: 'http://localhost:8787',
      jwksUri: 'http://localhost:8787/keys',
      development: true,
    });
    expect(await local()).toEqual(jwkSet);
  });
});
