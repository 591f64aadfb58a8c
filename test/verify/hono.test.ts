import { Hono } from 'hono';
import { expect, it } from 'vitest';
import { protect } from '../../src/verify/hono.ts';
import { resourceGuard } from '../../src/verify/index.ts';
import { audience, issuer, jwkSet, token } from './issuer.ts';

const nonce = { current: () => 'n1', accepts: () => true };
const guard = resourceGuard({
  issuer,
  audience,
  keys: async () => jwkSet,
  resource: audience,
  dpop: { nonce },
});

const app = new Hono()
  .get('/orders/*', protect(guard, { scope: ['orders:read'] }), (c) => c.json({ sub: c.get('claims').sub }))
  .get('/open', (c) => c.text('open'));

const ask = async (authorization?: string) =>
  app.request(`${audience}/1`, authorization ? { headers: { Authorization: authorization } } : {});

it('hands the claims to the handler', async () => {
  const response = await ask(`Bearer ${await token({ claims: { scope: 'orders:read' } })}`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ sub: 'somebody' });
  expect(response.headers.get('DPoP-Nonce')).toBe('n1');
});

it('answers a request without a token with every challenge, and never asks the handler', async () => {
  const response = await ask();
  expect(response.status).toBe(401);
  expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer scope="orders:read", .+, DPoP scope=/);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  expect(await response.json()).toEqual({ error: 'invalid_token', error_description: 'there is no token' });
});

it('answers a token that is not enough with 403', async () => {
  const response = await ask(`Bearer ${await token({ claims: { scope: 'openid' } })}`);
  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({ error: 'insufficient_scope' });
});

it('judges a proof by the URL that the client called', async () => {
  let judged = '';
  const spy: typeof guard = (request) => {
    judged = request.url;
    return guard(request);
  };
  const behind = new Hono().use(
    protect(spy, {}, (request) => request.url.replace('http://inside', 'https://api.test')),
  );
  await behind.request('http://inside/orders/1');
  expect(judged).toBe('https://api.test/orders/1');
});

it('leaves other paths alone', async () => {
  expect(await (await app.request('https://api.test/open')).text()).toBe('open');
});
