import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LiveSession } from '../../src/user/types.ts';
import {
  accessToken,
  authorizationCode,
  gateCookie,
  gateUnderTest,
  host,
  issuer,
  live,
  navigation,
} from './setup.ts';

/** Met by any way of signing in that is known. */
const factor = 'urn:portcullis:acr:single-factor';
const resource = `https://${host}/conditions`;
const gate = () =>
  gateUnderTest({
    routes: (origin) => {
      const usual = { host, origin, resource };
      return [
        { ...usual, path: '/groups/*', allow: { groups: ['staff'] } },
        { ...usual, path: '/groups-token/*', allow: { groups: ['staff'] }, freshness: 'token' },
        { ...usual, path: '/claims/*', allow: { claims: { email_verified: true, department: ['a', 'b'] } } },
        { ...usual, path: '/zone/*', allow: { claims: { zoneinfo: 'Europe/Paris', groups: 'staff' } } },
        { ...usual, path: '/clients/*', allow: { clients: ['spa'] } },
        { ...usual, path: '/strong/*', allow: { acrValues: [factor], maxAgeSeconds: 300 } },
        { ...usual, path: '/staff-strong/*', allow: { groups: ['staff'], acrValues: [factor] } },
        { ...usual, path: '/several/*', allow: [{ scope: ['a'] }, { groups: ['staff'] }] },
        { ...usual, path: '/preflight/*', allow: 'session', forwardPreflight: true },
        { ...usual, path: '/split', methods: ['OPTIONS'], allow: { groups: ['staff'] } },
        { ...usual, path: '/split', methods: ['PUT'], allow: 'session' },
        { ...usual, path: '/split', methods: ['PATCH'], allow: 'public' },
      ];
    },
  });

let world: ReturnType<typeof gate>;
let Cookie: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = gate();
  Cookie = await gateCookie();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const now = () => Math.floor(Date.now() / 1000);
/** From now on the session is like this. */
function become({ profile, ...session }: { profile?: object } & Partial<Omit<LiveSession, 'profile'>> = {}) {
  const usual = live as LiveSession;
  world.world.status = async () => ({ ...usual, ...session, profile: { ...usual.profile, ...profile } });
}
const staff = { groups: ['staff'] };
const byCookie = (path: string, headers = {}) => world.send(path, { headers: { Cookie, ...headers } });
const byToken = async (path: string, claims = {}, headers = {}) => {
  const Authorization = `Bearer ${await accessToken({ aud: resource, ...claims })}`;
  return world.send(path, { headers: { Authorization, ...headers } });
};
const wwwAuthenticate = (response: Response) => response.headers.get('WWW-Authenticate');

describe('groups and claims', () => {
  it('are those of the person, for a cookie and for a token', async () => {
    become({ profile: staff });
    expect((await byCookie('/groups/x')).status).toBe(200);
    expect((await byToken('/groups/x')).status).toBe(200);
    world = gate();
    become({ profile: { groups: ['guests'] } });
    expect((await byCookie('/groups/x')).status).toBe(403);
    expect((await byToken('/groups/x')).status).toBe(403);
    expect(world.received).toEqual([]);
  });

  it('of the person go before what a token said when it was issued', async () => {
    expect((await byToken('/groups/x', staff)).status).toBe(403);
    expect(world.received).toEqual([]);
    // Where nobody is asked the token is all there is.
    expect((await byToken('/groups-token/x', staff)).status).toBe(200);
    expect((await byToken('/groups-token/x', { groups: 'staff' })).status).toBe(403);
    expect(world.calls.status).not.toEqual([]);
  });

  it('that a person has no more are not had by an older token either', async () => {
    const said = { department: 'a', zoneinfo: 'Europe/Paris', groups: ['staff'] };
    const status = async () => (await byToken('/zone/x', said)).status;
    expect(await status()).toBe(403);
    become({ profile: staff });
    expect(await status()).toBe(403);
    become({ profile: { claims: { zoneinfo: 'Europe/Paris' } } });
    expect(await status()).toBe(403);
    become({ profile: { claims: { zoneinfo: 'Europe/Paris' }, ...staff } });
    expect(await status()).toBe(200);
  });

  it('are all needed', async () => {
    become({ profile: { claims: { department: 'b' } } });
    expect((await byCookie('/claims/x')).status).toBe(200);
    world = gate();
    become({ profile: { claims: { department: 'b' }, emailVerified: false } });
    expect((await byCookie('/claims/x')).status).toBe(403);
    world = gate();
    become({ profile: { claims: { department: 'c' } } });
    expect((await byCookie('/claims/x')).status).toBe(403);
  });

  it('one of several conditions will do', async () => {
    expect((await byToken('/several/x', { scope: 'a' })).status).toBe(200);
    expect((await byToken('/several/x')).status).toBe(403);
    become({ profile: staff });
    expect((await byCookie('/several/x')).status).toBe(200);
  });

  it('that were lost since are lost within the window, those that were won count at once', async () => {
    expect((await byCookie('/groups/x')).status).toBe(403);
    become({ profile: staff });
    // Nobody is refused by what is only remembered.
    expect((await byCookie('/groups/x')).status).toBe(200);
    become({ profile: {} });
    expect((await byCookie('/groups/x')).status).toBe(200);
    vi.advanceTimersByTime(30_000);
    expect((await byCookie('/groups/x')).status).toBe(403);
  });

  it('refuse after one question more, and not after many', async () => {
    become({ profile: staff });
    expect((await byCookie('/groups/x')).status).toBe(200);
    expect(world.calls.status).toHaveLength(1);
    become();
    vi.advanceTimersByTime(30_000);
    expect((await byCookie('/groups/x')).status).toBe(403);
    // It was asked just now.
    expect(world.calls.status).toHaveLength(2);
    expect((await byCookie('/groups/x')).status).toBe(403);
    expect(world.calls.status).toHaveLength(3);
  });

  it('offer a page with another sign-in, where another person could pass', async () => {
    const page = await byCookie('/groups/x', navigation);
    expect(page.status).toBe(403);
    expect(await page.text()).toContain('href="/.portcullis/sign-out"');
    const clients = await byCookie('/clients/x', navigation);
    expect(clients.status).toBe(403);
    expect(await clients.text()).not.toContain('/.portcullis/sign-out');
    expect((await byToken('/groups/x')).headers.get('Content-Type')).toBe('application/json');
  });
});

describe('a step up', () => {
  const strong = () => ({ amr: ['pwd'], authTime: now() });

  it('sends a navigation to sign in, and says what for', async () => {
    const response = await byCookie('/strong/x?a=b', navigation);
    expect(response.status).toBe(302);
    const location = new URL(response.headers.get('Location') ?? '');
    expect(location.origin).toBe(issuer);
    expect(location.searchParams.get('acr_values')).toBe(factor);
    expect(location.searchParams.get('max_age')).toBe('300');
    expect(world.received).toEqual([]);
  });

  it.each<[string, RequestInit]>([
    ['a script', {}],
    ['a form', { method: 'POST', body: 'a', headers: { ...navigation, 'Sec-Fetch-Site': 'same-origin' } }],
    ['a frame', { headers: { ...navigation, 'Sec-Fetch-Dest': 'iframe' } }],
    ['a WebSocket', { headers: { Upgrade: 'websocket', 'Sec-Fetch-Site': 'same-origin' } }],
    ['HEAD by a script', { method: 'HEAD' }],
    ['OPTIONS', { method: 'OPTIONS' }],
  ])('tells %s what is needed (RFC 9470 §3)', async (_, { headers, ...init }) => {
    const response = await world.send('/strong/x', { ...init, headers: { ...headers, Cookie } });
    expect(response.status).toBe(401);
    const needed = `error="insufficient_user_authentication", acr_values="${factor}", max_age="300"`;
    expect(wwwAuthenticate(response)).toContain(`Bearer ${needed}`);
    expect(wwwAuthenticate(response)).toContain(`DPoP ${needed}`);
    expect(world.received).toEqual([]);
  });

  it('of a token is for its client: the token says how its person signed in', async () => {
    become(strong());
    const weak = await byToken('/strong/x', { amr: [], auth_time: now() });
    expect(weak.status).toBe(401);
    expect(wwwAuthenticate(weak)).toMatch(/^Bearer error="insufficient_user_authentication"/);
    const navigated = await byToken('/strong/x', { amr: [], auth_time: now() }, navigation);
    expect(navigated.status).toBe(401);
    expect((await byToken('/strong/x', { amr: ['pwd'], auth_time: now() - 301 })).status).toBe(401);
    expect((await byToken('/strong/x', { amr: ['pwd'] })).status).toBe(401);
    expect(world.received).toEqual([]);
    expect((await byToken('/strong/x', { amr: ['pwd'], auth_time: now() })).status).toBe(200);
    expect((await byToken('/strong/x', { acr: factor, auth_time: now() })).status).toBe(200);
  });

  it('counts at once, whatever was remembered before it', async () => {
    expect((await byCookie('/strong/x')).status).toBe(401);
    become(strong());
    expect((await byCookie('/strong/x')).status).toBe(200);
    vi.advanceTimersByTime(300_000);
    expect((await byCookie('/strong/x')).status).toBe(200);
    vi.advanceTimersByTime(1000);
    expect((await byCookie('/strong/x')).status).toBe(401);
  });

  it('is asked of nobody who would be refused all the same', async () => {
    expect((await byCookie('/staff-strong/x', navigation)).status).toBe(403);
    become({ profile: staff, amr: [] });
    expect((await byCookie('/staff-strong/x', navigation)).status).toBe(302);
  });

  it('is asked once for one navigation: the way back ends here or with a page', async () => {
    const first = await byCookie('/strong/x', navigation);
    const [cookie = ''] = first.headers.getSetCookie();
    const state = new URL(first.headers.get('Location') ?? '').searchParams.get('state') ?? '';
    // A sign-in that is not what was asked for: the person of this session signed in long ago.
    const query = new URLSearchParams({ code: await authorizationCode(), state, iss: issuer });
    const back = await world.send(`/.portcullis/callback?${query}`, {
      headers: { ...navigation, Cookie: cookie.split(';')[0] ?? '' },
    });
    expect(back.headers.get('Location')).toBeNull();
    expect(back.status).toBe(403);
    expect(await back.text()).toContain('A stronger sign-in is needed');
  });
});

describe('a preflight', () => {
  const asks = (method = 'PUT') => ({
    Origin: 'https://other.test',
    'Access-Control-Request-Method': method,
  });
  const preflight = (path: string, headers = {}, init: RequestInit = {}) =>
    world.send(path, { method: 'OPTIONS', ...init, headers: { ...asks(), ...headers } });

  it('passes where the route says so, with nothing that tells who sends it', async () => {
    world.world.respond = () => new Response(null, { status: 204, headers: { 'X-Origin': 'asked' } });
    const response = await preflight('/preflight/x', {
      Cookie: `${Cookie}; other=1`,
      Authorization: `Bearer ${await accessToken()}`,
      DPoP: 'x',
      'Portcullis-Assertion': 'x',
      'Access-Control-Request-Headers': 'x-custom',
    });
    expect(response.status).toBe(204);
    const [received] = world.received;
    expect(received?.method).toBe('OPTIONS');
    for (const name of ['Cookie', 'Authorization', 'DPoP', 'Portcullis-Assertion']) {
      expect(received?.headers.get(name)).toBeNull();
    }
    expect(received?.headers.get('Origin')).toBe('https://other.test');
    expect(received?.headers.get('Access-Control-Request-Headers')).toBe('x-custom');
    expect(world.calls.status).toEqual([]);
  });

  it('carries no body', async () => {
    const response = await preflight('/preflight/x', {}, { body: 'GET /session/x HTTP/1.1' });
    expect(response.status).toBe(400);
    expect(world.received).toEqual([]);
  });

  it.each<[string, RequestInit]>([
    ['names no origin', { method: 'OPTIONS', headers: { 'Access-Control-Request-Method': 'PUT' } }],
    ['names no method', { method: 'OPTIONS', headers: { Origin: 'https://other.test' } }],
    ['is a POST', { method: 'POST', body: 'a', headers: asks() }],
    ['is a GET', { headers: asks() }],
  ])('is none if it %s', async (_, init) => {
    expect((await world.send('/preflight/x', init)).status).toBe(401);
    expect(world.received).toEqual([]);
  });

  it('is refused elsewhere, in JSON, whatever comes with it', async () => {
    const Authorization = `Bearer ${await accessToken()}`;
    for (const headers of [{}, { Cookie }, { Authorization }, { Accept: 'text/html' }, navigation]) {
      const response = await preflight('/session/x', headers);
      expect(response.status).toBe(401);
      expect(response.headers.get('Content-Type')).toBe('application/json');
      expect(response.headers.get('Access-Control-Allow-Methods')).toBeNull();
    }
    expect(world.received).toEqual([]);
  });

  it('gets nobody past the rule for OPTIONS by naming another method', async () => {
    // Signed in, but not staff: the rule for PUT is met, that for OPTIONS is not.
    expect((await byCookie('/split', {})).status).toBe(404);
    expect((await preflight('/split', { Cookie })).status).toBe(401);
    expect((await world.send('/split', { method: 'OPTIONS', headers: { Cookie } })).status).toBe(403);
    expect(world.received).toEqual([]);
    // On a public route it passes, as what it is.
    expect((await preflight('/split', { ...asks('PATCH'), Cookie: 'a=b' })).status).toBe(200);
    expect(world.received[0]?.headers.get('Cookie')).toBeNull();
  });
});

describe('what a request costs', () => {
  it('is one question when it is the first, and none after it', async () => {
    const headers = { Authorization: `Bearer ${await accessToken()}` };
    const verified = vi.spyOn(crypto.subtle, 'verify');
    const decrypted = vi.spyOn(crypto.subtle, 'decrypt');
    for (const _ of [1, 2, 3]) expect((await world.send('/session/x', { headers })).status).toBe(200);
    expect(world.calls.status).toHaveLength(1);
    expect(verified).toHaveBeenCalledTimes(1);
    world.calls.status.length = 0;
    for (const _ of [1, 2, 3]) expect((await byCookie('/session/x')).status).toBe(200);
    expect(world.calls.status).toHaveLength(1);
    expect(decrypted).toHaveBeenCalledTimes(1);
  });

  it('is nothing more for a cookie that was opened before, and it still expires', async () => {
    Cookie = await gateCookie({}, Date.now() + 60_000);
    expect((await byCookie('/session/x')).status).toBe(200);
    vi.advanceTimersByTime(60_000);
    expect((await byCookie('/session/x')).status).toBe(401);
  });

  it('is shared by nobody of another host', async () => {
    expect((await byCookie('/session/x')).status).toBe(200);
    expect((await world.send('https://second.test/x', { headers: { Cookie } })).status).toBe(401);
  });
});
