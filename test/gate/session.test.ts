import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KnownSession } from '../../src/gate/identity/identity.ts';
import type { EndCause, LiveSession } from '../../src/user/types.ts';
import { gateAlone } from './alone.ts';
import { gateCookie, gateUnderTest, host, live, navigation, sessionId, userId } from './setup.ts';

// GET /.portcullis/session: who is signed in, for the pages of the host and for nobody else.

const path = '/.portcullis/session';
const script = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };
const person = live as LiveSession;

let world: ReturnType<typeof gateUnderTest>;
beforeEach(() => {
  world = gateUnderTest();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

async function ask(headers: Record<string, string> = script, init: RequestInit = {}) {
  return world.send(path, { ...init, headers: { Cookie: await gateCookie(), ...headers } });
}

/** What is about other origins, on any answer. */
function isPrivate({ headers }: Response) {
  const cors = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
  expect(cors).toEqual([]);
  expect(headers.get('Cross-Origin-Resource-Policy')).toBe('same-origin');
  expect(headers.get('Cache-Control')).toBe('no-store');
  expect(headers.get('Content-Type')).toBe('application/json');
}

describe('a page of the host', () => {
  it('is told who is signed in, by the names of UserInfo', async () => {
    const claims = { given_name: 'Ada', locale: 'en-GB', zoneinfo: '' };
    world.world.status = async () => ({
      ...person,
      profile: { ...person.profile, claims, groups: ['staff'] },
    });
    const response = await ask();
    expect(response.status).toBe(200);
    isPrivate(response);
    expect(await response.json()).toEqual({
      sub: userId,
      name: 'Ada',
      given_name: 'Ada',
      locale: 'en-GB',
      email: 'ada@example.test',
      email_verified: true,
      groups: ['staff'],
      auth_time: 1_700_000_000,
      acr: 'urn:portcullis:acr:single-factor',
      amr: ['pwd'],
    });
  });

  it('is told nothing that stands for the session, nor what is not known', async () => {
    const bare = { userId, email: '', emailVerified: false, name: '', groups: [] };
    world.world.status = async () => ({ ...person, amr: [], profile: bare, revokedTokens: ['jti'] });
    const text = await (await ask()).text();
    expect(JSON.parse(text)).toEqual({ sub: userId, email_verified: false, auth_time: 1_700_000_000 });
    expect(text).not.toContain(sessionId);
  });

  it('asks each time, by one call, whatever was answered a moment before', async () => {
    expect((await world.send('/session/x', { headers: { Cookie: await gateCookie() } })).status).toBe(200);
    for (let asked = 2; asked < 5; asked += 1) {
      expect((await ask()).status).toBe(200);
      expect(world.calls.status).toEqual(
        Array.from({ length: asked }, () => [userId, { sessionId, isUse: true }]),
      );
    }
    expect(world.received).toHaveLength(1);
  });

  it.each<[EndCause]>([['sign_out'], ['idle_expiry'], ['password_change'], ['account_disabled'], ['reuse']])(
    'is told why the session is over: %s',
    async (cause) => {
      world.world.status = async () => ({ kind: 'ended', cause, endedAt: 1 });
      for (const time of ['first', 'again']) {
        const response = await ask();
        expect([time, response.status]).toEqual([time, 401]);
        isPrivate(response);
        expect(response.headers.getSetCookie()).toEqual([]);
        expect(await response.json()).toMatchObject({ error: 'login_required', cause });
      }
    },
  );

  it.each([
    ['no cookie', { Cookie: '' }],
    ['garbage', { Cookie: '__Host-portcullis-gate=garbage' }],
    ['a very long cookie', { Cookie: `__Host-portcullis-gate=${'a.'.repeat(10_000)}` }],
    ['thousands of cookies', { Cookie: '__Host-portcullis-gate=x; '.repeat(2_000) }],
    ['a token in the place of the cookie', { Cookie: '', Authorization: 'Bearer x' }],
  ])('with %s is told that nobody is signed in, and nobody is asked', async (_, headers) => {
    const response = await ask({ ...script, ...headers });
    expect(response.status).toBe(401);
    isPrivate(response);
    expect(Object.keys((await response.json()) as object)).toEqual([
      'error',
      'error_description',
      'request_id',
    ]);
    expect(world.calls.status).toEqual([]);
  });

  it('with a session that nobody knows, or with the handle of another host, is told no cause', async () => {
    world.world.status = async () => ({ kind: 'unknown' });
    expect(await (await ask()).json()).not.toHaveProperty('cause');
    const response = await ask({ ...script, Cookie: await gateCookie({ host: 'second.test' }) });
    expect(response.status).toBe(401);
    expect(world.calls.status).toHaveLength(1);
  });

  it('is told that it cannot be found out where it cannot, without a word to others', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    world.world.status = () => Promise.reject(new Error('down'));
    const response = await ask();
    expect(response.status).toBe(503);
    isPrivate(response);
  });
});

describe('who may ask', () => {
  it.each<[string, Record<string, string>]>([
    ['a script of the host', script],
    ['a person who opens the address', navigation],
    ['an old browser on the host', {}],
    ['an old browser that says where it is', { Origin: `https://${host}` }],
  ])('%s', async (_, headers) => {
    expect((await ask(headers)).status).toBe(200);
  });

  it.each<[string, Record<string, string>]>([
    ['a script of another site', { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.test' }],
    ['a script of a sibling host', { 'Sec-Fetch-Site': 'same-site', Origin: 'https://sibling.test' }],
    ['an image of a sibling host', { 'Sec-Fetch-Site': 'same-site', 'Sec-Fetch-Mode': 'no-cors' }],
    ['a link from elsewhere', { ...navigation, 'Sec-Fetch-Site': 'cross-site' }],
    ['an old browser elsewhere', { Origin: 'https://evil.test' }],
    ['an old browser in a sandbox', { Origin: 'null' }],
    ['the same host by http', { Origin: `http://${host}` }],
  ])('not %s: it learns nothing of whether somebody is signed in', async (_, headers) => {
    const answers = [];
    for (const Cookie of [await gateCookie(), '']) {
      const response = await ask({ ...headers, Cookie });
      isPrivate(response);
      const { request_id: __, ...body } = (await response.json()) as Record<string, string>;
      answers.push([response.status, body]);
    }
    expect(answers[0]).toEqual([403, expect.objectContaining({ error: 'cross_site_request' })]);
    expect(answers[1]).toEqual(answers[0]);
    expect(world.calls.status).toEqual([]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('nobody by %s', async (method) => {
    const response = await ask({ ...script, Origin: 'https://evil.test' }, { method });
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
    isPrivate(response);
    expect(world.calls.status).toEqual([]);
  });

  it('a preflight gets no leave', async () => {
    const headers = { Origin: 'https://evil.test', 'Access-Control-Request-Method': 'GET' };
    const response = await ask(headers, { method: 'OPTIONS' });
    expect(response.status).toBe(405);
    isPrivate(response);
  });

  it('anybody of these by HEAD, and with a query however long', async () => {
    expect((await ask(script, { method: 'HEAD' })).status).toBe(200);
    const headers = { ...script, Cookie: await gateCookie() };
    expect((await world.send(`${path}?${'a'.repeat(15_000)}`, { headers })).status).toBe(200);
  });

  it('only where somebody can be signed in', async () => {
    world = gateUnderTest({
      routes: (origin) => [{ host: 'open.test', path: '/*', origin, allow: 'public' }],
    });
    const response = await world.send(`https://open.test${path}`, { headers: script });
    expect([response.status, world.received]).toEqual([404, []]);
  });
});

it('at a gate alone it is what the provider says, under the name that origins know', async () => {
  const asked: unknown[] = [];
  const session: KnownSession = {
    kind: 'live',
    sessionId: 'one',
    authTime: 1_700_000_000,
    amr: ['otp'],
    acr: 'gold',
    profile: {
      userId: 'auth0|a:b%',
      email: undefined,
      emailVerified: undefined,
      name: 'Ada',
      groups: [],
      claims: { picture: 'https://x.test/a.png', internal_notes: 'secret', sid: 'theirs' },
    },
    confirmedAt: Date.now(),
  };
  const status = async (...what: unknown[]) => {
    asked.push(what);
    return session;
  };
  const { gate } = gateAlone({ sessions: { status } });
  const Cookie = await gateCookie({ userId: 'auth0|a:b%', sessionId: 'one' });
  const response = await gate.fetch(
    new Request(`https://${host}${path}`, { headers: { ...script, Cookie } }),
  );
  expect(await response.json()).toEqual({
    sub: 'auth0|a%3Ab%25',
    name: 'Ada',
    picture: 'https://x.test/a.png',
    auth_time: 1_700_000_000,
    acr: 'gold',
    amr: ['otp'],
  });
  expect(asked).toEqual([['one', 0]]);
});
