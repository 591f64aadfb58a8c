import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import worker from '../../examples/demo/origin/worker.ts';
import { jwk, signed } from './setup.ts';

const issuer = 'http://localhost:8787';
const now = Math.floor(Date.now() / 1000);
const claims = {
  iss: issuer,
  aud: `${issuer}/demo/api`,
  sub: 'u',
  sid: 's',
  name: '<b>Ada</b>',
  email: 'ada@example.test',
  auth_time: now,
  amr: ['pwd'],
  exp: now + 60,
};

const fetched = vi.fn<typeof fetch>();
beforeEach(() => {
  fetched.mockImplementation(async () => Response.json({ keys: [jwk] }));
  vi.stubGlobal('fetch', fetched);
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const ask = (path: string, assertion?: string) => {
  const headers: HeadersInit = assertion === undefined ? {} : { 'Portcullis-Assertion': assertion };
  return worker.fetch(new Request(issuer + path, { headers }), { PORTCULLIS_ISSUER: issuer });
};
const typ = 'portcullis-assertion+jwt';

it('the demo’s API says who the assertion says', async () => {
  const response = await ask('/demo/api/me', await signed(claims, typ));
  expect(await response.json()).toMatchObject({ sub: 'u', name: '<b>Ada</b>', email: 'ada@example.test' });
});

it('its private page greets that person, escaped', async () => {
  const response = await ask(
    '/demo/private/',
    await signed({ ...claims, aud: `${issuer}/demo/private` }, typ),
  );
  const page = await response.text();
  expect(page).toContain('Hello, <bdi>&lt;b&gt;Ada&lt;/b&gt;</bdi>');
  expect(page).not.toContain('<b>Ada');
});

it('nobody gets in without an assertion made for the route', async () => {
  expect((await ask('/demo/api/me')).status).toBe(401);
  expect((await ask('/demo/api/me', 'garbage')).status).toBe(401);
  expect((await ask('/demo/api/me', await signed(claims, 'at+jwt'))).status).toBe(401);
  expect((await ask('/demo/private/', await signed(claims, typ))).status).toBe(401);
  expect((await ask('/demo/api/me', await signed({ ...claims, exp: now - 60 }, typ))).status).toBe(401);
});

it('there is nothing else', async () => {
  expect((await ask('/demo/api/other', await signed(claims, typ))).status).toBe(404);
});
