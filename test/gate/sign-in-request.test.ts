import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { authorizationCode, gateCookie, gateUnderTest, host, issuer, navigation } from './setup.ts';

// GET /.portcullis/sign-in: a page of the host sends its browser to sign in, and has it back.

const path = '/.portcullis/sign-in';
const own = `https://${host}`;
const signedInAt = 1_700_000_000;

let world: ReturnType<typeof gateUnderTest>;
beforeEach(() => {
  world = gateUnderTest();
});
afterEach(() => {
  vi.useRealTimers();
});

const ask = (query: string, headers: HeadersInit = navigation, method = 'GET') =>
  world.send(path + query, { method, headers });
const returnTo = (address: string) => `?${new URLSearchParams({ return_to: address })}`;

/** Signs in by it. @returns the callback's answer, and what the issuer was asked for. */
async function through(query: string) {
  const begun = await ask(query);
  expect(begun.status).toBe(302);
  const authorize = new URL(begun.headers.get('Location') ?? '');
  const state = authorize.searchParams.get('state') ?? '';
  const Cookie = begun.headers.getSetCookie().at(-1)?.split(';', 1)[0] ?? '';
  const back = new URLSearchParams({ iss: issuer, code: await authorizationCode(), state });
  const answer = await world.send(`/.portcullis/callback?${back}`, { headers: { ...navigation, Cookie } });
  return {
    answer,
    asked: Object.fromEntries(authorize.searchParams),
    location: answer.headers.get('Location'),
  };
}

describe('coming back', () => {
  it.each([
    ['', '/'],
    ['?', '/'],
    ['?return_to=', '/'],
    [returnTo('/session/x?a=b&c=%2F'), '/session/x?a=b&c=%2F'],
    [returnTo(`${own}/session/x?next=//evil.test`), '/session/x?next=//evil.test'],
    [returnTo(own), '/'],
    [returnTo(`HTTPS://APP.test.:443/session/x`), '/session/x'],
    [returnTo('/session/x#/route?secret'), '/session/x'],
    [returnTo(`${own}/session/x#@evil.test`), '/session/x'],
    [returnTo('/%73ession/x'), '/session/x'],
    [returnTo('/session/@evil.test'), '/session/@evil.test'],
    ['?unknown=1&return_to=%2Fpublic%2Fx', '/public/x'],
    [returnTo(`/${'a'.repeat(1023)}`), `/${'a'.repeat(1023)}`],
  ])('%.60s leads to %.60s', async (query, expected) => {
    const { location } = await through(query);
    expect(location).toBe(own + expected);
  });

  it.each([
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    '\\/evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    '\t//evil.test',
    ' //evil.test',
    ' https://evil.test/',
    'https://evil.test/',
    'https://evil.test',
    'https:evil.test',
    'https:/evil.test',
    'https:\\\\evil.test',
    'HTTPS://EVIL.TEST/',
    `http://${host}/`,
    `${own}:8443/`,
    `https://second.test/`,
    `https://user@${host}/`,
    `https://${host}@evil.test/`,
    `https://${host}:443@evil.test/`,
    `https://${host}.evil.test/`,
    `https://${host}%2eevil.test/`,
    `https://${host}\\@evil.test/`,
    `https://evil.test#${own}/`,
    `https://evil.test?${own}/`,
    `https://evil.test\\${host}/`,
    `${own}\\.evil.test`,
    `${own}`.concat('?//evil.test'),
    `javascript:alert(1)`,
    'javascript://app.test/%0aalert(1)',
    'data:text/html,x',
    '/%2f%2fevil.test',
    '/%2fevil.test',
    '/%5cevil.test',
    '/%252f%252fevil.test',
    '/%09/evil.test',
    '/.//evil.test',
    '/..//evil.test',
    '/session/../x',
    '/session/%2e%2e/x',
    '/session//x',
    '/;//evil.test',
    '/／evil.test',
    '/x\r\nSet-Cookie: a=b',
    '/x\0',
    '/x?a=b c',
    '/x?a=\r\nb',
    'session/x',
    '.',
    '?x',
    '#x',
    `/${'a'.repeat(1024)}`,
    `/x?${'a'.repeat(1024)}`,
    '/.portcullis/sign-in',
    '/.portcullis/callback?code=x',
    '/.portcullis/sign-out',
    '/%2eportcullis/sign-in',
    `${own}/.portcullis/signed-out`,
  ])('never leads to %j', async (address) => {
    const response = await ask(returnTo(address));
    expect([response.status, response.headers.get('Location')]).toEqual([400, null]);
    expect(response.headers.getSetCookie()).toEqual([]);
    const text = await response.text();
    expect(text).toContain('return_to');
    expect(text).not.toContain('evil');
  });

  it('takes an address that only looks like one of the gate’s own for the application’s', async () => {
    const { location } = await through('?return_to=%2F.portcullis');
    expect(location).toBe(`${own}/.portcullis`);
  });
});

describe('what cannot be read in one way', () => {
  it.each([
    ['twice the same', '?return_to=/a&return_to=/b', 'repeated'],
    ['twice, once encoded', '?return_to=/a&return%5Fto=/b', 'repeated'],
    ['two acr_values', '?acr_values=a&acr_values=b', 'repeated'],
    ['a broken escape', '?return_to=%zz', 'UTF-8'],
    ['what is no UTF-8', '?return_to=/%ff', 'UTF-8'],
    ['thousands', `?${'a&'.repeat(3000)}`, 'parameters'],
    ['a negative age', '?max_age=-1', 'max_age'],
    ['half a second', '?max_age=0.5', 'max_age'],
    ['an age in words', '?max_age=soon', 'max_age'],
    ['ages of ages', '?max_age=99999999999', 'max_age'],
    ['a quote', '?acr_values=a%22', 'acr_values'],
    ['a line break', '?acr_values=a%0Ab', 'acr_values'],
    ['two spaces', '?acr_values=a++b', 'acr_values'],
    ['endless names', `?acr_values=${'a'.repeat(300)}`, 'acr_values'],
  ])('is refused: %s', async (_, query, word) => {
    const response = await ask(query);
    expect([response.status, response.headers.getSetCookie()]).toEqual([400, []]);
    const text = await response.text();
    expect(text).toContain(word);
    expect(text).not.toContain('soon');
  });
});

describe('who may', () => {
  it.each<[string, Record<string, string>]>([
    ['a script', { 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty', 'Sec-Fetch-Site': 'same-origin' }],
    ['a frame', { ...navigation, 'Sec-Fetch-Dest': 'iframe' }],
    ['an image', { 'Sec-Fetch-Mode': 'no-cors', 'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Site': 'cross-site' }],
    ['a program', { Accept: 'application/json' }],
    ['a WebSocket', { ...navigation, Upgrade: 'websocket' }],
  ])('not %s: nothing begins, and it is told in JSON', async (_, headers) => {
    const response = await ask('?return_to=/session/x', headers);
    expect([response.status, response.headers.getSetCookie()]).toEqual([400, []]);
    expect(await response.json()).toMatchObject({ error: 'invalid_request' });
    expect(response.headers.has('Access-Control-Allow-Origin')).toBe(false);
  });

  it.each(['POST', 'PUT', 'OPTIONS'])('nobody by %s', async (method) => {
    const response = await ask('', navigation, method);
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('a person sees a page where it is refused', async () => {
    expect((await ask('?max_age=x')).headers.get('Content-Type')).toContain('text/html');
  });

  it('only where there is something to sign in for', async () => {
    world = gateUnderTest({
      routes: (origin) => [{ host: 'open.test', path: '/*', origin, allow: 'public' }],
    });
    expect((await world.send(`https://open.test${path}`, { headers: navigation })).status).toBe(404);
  });

  it('never more than three at a time', async () => {
    const name = (id: number) => `__Host-portcullis-gate-sign-in.${String(id).padStart(12, 'x')}=x`;
    const response = await ask('', { ...navigation, Cookie: [1, 2, 3, 4].map(name).join('; ') });
    expect(response.headers.getSetCookie().filter((set) => set.includes('Max-Age=0'))).toHaveLength(2);
  });
});

describe('a stronger or newer sign-in', () => {
  it('is asked for as the page says', async () => {
    const { asked } = await through('?acr_values=phr+urn:portcullis:acr:mfa&max_age=300');
    expect(asked).toMatchObject({ acr_values: 'phr urn:portcullis:acr:mfa', max_age: '300' });
    const plain = await through('');
    expect(Object.keys(plain.asked)).not.toContain('acr_values');
    expect(Object.keys(plain.asked)).not.toContain('max_age');
  });

  it('that is none is a page that says so, and no way back', async () => {
    const { answer, location } = await through('?acr_values=phr');
    expect([answer.status, location]).toEqual([403, null]);
  });

  it.each([
    ['max_age=0, and somebody who signs in now', 0, 0, 303],
    ['max_age=0, and somebody who did a second before', 0, 1, 403],
    ['max_age=60, and a sign-in of a minute ago', 60, 60, 303],
    ['max_age=60, and an older one', 60, 61, 403],
  ])('%s: counted from when it was asked for', async (_, maxAge, before, status) => {
    vi.useFakeTimers({ toFake: ['Date'], now: (signedInAt + before) * 1000 });
    const begun = await ask(`?max_age=${maxAge}`);
    const state = new URL(begun.headers.get('Location') ?? '').searchParams.get('state') ?? '';
    const Cookie = begun.headers.getSetCookie().at(-1)?.split(';', 1)[0] ?? '';
    // The person takes their time at the issuer.
    vi.advanceTimersByTime(120_000);
    const back = new URLSearchParams({ iss: issuer, code: await authorizationCode(), state });
    const answer = await world.send(`/.portcullis/callback?${back}`, { headers: { ...navigation, Cookie } });
    expect(answer.status).toBe(status);
  });
});

describe('what a script is told where its sign-in is too weak or too old (RFC 9470)', () => {
  const script = { 'Sec-Fetch-Site': 'same-origin', 'Sec-Fetch-Mode': 'cors', 'Sec-Fetch-Dest': 'empty' };

  it.each(['GET', 'POST'])('by the cookie, with %s', async (method) => {
    world = gateUnderTest({
      routes: (origin) => [
        {
          host,
          path: '/careful-money/*',
          origin,
          allow: { acrValues: ['urn:portcullis:acr:single-factor'], maxAgeSeconds: 60 },
        },
      ],
    });
    const headers = { ...script, Cookie: await gateCookie() };
    const response = await world.send('/careful-money/x', { method, headers });
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'insufficient_user_authentication' });
    const challenge = response.headers.get('WWW-Authenticate');
    expect(challenge).toContain('error="insufficient_user_authentication"');
    expect(challenge).toContain('acr_values="urn:portcullis:acr:single-factor"');
    expect(challenge).toContain('max_age="60"');
    expect(world.received).toEqual([]);
  });
});
