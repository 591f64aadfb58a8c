import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { base64url, sha256 } from '../../src/crypto/bytes.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { unseal } from '../../src/crypto/seal.ts';
import { newRecordId } from '../../src/crypto/token.ts';
import {
  authorizationCode,
  gateCookie,
  gateUnderTest,
  host,
  issuer,
  navigation,
  sessionId,
  userId,
} from './setup.ts';

let world: ReturnType<typeof gateUnderTest>;
beforeEach(() => {
  world = gateUnderTest();
});

const pair = (setCookie = ''): string => setCookie.split(';', 1)[0] ?? '';

async function begin(target = '/session/x?a=b', cookie = '') {
  const response = await world.send(target, {
    headers: { ...navigation, ...(cookie && { Cookie: cookie }) },
  });
  expect(response.status).toBe(302);
  const authorize = new URL(response.headers.get('Location') ?? '');
  return {
    response,
    authorize,
    cookie: pair(response.headers.getSetCookie().at(-1)),
    state: authorize.searchParams.get('state') ?? '',
  };
}

async function comeBack(cookie: string, parameters: Record<string, string>, at = `https://${host}`) {
  const query = new URLSearchParams({ iss: issuer, ...parameters });
  return world.send(`${at}/.portcullis/callback?${query}`, { headers: { ...navigation, Cookie: cookie } });
}

describe('a navigation without a session', () => {
  it('goes to the issuer with code, PKCE and state', async () => {
    const { authorize, response } = await begin();
    expect(authorize.origin + authorize.pathname).toBe(`${issuer}/oauth/authorize`);
    expect(Object.fromEntries(authorize.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'portcullis-gate',
      redirect_uri: `https://${host}/.portcullis/callback`,
      scope: 'openid',
      state: expect.stringMatching(/^[\w-]{12}\.[\w-]{22}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^__Host-portcullis-gate-sign-in\.[\w-]{12}=[\w.-]+; Max-Age=1800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(world.received).toEqual([]);
  });

  it('and an old browser without Fetch Metadata as well', async () => {
    const response = await world.send('/session/x', { headers: { Accept: 'text/html,*/*' } });
    expect(response.status).toBe(302);
  });

  it('keeps at most three sign-ins in cookies: the oldest go', async () => {
    const name = (id: number) => `__Host-portcullis-gate-sign-in.${String(id).padStart(12, 'x')}`;
    const { response } = await begin('/session/x', [1, 2, 3, 4].map((id) => `${name(id)}=x`).join('; '));
    const [first, second, third, ...rest] = response.headers.getSetCookie();
    expect(rest).toEqual([]);
    expect([first, second].map((cookie) => cookie?.match(/^([^;]+); Max-Age=0;/)?.[1])).toEqual([
      `${name(1)}=`,
      `${name(2)}=`,
    ]);
    expect(third).toContain('Max-Age=1800');
  });

  it('with an endless address still gets a cookie of a sane size', async () => {
    const { cookie } = await begin(`/session/x?${'a'.repeat(9000)}`);
    expect(cookie.length).toBeLessThan(2000);
  });
});

describe('coming back from the issuer', () => {
  it('opens the session of the gate and goes on to the first address', async () => {
    const { cookie, state, authorize } = await begin('/session/x?a=b&c=%2F');
    const response = await comeBack(cookie, { code: await authorizationCode(), state });
    expect(response.status).toBe(303);
    expect(response.headers.get('Location')).toBe(`https://${host}/session/x?a=b&c=%2F`);
    const [cleared, session = ''] = response.headers.getSetCookie();
    expect(cleared).toMatch(/^__Host-portcullis-gate-sign-in\.[\w-]+=; Max-Age=0;/);
    expect(session).toMatch(
      /^__Host-portcullis-gate=[\w.-]+; Max-Age=7776000; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(session.length).toBeLessThan(1024);
    expect(world.calls.redeemCode).toEqual([
      {
        redemptionId: expect.any(String),
        clientId: 'portcullis-gate',
        redirectUri: `https://${host}/.portcullis/callback`,
        codeChallenge: authorize.searchParams.get('code_challenge'),
      },
    ]);
    expect((await world.send('/session/x', { headers: { Cookie: pair(session) } })).status).toBe(200);
    expect(world.calls.status).toEqual([[userId, { sessionId, isUse: true }]]);
  });

  it('proves the verifier that the challenge was made from', async () => {
    const { cookie, authorize } = await begin();
    const sealed = cookie.slice(cookie.indexOf('=') + 1);
    const signIn = await unseal<{ codeVerifier: string }>(
      await rootSecrets(env),
      'seal-gate-sign-in',
      sealed,
      Date.now(),
    );
    const challenge = base64url.encode(await sha256(signIn?.codeVerifier ?? ''));
    expect(challenge).toBe(authorize.searchParams.get('code_challenge'));
  });

  it.each([
    ['//evil.test/x', 400],
    ['/\\evil.test/x', 400],
    ['/%2f%2fevil.test/x', 400],
    ['/session/..//evil.test', 400],
    ['/session/@evil.test?x=//evil.test#', 400],
    ['/session/@evil.test?x=//evil.test', 302],
    ['/session/https://evil.test', 400],
    ['/session/x?url=https://evil.test/\\..', 302],
    ['/session?@evil.test', 302],
  ])('never leaves the host: %s', async (target, status) => {
    const first = await world.send(target, { headers: navigation });
    expect(first.status).toBe(status);
    if (status !== 302) return;
    const { cookie, state } = await begin(target);
    const response = await comeBack(cookie, { code: await authorizationCode(), state });
    expect(new URL(response.headers.get('Location') ?? '').origin).toBe(`https://${host}`);
    expect(response.headers.get('Location')).toBe(`https://${host}${target}`);
  });

  type Come = (flow: { cookie: string; state: string; code: string }) => Promise<Response> | Response;
  it.each<[string, Come]>([
    ['without the cookie', ({ state, code }) => comeBack('', { state, code })],
    ['with another state', ({ cookie, state, code }) => comeBack(cookie, { state: `${state}x`, code })],
    [
      'with the cookie’s id alone',
      ({ cookie, state, code }) => comeBack(cookie, { state: state.split('.')[0] ?? '', code }),
    ],
    ['without state', ({ cookie, code }) => comeBack(cookie, { code })],
    ['with a garbage cookie', ({ cookie, state, code }) => comeBack(`${cookie}x`, { state, code })],
    [
      'at another host',
      ({ cookie, state, code }) => comeBack(cookie, { state, code }, 'https://second.test'),
    ],
    [
      'from another issuer',
      ({ cookie, state, code }) => comeBack(cookie, { state, code, iss: 'https://evil.test' }),
    ],
    ['without a code', ({ cookie, state }) => comeBack(cookie, { state })],
    ['with a garbage code', ({ cookie, state }) => comeBack(cookie, { state, code: 'pc_ac_garbage' })],
    ['with an error', ({ cookie, state }) => comeBack(cookie, { state, error: 'server_error' })],
    [
      'with an error that hides a code',
      ({ cookie, state, code }) => comeBack(cookie, { state, code, error: 'access_denied' }),
    ],
    [
      'with two states',
      ({ cookie, state, code }) => {
        const query = `iss=${issuer}&state=${state}&state=${state}&code=${code}`;
        return world.send(`/.portcullis/callback?${query}`, { headers: { ...navigation, Cookie: cookie } });
      },
    ],
  ])('%s signs nobody in: a page, no redirect, no session', async (_, come) => {
    const { cookie, state } = await begin();
    const response = await come({ cookie, state, code: await authorizationCode() });
    expect([400, 403]).toContain(response.status);
    expect(response.headers.get('Content-Type')).toContain('text/html');
    expect(response.headers.getSetCookie().filter((set) => /^__Host-portcullis-gate=/.test(set))).toEqual([]);
    expect(world.calls.redeemCode).toEqual([]);
  });

  it('with a code that is refused signs nobody in, and clears up', async () => {
    world.world.redeem = 'refused';
    const { cookie, state } = await begin();
    const response = await comeBack(cookie, { state, code: await authorizationCode() });
    expect(response.status).toBe(400);
    expect(response.headers.getSetCookie().map((set) => set.match(/Max-Age=\d+/)?.[0])).toEqual([
      'Max-Age=0',
    ]);
    expect(await response.text()).toContain('href="/session/x?a=b"');
  });

  it('after half an hour signs nobody in', async () => {
    const { cookie, state } = await begin();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 1_800_000 });
    try {
      expect((await comeBack(cookie, { state, code: await authorizationCode() })).status).toBe(400);
    } finally {
      vi.useRealTimers();
    }
  });

  it('shows nothing that the address says', async () => {
    const { cookie, state } = await begin();
    const response = await comeBack(cookie, {
      state,
      error: 'access_denied',
      error_description: 'call 555-0100',
    });
    expect(await response.text()).not.toContain('555-0100');
  });

  it('works with POST neither', async () => {
    expect((await world.send('/.portcullis/callback', { method: 'POST', body: '' })).status).toBe(405);
  });
});

it('the cookie of a session stays below 1 KiB, however long the names in it', async () => {
  const cookie = await gateCookie({
    // OpenID Connect Core §2; RFC 1035 §2.3.4, with a port.
    userId: 'u'.repeat(255),
    sessionId: 's'.repeat(22),
    handleId: newRecordId(),
    host: `${'h'.repeat(253)}:65535`,
  });
  expect(cookie.length).toBeLessThan(1024);
});

describe('a place that needs a recent sign-in', () => {
  const signedInAt = 1_700_000_000;
  const recent = () =>
    gateUnderTest({
      routes: (origin) => [{ host, path: '/recent/*', origin, allow: { maxAgeSeconds: 60 } }],
    });
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['Date'], now: (signedInAt + 59) * 1000 });
    world = recent();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('asks for one, and goes on when it is', async () => {
    vi.setSystemTime((signedInAt + 61) * 1000);
    const { authorize, cookie, state } = await begin('/recent/x', await gateCookie());
    expect(authorize.searchParams.get('max_age')).toBe('60');
    vi.setSystemTime((signedInAt + 60) * 1000);
    const response = await comeBack(cookie, { code: await authorizationCode(), state });
    expect(response.headers.get('Location')).toBe(`https://${host}/recent/x`);
  });

  it('says so when the sign-in that comes back is none, instead of going in circles', async () => {
    vi.setSystemTime((signedInAt + 61) * 1000);
    const { cookie, state } = await begin('/recent/x', await gateCookie());
    const response = await comeBack(cookie, { code: await authorizationCode(), state });
    expect([response.status, response.headers.get('Location')]).toEqual([403, null]);
    expect(await response.text()).toContain('A stronger sign-in is needed');
    // What it is good for, it is good for.
    const session = response.headers.getSetCookie().find((set) => set.startsWith('__Host-portcullis-gate='));
    expect((await world.send('/session/x', { headers: { Cookie: pair(session) } })).status).toBe(200);
    expect(world.received).toHaveLength(1);
  });

  it('tells a script what is needed', async () => {
    vi.setSystemTime((signedInAt + 61) * 1000);
    const response = await world.send('/recent/x', { headers: { Cookie: await gateCookie() } });
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toContain('max_age');
  });
});

describe('a route for many hosts', () => {
  const anywhere = () =>
    gateUnderTest({
      routes: (origin) => [
        { host: '*.apps.test', path: '/*', origin, allow: 'session', resource: 'https://apps.test/all' },
      ],
    });

  it('signs in at the host that was called, and nowhere else', async () => {
    world = anywhere();
    const { authorize, cookie, state } = await begin('https://one.apps.test/x');
    expect(authorize.searchParams.get('redirect_uri')).toBe('https://one.apps.test/.portcullis/callback');
    const code = await authorizationCode();
    expect((await comeBack(cookie, { code, state }, 'https://two.apps.test')).status).toBe(400);
    const response = await comeBack(cookie, { code, state }, 'https://one.apps.test');
    expect(response.headers.get('Location')).toBe('https://one.apps.test/x');
    const Cookie = pair(response.headers.getSetCookie().at(-1));
    expect((await world.send('https://one.apps.test/x', { headers: { Cookie } })).status).toBe(200);
    expect((await world.send('https://two.apps.test/x', { headers: { Cookie } })).status).toBe(401);
  });
});
