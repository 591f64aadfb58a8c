import { Hono } from 'hono';
import type { JWK } from 'jose';
import { expect, it, vi } from 'vitest';
import {
  JWKS_MAXIMUM_AGE_SECONDS,
  JWKS_STALE_WHILE_REVALIDATE_SECONDS,
} from '../../../src/core/keyring/timing.ts';
import { jwks } from '../../../src/endpoints/well-known/jwks.ts';

const key: JWK = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'one', alg: 'ES256', use: 'sig' };

function endpoint() {
  const published = { set: { keys: [key] } };
  const sign = () => Promise.reject(new Error('nothing here signs'));
  const app = new Hono().get('/jwks', jwks({ keys: { sign, jwks: async () => published.set } }));
  return { published, get: (headers: HeadersInit = {}) => app.request('/jwks', { headers }) };
}

it('answers with the set, for caches and for browser apps', async () => {
  const response = await endpoint().get();
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ keys: [key] });
  expect(response.headers.get('content-type')).toBe('application/json');
  // What a new key waits for before it signs.
  expect(response.headers.get('cache-control')).toBe(
    `public, max-age=${JWKS_MAXIMUM_AGE_SECONDS}, stale-while-revalidate=${JWKS_STALE_WHILE_REVALIDATE_SECONDS}`,
  );
  expect(response.headers.get('access-control-allow-origin')).toBe('*');
});

it.each([(etag: string) => etag, (etag: string) => `"other", W/${etag}`, () => '*'])(
  'answers 304 without a body to a cache that has the set',
  async (ifNoneMatch) => {
    const { get } = endpoint();
    const etag = (await get()).headers.get('etag') ?? '';
    const response = await get({ 'if-none-match': ifNoneMatch(etag) });
    expect(response.status).toBe(304);
    expect(await response.text()).toBe('');
    expect(response.headers.get('etag')).toBe(etag);
    expect(response.headers.get('cache-control')).toContain(`max-age=${JWKS_MAXIMUM_AGE_SECONDS}`);
  },
);

it('writes and hashes a set once, not for every request', async () => {
  const digest = vi.spyOn(crypto.subtle, 'digest');
  const { published, get } = endpoint();
  const tags = [];
  for (let request = 0; request < 3; request += 1) tags.push((await get()).headers.get('etag'));
  expect(new Set(tags).size).toBe(1);
  expect(digest).toHaveBeenCalledTimes(1);
  published.set = { keys: [] };
  await get();
  expect(digest).toHaveBeenCalledTimes(2);
});

it('answers in full once the set has changed', async () => {
  const { published, get } = endpoint();
  const etag = (await get()).headers.get('etag') ?? '';
  published.set = { keys: [key, { ...key, kid: 'two' }] };
  const response = await get({ 'if-none-match': etag });
  expect(response.status).toBe(200);
  expect(response.headers.get('etag')).not.toBe(etag);
});
