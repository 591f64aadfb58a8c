import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type IssuerJwksOptions, issuerJwks } from '../../src/keys/issuer-jwks.ts';
import { verifier } from '../../src/verify/index.ts';
import { audience, es256Jwk, jwkSet, rs256Jwk, token } from '../verify/issuer.ts';

const issuer = 'https://upstream.example.com/tenant';
const jwksUri = 'https://upstream.example.com/keys';
const cache = env.JWKS_CACHE;

/** Everything that is on the network. */
let network: Record<string, () => Response | Promise<Response>>;
const fetched = vi.fn(async (url: string) => network[url]?.() ?? new Response('', { status: 404 }));

beforeEach(() => {
  network = { [jwksUri]: () => Response.json(jwkSet) };
});
afterEach(async () => {
  fetched.mockClear();
  for (const { name } of (await cache.list()).keys) await cache.delete(name);
});

const isolate = (options: Partial<IssuerJwksOptions> = {}) =>
  issuerJwks({ issuer, jwksUri, cache, fetch: fetched, ...options });
const urls = () => fetched.mock.calls.map(([url]) => url);

describe('keys of another issuer', () => {
  it('come from the issuer, then from KV, then from memory', async () => {
    const get = vi.spyOn(cache, 'get');
    const one = isolate();
    expect(await one()).toEqual(jwkSet);
    expect(await one()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
    expect(get).toHaveBeenCalledTimes(1);
    const two = isolate();
    expect(await two()).toEqual(jwkSet);
    expect(await two()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
    expect(get).toHaveBeenCalledTimes(2);
    get.mockRestore();
  });

  it('are kept in KV without private members, and not for ever', async () => {
    network[jwksUri] = () => Response.json({ keys: [{ ...es256Jwk, d: 'secret' }] });
    await isolate({ policy: { maxStaleSeconds: 7200 } })();
    const [entry] = (await cache.list()).keys;
    expect(entry?.name).toMatch(/^issuer-jwks\/[\w-]{43}$/);
    expect(await cache.get(entry?.name ?? '')).not.toContain('secret');
    const left = (entry?.expiration ?? 0) - Date.now() / 1000;
    expect(left).toBeGreaterThan(7100);
    expect(left).toBeLessThanOrEqual(7201);
  });

  it('are not those of an issuer beside it', async () => {
    await isolate()();
    network['https://other.example.com/keys'] = () => Response.json({ keys: [rs256Jwk] });
    const other = isolate({ issuer: 'https://other.example.com', jwksUri: 'https://other.example.com/keys' });
    expect(await other()).toEqual({ keys: [rs256Jwk] });
  });

  it.each([
    '',
    'null',
    '{"version":1}',
    '{"version":2,"keys":{"keys":[]},"fetchedAt":0}',
    '{"version":1,"keys":[],"fetchedAt":0}',
  ])('are fetched when KV holds `%s`', async (garbage) => {
    await isolate()();
    const [entry] = (await cache.list()).keys;
    await cache.put(entry?.name ?? '', garbage);
    fetched.mockClear();
    expect(await isolate()()).toEqual(jwkSet);
    expect(urls()).toEqual([jwksUri]);
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

  it('outlive the issuer in KV, until they are too old', async () => {
    let time = Date.now();
    const now = () => time;
    await isolate({ now })();
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

describe('an address that must not be fetched', () => {
  it.each([
    { issuer: 'http://upstream.example.com' },
    { issuer: 'https://localhost' },
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
