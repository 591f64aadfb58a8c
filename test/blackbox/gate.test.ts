import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ASSERTION_HEADER, assertionVerifier } from '../../src/verify/index.ts';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { jsonOf, locationOf, send, sendBytes } from './http.ts';
import { Person } from './person.ts';
import { type Received, received, recorder } from './recorder.ts';

const script = {
  Accept: '*/*',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Dest': 'empty',
  'Sec-Fetch-Site': 'same-origin',
};
const bearer = (token: string) => ({ ...script, Authorization: `Bearer ${token}` });

/** From an address behind the gate, through sign-up, and back. */
async function enter(person: Person, address: string): Promise<void> {
  await person.browser.open(address);
  expect(new URL(person.browser.page.url).pathname).toBe('/signin');
  await person.browser.follow('Sign up');
  await person.signUpHere();
}

describe('before the demo', () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await startRuntime();
  });
  afterAll(() => runtime.stop());

  test('a newcomer to the private page signs up and lands on it', async () => {
    const person = new Person(runtime.url);
    await enter(person, `${runtime.url}/demo/private/`);
    expect(person.browser.page.url).toBe(`${runtime.url}/demo/private/`);
    expect(person.browser.page.text).toContain(`Hello, <bdi>${person.name}</bdi>`);

    await person.browser.submit('/.portcullis/sign-out');
    await person.browser.open(`${runtime.url}/demo/private/`);
    expect(new URL(person.browser.page.url).pathname).toBe('/signin');
  });

  test('the access token of the demo opens its API, and nothing that it is not for', async () => {
    const person = new Person(runtime.url);
    await person.signUp();
    const { accessToken, refreshToken, idToken } = await person.tokens();
    const api = `${runtime.url}/demo/api/me`;
    const answer = await send(api, { headers: bearer(accessToken) });
    expect(answer.status).toBe(200);
    expect(jsonOf(answer)).toMatchObject({
      email: person.email,
      name: person.name,
      amr: ['pwd'],
      client_id: 'demo',
      scope: 'openid profile email demo:read',
    });

    const [head, claims, signature = ''] = accessToken.split('.');
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    const refused: [string, string][] = [
      [`${runtime.url}/demo/private/`, accessToken],
      [api, idToken],
      [api, refreshToken],
      [api, [head, claims, flipped].join('.')],
      [api, [head, claims, ''].join('.')],
      [api, 'garbage'],
    ];
    for (const [url, token] of refused) {
      const refusal = await send(url, { headers: bearer(token) });
      expect(refusal.status).toBe(401);
      expect(jsonOf(refusal)).toMatchObject({ error: 'invalid_token' });
      expect(refusal.headers.get('WWW-Authenticate')).toContain('Bearer error="invalid_token"');
    }
    // A token that is no good is not made good by a session.
    const withBoth = await person.browser.send(api, { headers: bearer('garbage') });
    expect(withBoth.status).toBe(401);
  });
});

describe('before a recording origin', () => {
  let runtime: Runtime;
  let person: Person;
  beforeAll(async () => {
    runtime = await startRuntime({ workers: [recorder] });
    person = new Person(runtime.url);
  });
  afterAll(() => runtime.stop());
  beforeEach(async () => {
    await received(runtime.urls);
  });

  const reached = () => received(runtime.urls);
  async function onlyOne(): Promise<Received> {
    const requests = await reached();
    expect(requests).toHaveLength(1);
    return requests[0] as Received;
  }

  test('a navigation goes to sign-in, and comes back to the same path and query', async () => {
    const address = `${runtime.url}/demo/private/caf%C3%A9/report?from=2026-01-01&to=%2Fx%3Fy&empty=`;
    await enter(person, address);
    expect(person.browser.page.url).toBe(address);
    expect(person.browser.page.text).toBe('from the origin');
    const { method, target } = await onlyOne();
    expect(method).toBe('GET');
    expect(runtime.url + target).toBe(address);
    expect([...person.browser.cookies.keys()].sort()).toEqual([
      'of-the-origin',
      'portcullis-device',
      'portcullis-gate',
      // The sign-in page offered a passkey, too.
      'portcullis-passkey',
      'portcullis-session',
    ]);
  });

  test('a fetch gets 401 as JSON, and learns where tokens come from', async () => {
    const refusal = await send(`${runtime.url}/demo/api/things`, { headers: script });
    expect(refusal.status).toBe(401);
    expect(refusal.headers.get('Content-Type')).toBe('application/json');
    expect(jsonOf(refusal)).toMatchObject({ error: 'login_required' });
    const challenge = refusal.headers.get('WWW-Authenticate') ?? '';
    // One for each scheme that is taken, both with the same place.
    const challenges = /^Bearer resource_metadata="([^"]+)", DPoP algs="[^"]+", resource_metadata="\1"$/;
    const metadata = challenges.exec(challenge)?.[1] ?? '';
    expect(jsonOf(await send(metadata))).toMatchObject({
      resource: `${runtime.url}/demo/api`,
      authorization_servers: [runtime.url],
    });
    expect(await reached()).toEqual([]);
  });

  test('with a session the origin gets a signed note of who is calling, and nothing that says otherwise', async () => {
    const claims = {
      'Portcullis-Assertion': 'forged',
      portcullis_assertion: 'forged',
      'X-Forwarded-User': 'eve',
      X_Forwarded_Email: 'eve@example.com',
      'X-Auth-Request-User': 'eve',
      'Remote-User': 'eve',
      'Cf-Access-Jwt-Assertion': 'forged',
      'X-Forwarded-For': '203.0.113.9',
      'X-Forwarded-Host': 'evil.example',
      Forwarded: 'for=203.0.113.9;host=evil.example',
      'X-HTTP-Method-Override': 'DELETE',
      'X-Original-URL': '/admin',
    };
    person.browser.cookies.set('theme', 'dark');
    const answer = await person.browser.send(`${runtime.url}/demo/private/`, {
      headers: { ...script, ...claims },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('Cache-Control')).toContain('private');
    const { headers } = await onlyOne();
    const { [ASSERTION_HEADER.toLowerCase()]: assertion, ...others } = headers;

    const verify = assertionVerifier({ issuer: runtime.url, audience: `${runtime.url}/demo/private` });
    const verified = await verify(assertion);
    expect(verified).toMatchObject({
      ok: true,
      claims: { email: person.email, name: person.name, amr: ['pwd'] },
    });
    const elsewhere = assertionVerifier({ issuer: runtime.url, audience: `${runtime.url}/demo/api` });
    expect(await elsewhere(assertion)).toMatchObject({ ok: false, code: 'audience_mismatch' });

    expect(others.cookie).toBe('of-the-origin=1; theme=dark');
    expect(others['x-forwarded-host']).toBe(new URL(runtime.url).host);
    expect(JSON.stringify(others)).not.toMatch(
      /eve|evil|forged|203\.0\.113\.9|\/admin|DELETE|pc_|portcullis-/,
    );
  });

  test('a public route tells the origin nothing of the caller, and passes no claim on', async () => {
    const headers = { ...script, 'Portcullis-Assertion': 'forged', 'Remote-User': 'eve' };
    await person.browser.send(`${runtime.url}/demo/`, { headers });
    const request = await onlyOne();
    expect(JSON.stringify(request)).not.toMatch(/forged|eve|portcullis-|assertion/i);
  });

  test('another site cannot act with the cookie', async () => {
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await person.browser.send(`${runtime.url}/demo/private/`, {
        method: 'POST',
        headers: { ...script, 'Sec-Fetch-Site': 'cross-site', Origin: origin },
        body: 'x=1',
      });
      expect(answer.status).toBe(403);
    }
    expect(await reached()).toEqual([]);
  });

  describe('a path that two servers could read in two ways does not reach the origin', () => {
    test.each([
      '/demo/x/../private/',
      '/demo/./private/',
      '/demo//private/',
      '//demo/private/',
      '/demo/private//',
      '/demo/%2e%2e/demo/private/',
      '/demo/.%2E/demo/private/',
      '/demo/x/..%2fprivate/',
      '/demo/x%2f..%2fprivate/',
      '/demo%2fprivate/',
      '/demo/%2fprivate/',
      '/demo/x/..;/private/',
      '/demo/x/..%3b/private/',
      '/demo/;/private/',
      '/demo/private;x=1/',
      '/demo\\private\\',
      '/demo/x\\..\\private/',
      '/demo/%5cprivate/',
      '/demo/%70rivate/',
      '/demo/%50rivate/',
      '/demo/Private/',
      '/DEMO/private/',
      '/demo/PRIVATE',
      '/demo/priv%61te',
      '/demo/%2570rivate/',
      '/demo/%252e%252e/demo/private/',
      '/demo/private%00/',
      '/demo/private%0d%0a/',
      '/demo/%c0%ae%c0%ae/private/',
      '/demo/%ef%bd%90rivate/',
      '/demo/private%',
      '/demo/private%zz',
      '/demo/.../private/',
      '/demo/..%20/private/',
      '/demo/%20/../private/',
      '/demo/private/%2e%2e',
      '/demo/\u00e9/../private/',
      '/elsewhere',
      '/.portcullis/callback/../../demo/private/',
    ])('%s', async (path) => {
      const answer = await send(runtime.url + path, { headers: script });
      expect([400, 401, 404]).toContain(answer.status);
      const navigation = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
      const navigated = await send(runtime.url + path, { headers: navigation });
      if (navigated.status === 302) expect(locationOf(navigated)).toMatch(`${runtime.url}/oauth/authorize?`);
      else expect([400, 404]).toContain(navigated.status);
      expect(await reached()).toEqual([]);
    });

    test.each([
      [
        'an absolute address of another host',
        'GET http://evil.example/demo/private/ HTTP/1.1\r\nHost: $\r\n\r\n',
      ],
      ['an absolute address of ours', 'GET http://$/demo/private/ HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
      ['another host', 'GET /demo/private/ HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
      ['two hosts', 'GET /demo/private/ HTTP/1.1\r\nHost: evil.example\r\nHost: $\r\n\r\n'],
      ['no host', 'GET /demo/private/ HTTP/1.0\r\n\r\n'],
      ['a host with a path', 'GET /private/ HTTP/1.1\r\nHost: $/demo\r\n\r\n'],
      ['a host with a user', 'GET /demo/private/ HTTP/1.1\r\nHost: user@$\r\n\r\n'],
      ['a raw space in the path', 'GET /demo/ /private/ HTTP/1.1\r\nHost: $\r\n\r\n'],
      ['a raw NUL in the path', 'GET /demo/\0/private/ HTTP/1.1\r\nHost: $\r\n\r\n'],
      ['a tab in the path', 'GET /demo/\t/private/ HTTP/1.1\r\nHost: $\r\n\r\n'],
      [
        'two lengths',
        'POST /demo/private/ HTTP/1.1\r\nHost: $\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxy',
      ],
      [
        'a length and chunks',
        'POST /demo/private/ HTTP/1.1\r\nHost: $\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
      ['TRACE', 'TRACE /demo/ HTTP/1.1\r\nHost: $\r\n\r\n'],
    ])('%s', async (_, bytes) => {
      const answer = await sendBytes(runtime.url, bytes.replaceAll('$', new URL(runtime.url).host));
      expect(answer).not.toMatch(/^HTTP\/1\.1 (2|5)/);
      expect(answer).not.toContain('from the origin');
      expect(await reached()).toEqual([]);
    });
  });

  test('after sign-out a strict route refuses at once, the others within their freshness', async () => {
    const api = `${runtime.url}/demo/api/me`;
    const { accessToken } = await person.tokens();
    const ask = async () => ({
      strict: (await person.browser.send(`${runtime.url}/demo/private/`, { headers: script })).status,
      cookie: (await person.browser.send(api, { headers: script })).status,
      token: (await send(api, { headers: bearer(accessToken) })).status,
    });
    expect(await ask()).toEqual({ strict: 200, cookie: 200, token: 200 });
    const handle = new Map(person.browser.cookies);

    await person.browser.open(`${runtime.url}/account`);
    await person.browser.submit('/account/sign-out-everywhere');
    const signedOutAt = Date.now();
    // A thief who copied the cookies before: what they prove is over, not only gone from one browser.
    for (const [name, value] of handle) person.browser.cookies.set(name, value);
    expect((await ask()).strict).toBe(401);
    await expect
      .poll(ask, { timeout: 35_000, interval: 500 })
      .toEqual({ strict: 401, cookie: 401, token: 401 });
    expect(Date.now() - signedOutAt).toBeLessThan(31_000);
    expect(jsonOf(await send(api, { headers: bearer(accessToken) }))).toMatchObject({
      error: 'invalid_token',
    });
  });
});
