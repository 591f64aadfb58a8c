import { env } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import '../../src/worker.ts';
import { compose } from '../../src/compose.ts';
import type { Environment } from '../../src/environment.ts';
import { floodClassOf } from '../../src/middleware/flood.ts';
import { issuer } from '../workerd/person.ts';

afterEach(() => vi.restoreAllMocks());

/** As the binding is: so many for each key. */
class Limiter implements RateLimit {
  readonly counts = new Map<string, number>();
  readonly limitOfEach: number;

  constructor(limitOfEach: number) {
    this.limitOfEach = limitOfEach;
  }

  async limit({ key }: { key: string }) {
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return { success: count <= this.limitOfEach };
  }
}

const from = (address: string, headers: Record<string, string> = {}) => ({
  'CF-Connecting-IP': address,
  ...headers,
});

async function worker(limiters: Partial<Environment>) {
  const { fetch } = await compose({ ...env, ...limiters });
  return (path: string, init: RequestInit = {}) => fetch(new Request(issuer + path, init));
}

const signIn = (headers: Record<string, string>): RequestInit => ({
  method: 'POST',
  headers: {
    Origin: issuer,
    Accept: 'text/html',
    'Content-Type': 'application/x-www-form-urlencoded',
    ...headers,
  },
  // No address that anybody could have: nothing is hashed for it.
  body: 'email=nobody&password=a+guess',
});

describe('a flood', () => {
  it('of sign-ins from one address is refused, with when to come back, and no other address is', async () => {
    const ask = await worker({ FLOOD_SIGN_IN: new Limiter(3) });
    const statuses = [];
    for (let count = 0; count < 4; count += 1)
      statuses.push((await ask('/signin', signIn(from('203.0.113.7')))).status);
    expect(statuses).toEqual([401, 401, 401, 429]);
    const refused = await ask('/signin', signIn(from('203.0.113.7')));
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(await refused.text()).toContain('too many requests');
    expect((await ask('/signin', signIn(from('203.0.113.8')))).status).toBe(401);
    expect(
      (await ask('/signin', { headers: from('203.0.113.7') })).status,
      'pages have a count of their own',
    ).toBe(200);
  });

  it('from all over a household’s network is one', async () => {
    const limiter = new Limiter(2);
    const ask = await worker({ FLOOD_SIGN_IN: limiter });
    const statuses = [];
    for (const address of [
      '2001:db8:1:2::1',
      '2001:db8:1:2:ffff::',
      '2001:db8:1:2:3:4:5:6',
      '2001:db8:1:3::1',
    ])
      statuses.push((await ask('/signin', signIn(from(address)))).status);
    expect(statuses).toEqual([401, 401, 429, 401]);
  });

  it('cannot hide behind a header of its own', async () => {
    const ask = await worker({ FLOOD_SIGN_IN: new Limiter(1) });
    const statuses = [];
    for (const forged of ['198.51.100.1', '198.51.100.2'])
      statuses.push(
        (await ask('/signin', signIn(from('203.0.113.7', { 'X-Forwarded-For': forged })))).status,
      );
    expect(statuses).toEqual([401, 429]);
  });

  it('at an API is refused in its own form, readable by a script of any origin', async () => {
    const ask = await worker({ FLOOD_TOKEN: new Limiter(0) });
    const refused = await ask('/oauth/token', { method: 'POST', headers: from('203.0.113.7'), body: 'x=y' });
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect(refused.headers.get('Retry-After')).toBe('60');
    expect(refused.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(refused.headers.get('Access-Control-Expose-Headers')).toContain('Retry-After');
    const login = await ask('/oauth/token', { method: 'OPTIONS', headers: from('203.0.113.7') });
    expect(login.status, 'a preflight is no call').toBe(204);
  });

  it('wakes no object and writes nothing down', async () => {
    const limiter = new Limiter(0);
    const untouched = { getByName: () => expect.fail('an object was asked') };
    const ask = await worker({
      FLOOD_SIGN_IN: limiter,
      USER: untouched as unknown as Environment['USER'],
      IDENTIFIER: untouched as unknown as Environment['IDENTIFIER'],
      ADDRESS: untouched as unknown as Environment['ADDRESS'],
    });
    const init = signIn(from('203.0.113.7'));
    const refused = await ask('/signin', { ...init, body: 'email=ada@example.com&password=a+guess' });
    expect(refused.status).toBe(429);
  });
});

describe('there is no limit', () => {
  it('where the limiter does not answer, and the operator hears of it', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const broken: RateLimit = { limit: () => Promise.reject(new Error('203.0.113.7 is too much')) };
    const ask = await worker({ FLOOD_SIGN_IN: broken });
    expect((await ask('/signin', signIn(from('203.0.113.7')))).status).toBe(401);
    expect(log.mock.calls.join()).toContain('flood.limiter_failed');
    expect(log.mock.calls.join()).not.toContain('203.0.113.7');
  });

  it('without a binding, without an edge in front, and for what is answered from memory', async () => {
    const unlimited = await worker({});
    expect((await unlimited('/signin', signIn(from('203.0.113.7')))).status).toBe(401);
    const none = new Limiter(0);
    const ask = await worker({ FLOOD_SIGN_IN: none, FLOOD_PAGES: none, FLOOD_TOKEN: none });
    expect((await ask('/signin', signIn({}))).status).toBe(401);
    const keys = await ask('/.well-known/jwks.json', { headers: from('203.0.113.7') });
    expect(keys.status).toBe(200);
  });
});

it.each([
  ['/signin', 'form', 'sign-in'],
  ['/signin/email/code', 'form', 'sign-in'],
  ['/signup/passkey', 'form', 'sign-in'],
  ['/reset/password', 'form', 'sign-in'],
  ['/device', 'form', 'sign-in'],
  ['/account/password', 'form', 'sign-in'],
  ['/account/email/codes', 'form', 'sign-in'],
  ['/session/login', 'first-party', 'sign-in'],
  ['/oauth/authorization-challenge', 'api', 'sign-in'],
  ['/account/sign-out-everywhere', 'form', 'pages'],
  ['/signin', 'page', 'pages'],
  ['/session/refresh', 'first-party', 'token'],
  ['/oauth/token', 'api', 'token'],
  ['/oauth/introspect', 'server', 'token'],
  ['/assets/*', 'page', 'open'],
] as const)('%s of a %s is of the class %s', (path, caller, expected) => {
  expect(floodClassOf(path, caller)).toBe(expected);
});
