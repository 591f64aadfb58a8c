import { env } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import type { EndCause } from '../../src/user/types.ts';
import { createUsers } from '../../src/user/users.ts';
import { gateAlone } from './alone.ts';
import { gateCookie, gateUnderTest, host, issuer, live, navigation, sessionId, userId } from './setup.ts';

let world: ReturnType<typeof gateUnderTest>;
beforeEach(() => {
  world = gateUnderTest();
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const post = (headers: HeadersInit, body?: BodyInit, query = '') =>
  world.send(`/.portcullis/sign-out${query}`, {
    method: 'POST',
    headers,
    ...(body !== undefined && { body }),
  });

const program = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors', Accept: 'application/json' };
const cookiesOf = (response: Response) => response.headers.getSetCookie();
const cleared = /^__Host-portcullis-gate=; Max-Age=0;/;

describe('signing out at the gate', () => {
  it('ends the session at the issuer before it answers', async () => {
    let over = false;
    world.world.endSession = async () => {
      await Promise.resolve();
      over = true;
    };
    const response = await post({ Cookie: await gateCookie(), 'Sec-Fetch-Site': 'same-origin' });
    expect(over).toBe(true);
    expect(world.calls.endSession).toEqual([[userId, sessionId, 'sign_out']]);
    expect([response.status, response.headers.get('Location')]).toEqual([303, `${issuer}/`]);
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-portcullis-gate=; Max-Age=0;/);
  });

  it('does not answer that it worked when it did not', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    world.world.endSession = () => Promise.reject(new Error('down'));
    const response = await post({ Cookie: await gateCookie(), 'Sec-Fetch-Site': 'same-origin' });
    expect(response.status).toBe(503);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it.each([
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.test' },
    {},
  ])('is refused to another site: %j', async (headers) => {
    expect((await post({ Cookie: await gateCookie(), ...headers })).status).toBe(403);
    expect(world.calls.endSession).toEqual([]);
  });

  it('without a session only clears the cookie', async () => {
    expect((await post({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(303);
    expect(world.calls.endSession).toEqual([]);
  });

  it('by a link asks at the issuer first', async () => {
    const response = await world.send('/.portcullis/sign-out', { headers: { Cookie: await gateCookie() } });
    expect(response.headers.get('Location')).toBe(`${issuer}/oauth/logout?client_id=portcullis-gate`);
    expect(world.calls.endSession).toEqual([]);
  });
});

describe('a program that signs its person out', () => {
  it('is told that it is done, with the cookie cleared, and sent nowhere', async () => {
    const response = await post({ ...program, Cookie: await gateCookie() });
    expect([response.status, response.headers.get('Location'), await response.text()]).toEqual([
      200,
      null,
      '{}',
    ]);
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false);
    expect(cookiesOf(response)).toEqual([expect.stringMatching(cleared)]);
    expect(world.calls.endSession).toEqual([[userId, sessionId, 'sign_out']]);
  });

  it.each([
    ['application/json', 200],
    ['text/plain, Application/JSON;q=0.9, */*', 200],
    ['application/json-seq', 303],
    ['application/jsonx, text/html', 303],
    ['x-application/json', 303],
    ['*/*', 303],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 303],
  ])('is one that says so: %s', async (Accept, status) => {
    expect((await post({ ...program, Accept })).status).toBe(status);
  });

  it.each([
    { 'Sec-Fetch-Site': 'cross-site' },
    { 'Sec-Fetch-Site': 'same-site' },
    { Origin: 'https://evil.test' },
    { Origin: 'null' },
    {},
  ])('is one of this host’s pages: %j', async (from) => {
    const { Accept } = program;
    const response = await post({ ...from, Accept, Cookie: await gateCookie() });
    expect(response.status).toBe(403);
    expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false);
    expect(cookiesOf(response)).toEqual([]);
    expect(world.calls.endSession).toEqual([]);
  });

  it('is not told that it worked when it did not', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    world.world.endSession = () => Promise.reject(new Error('down'));
    const response = await post({ ...program, Cookie: await gateCookie() });
    expect([response.status, cookiesOf(response)]).toEqual([503, []]);
  });
});

describe('signing out everywhere', () => {
  const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

  it.each<[string, HeadersInit, string | undefined, string]>([
    ['a form', form, 'everywhere=true', ''],
    ['a form with more in it', form, 'csrf=a&csrf=b&everywhere=true', ''],
    ['the query', {}, undefined, '?everywhere=true'],
  ])('ends every session of the person in one go, by %s', async (_, headers, body, query) => {
    const Cookie = await gateCookie();
    const response = await post({ ...program, ...headers, Cookie }, body, query);
    expect([response.status, await response.text()]).toEqual([200, '{}']);
    expect(cookiesOf(response)).toEqual([expect.stringMatching(cleared)]);
    expect(world.calls.endEverything).toEqual([[userId, 'sign_out_everywhere', sessionId]]);
    expect(world.calls.endSession).toEqual([]);
  });

  it('sends a browser on as any other sign-out does', async () => {
    const headers = { ...form, 'Sec-Fetch-Site': 'same-origin', Cookie: await gateCookie() };
    const response = await post(headers, 'everywhere=true');
    expect([response.status, response.headers.get('Location')]).toEqual([303, `${issuer}/`]);
    expect(world.calls.endEverything).toHaveLength(1);
  });

  it.each([
    ['everywhere=false', ''],
    ['', '?everywhere='],
    ['x=true', '?y=everywhere'],
  ])('is not what is asked for by %j and %j', async (body, query) => {
    await post({ ...program, ...form, Cookie: await gateCookie() }, body, query);
    expect(world.calls.endEverything).toEqual([]);
  });

  it.each([
    ['everywhere=1', ''],
    ['everywhere=true&everywhere=true', ''],
    ['everywhere=true', '?everywhere=false'],
    [`x=${'a'.repeat(5000)}&everywhere=true`, ''],
  ])('is refused where it cannot be read in one way, and nothing ends: %.40s %s', async (body, query) => {
    const response = await post({ ...program, ...form, Cookie: await gateCookie() }, body, query);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    expect([world.calls.endEverything, world.calls.endSession, cookiesOf(response)]).toEqual([[], [], []]);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'is not overlooked in a body of %s: that is refused, and nothing ends',
    async (type) => {
      const headers = { ...program, 'Content-Type': type, Cookie: await gateCookie() };
      const response = await post(headers, '{"everywhere":true}');
      expect(response.status).toBe(400);
      expect([world.calls.endEverything, world.calls.endSession, cookiesOf(response)]).toEqual([[], [], []]);
    },
  );

  it('does not read a form that goes on and on', async () => {
    let pulled = 0;
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const response = await post({ ...program, ...form, Cookie: await gateCookie() }, endless);
    expect(response.status).toBe(400);
    expect(pulled).toBeLessThan(20);
  });

  it.each<[EndCause | undefined]>([['sign_out'], [undefined]])(
    'needs a session that is alive: a copy of an old cookie ends nothing (%s)',
    async (cause) => {
      const ended = cause && { kind: 'ended' as const, cause, endedAt: 1 };
      world.world.status = async () => ended ?? { kind: 'unknown' };
      const response = await post({ ...program, Cookie: await gateCookie() }, undefined, '?everywhere=true');
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: 'login_required', ...(cause && { cause }) });
      expect(world.calls.endEverything).toEqual([]);
    },
  );

  it('without any session says so, and is refused to another site', async () => {
    expect((await post(program, undefined, '?everywhere=true')).status).toBe(401);
    const Cookie = await gateCookie();
    const response = await post({ 'Sec-Fetch-Site': 'cross-site', Cookie }, undefined, '?everywhere=true');
    expect(response.status).toBe(403);
    expect(world.calls.endEverything).toEqual([]);
  });

  it('is refused where signing out is about one host alone', async () => {
    world = gateUnderTest({
      routes: (origin) => [{ host: 'own.test', path: '/*', origin, allow: 'session', signOut: 'host' }],
    });
    const response = await world.send('https://own.test/.portcullis/sign-out?everywhere=true', {
      method: 'POST',
      headers: { ...program, Cookie: await gateCookie({ host: 'own.test' }) },
    });
    expect(response.status).toBe(400);
    expect(world.calls.endEverything).toEqual([]);
  });

  it('reaches the sessions of other devices, which are then told why', async () => {
    const users = createUsers(env.USER);
    const person = newUserId();
    await users.create(
      { userId: person, email: 'ada@example.com', emailVerified: true, name: 'Ada' },
      { passwordHash: 'hash' },
    );
    const open = async () => {
      const token = { home: 0, userId: person, recordId: newRecordId(), generation: 0, secret: newSecret() };
      const policy = {
        idleSeconds: 600,
        absoluteSeconds: 86_400,
        secondFactor: { rule: 'off' as const, groups: [] },
      };
      const device = { userAgent: '', place: '' };
      await users.openSession(token, undefined, 'anyone', ['pwd'], device, policy);
      return { Cookie: await gateCookie({ userId: person, sessionId: token.recordId }) };
    };
    const [here, there] = [await open(), await open()];
    world = gateUnderTest({ users });
    expect((await world.send('/session/a', { headers: there })).status).toBe(200);
    expect((await post({ ...program, ...here }, undefined, '?everywhere=true')).status).toBe(200);
    expect((await world.send('/strict/a', { headers: there })).status).toBe(401);
    const asked = await world.send('/.portcullis/session', { headers: there });
    expect([asked.status, await asked.json()]).toMatchObject([401, { cause: 'sign_out_everywhere' }]);
  });
});

describe('a program at a gate alone', () => {
  const idToken = 'an.id.token';
  function alone({ hasLogout = true } = {}) {
    const ended: unknown[] = [];
    const sessions = {
      status: async () => live as never,
      end: async (...what: unknown[]) => {
        ended.push(what);
        return { idToken, refreshToken: undefined };
      },
    };
    const { gate, provider } = gateAlone({ sessions, hasLogout });
    const send = (path: string, init: RequestInit) =>
      gate.fetch(new Request(`https://${host}${path}`, { redirect: 'manual', ...init }));
    return { ended, provider, send };
  }
  const signOut = async (send: ReturnType<typeof alone>['send'], query = '') =>
    send(`/.portcullis/sign-out${query}`, {
      method: 'POST',
      headers: { ...program, Cookie: await gateCookie({ userId: 'ada', sessionId: 'one' }) },
    });

  it('sends its browser to the provider, and sees nothing of the ID token on the way', async () => {
    const { ended, provider, send } = alone();
    const response = await signOut(send);
    const body = await response.text();
    expect(response.status).toBe(200);
    expect(JSON.parse(body)).toEqual({ location: `https://${host}/.portcullis/sign-out/finish` });
    expect(ended).toEqual([['one', 'sign_out']]);
    expect(body).not.toContain(idToken);
    const [finish = '', gone] = cookiesOf(response);
    expect(finish).toMatch(
      /^__Host-portcullis-gate-sign-out=[\w.-]+; Max-Age=300; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
    expect(gone).toMatch(cleared);
    const Cookie = finish.split(';', 1)[0] ?? '';
    const next = await send('/.portcullis/sign-out/finish', { headers: { ...navigation, Cookie } });
    const location = new URL(next.headers.get('Location') ?? '');
    expect([next.status, location.origin + location.pathname]).toEqual([303, `${provider}/logout`]);
    expect(Object.fromEntries(location.searchParams)).toEqual({
      id_token_hint: idToken,
      client_id: 'edge-gate',
      post_logout_redirect_uri: `https://${host}/`,
    });
    expect(cookiesOf(next)).toEqual([expect.stringMatching(/^__Host-portcullis-gate-sign-out=; Max-Age=0;/)]);
  });

  it('without a session is sent to the provider as the form is', async () => {
    const { ended, provider, send } = alone();
    const response = await send('/.portcullis/sign-out', { method: 'POST', headers: program });
    const { location } = (await response.json()) as { location: string };
    expect(location).toContain(`${provider}/logout?client_id=edge-gate`);
    expect([ended, cookiesOf(response).length]).toEqual([[], 1]);
  });

  it('is done where the provider has no sign-out', async () => {
    const { ended, send } = alone({ hasLogout: false });
    expect(await (await signOut(send)).text()).toBe('{}');
    expect(ended).toHaveLength(1);
  });

  it('cannot sign out everywhere: that is the provider’s to do', async () => {
    const { ended, send } = alone();
    const response = await signOut(send, '?everywhere=true');
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      error: 'invalid_request',
      error_description: 'Only the provider that people sign in at can end all of their sessions.',
    });
    expect([ended, cookiesOf(response)]).toEqual([[], []]);
  });

  it.each([
    ['a link alone', async () => ''],
    ['a cookie of the session', async () => gateCookie({ userId: 'ada', sessionId: 'one' })],
    [
      'what another host left',
      async () => (await gateCookie({ host: 'b.test' })).replace('gate=', 'gate-sign-out='),
    ],
    [
      'what was left too long ago',
      async () => (await gateCookie({}, Date.now() - 1)).replace('gate=', 'gate-sign-out='),
    ],
  ])('%s finishes nothing', async (_, cookie) => {
    const { ended, send } = alone();
    const headers = { ...navigation, Cookie: await cookie() };
    const response = await send('/.portcullis/sign-out/finish', { headers });
    expect(response.headers.get('Location')).toBe(`https://${host}/.portcullis/signed-out`);
    expect(ended).toEqual([]);
  });

  it('finishes by a navigation only', async () => {
    const { send } = alone();
    expect((await send('/.portcullis/sign-out/finish', { method: 'POST', headers: program })).status).toBe(
      405,
    );
  });
});
