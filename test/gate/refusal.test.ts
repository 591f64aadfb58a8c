import { beforeEach, describe, expect, it, vi } from 'vitest';
import { sealToken } from '../../src/crypto/sealed-token.ts';
import { plainAssets } from '../pages/look.ts';
import {
  accessToken,
  forgedToken,
  gateCookie,
  gateUnderTest,
  host,
  issuer,
  live,
  navigation,
  secrets,
} from './setup.ts';

let world: ReturnType<typeof gateUnderTest>;
beforeEach(() => {
  world = gateUnderTest();
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

describe('without credentials the origin sees nothing', () => {
  it.each([
    ['/session/x', 401],
    ['/session', 401],
    ['/session/', 401],
    ['/%73ession/x', 401],
    ['/scope/x', 401],
    ['/strict/x?access_token=abc', 401],
    ['/SESSION/x', 404],
    ['/Session/../public/x', 400],
    ['/public/../session/x', 400],
    ['/public/%2e%2e/session/x', 400],
    ['/public/..%2fsession/x', 400],
    ['/public/..;/session/x', 400],
    ['/public/..\\session\\x', 400],
    ['/public/%252e%252e/session/x', 400],
    ['/public//session/x', 400],
    ['//session/x', 400],
    ['/session%2fx', 400],
    ['/session;a=b/x', 400],
    ['/session%00/x', 400],
    ['/public/x#/session', 400],
    ['/public/%23', 400],
    ['/session/%zz', 400],
    ['/nowhere', 404],
    ['/', 404],
    ['/ping', 404],
    ['/oauth2/auth', 404],
    ['/.well-known/acme-challenge/x', 404],
    ['/.portcullis/other', 404],
    ['https://unknown.test/public/x', 404],
    ['https://app.test:8443/public/x', 404],
    ['https://app.test, second.test/public/x', 400],
    ['https://app.test@second.test/x', 400],
    ['https://APP.test./session/x', 401],
    ['https://second.test/x', 401],
  ])('%s is %i', async (target, status) => {
    const response = await world.send(target);
    expect(response.status).toBe(status);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff');
    expect(world.received).toEqual([]);
  });

  it.each([
    ['a forged assertion', { 'Portcullis-Assertion': 'eyJhbGciOiJub25lIn0.e30.' }],
    ['a forged user', { 'X-Forwarded-User': 'ada', Remote_User: 'ada' }],
    ['an overridden method', { 'X-HTTP-Method-Override': 'OPTIONS' }],
    [
      'a rewritten path',
      { 'X-Original-URL': '/public/x', 'X-Forwarded-Uri': '/public/x', 'X-Rewrite-URL': '/public/x' },
    ],
    ['another host', { 'X-Forwarded-Host': 'unknown.test', Host: 'unknown.test' }],
    ['a health check', { 'User-Agent': 'GoogleHC/1.0', 'X-Health-Check': '1' }],
    ['a loopback address', { 'X-Forwarded-For': '127.0.0.1', 'CF-Connecting-IP': '127.0.0.1' }],
    ['a same-origin claim', { 'Sec-Fetch-Site': 'same-origin', Origin: `https://${host}` }],
    ['a garbage cookie', { Cookie: '__Host-portcullis-gate=garbage' }],
    ['an empty cookie', { Cookie: '__Host-portcullis-gate=' }],
    ['an oversized cookie', { Cookie: `__Host-portcullis-gate=${'a.'.repeat(10_000)}` }],
    ['thousands of cookies', { Cookie: '__Host-portcullis-gate=x; '.repeat(2_000) }],
    ['another scheme', { Authorization: 'Basic YWRhOnB3' }],
    ['an empty header', { Authorization: '' }],
    ['garbage for a token', { Authorization: 'Bearer garbage' }],
    ['an oversized token', { Authorization: `Bearer ${'a'.repeat(20_000)}` }],
    ['an oversized opaque token', { Authorization: `Bearer pc_at_${'a'.repeat(60_000)}` }],
    ['an oversized JWT', { Authorization: `Bearer ${'e30.'.repeat(2)}${'a'.repeat(60_000)}` }],
    ['an oversized proof', { Authorization: 'DPoP a', DPoP: 'a'.repeat(60_000) }],
    ['another kind of token of ours', { Authorization: 'Bearer pc_rt_abc' }],
    ['garbage behind our prefix', { Authorization: 'Bearer pc_at_' }],
    ['a token in the query alone', { 'X-Original-URL': '/session/x?access_token=abc' }],
    ['an unsigned token', { Authorization: 'Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.e30.' }],
  ])('%s is 401', async (_, headers) => {
    for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS', 'DELETE']) {
      const response = await world.send('/session/x', { method, headers });
      expect(response.status).toBe(401);
    }
    expect(world.received).toEqual([]);
    expect(world.calls.status).toEqual([]);
  });

  it.each([
    ['an empty token', 'Bearer '],
    ['no token', 'DPoP'],
    ['two headers in one', 'Bearer a, Bearer b'],
    ['a scheme within a scheme', 'Bearer DPoP abc'],
    ['a quoted token', 'Bearer "abc"'],
  ])('%s is 400 invalid_request (RFC 6750 §3.1), whatever the cookie says', async (_, Authorization) => {
    const headers = { Authorization, Cookie: await gateCookie() };
    const response = await world.send('/session/x', { headers });
    expect(response.status).toBe(400);
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_request"');
    expect(world.received).toEqual([]);
  });

  it('nothing in a cookie, a token or a proof is our fault: never a 5xx', async () => {
    const [token, cookie] = [await accessToken(), await gateCookie()];
    const shapes = [
      (text: string) => ({ Cookie: `__Host-portcullis-gate=${text}` }),
      (text: string) => ({ Cookie: text }),
      (text: string) => ({ Authorization: `Bearer ${text}` }),
      (text: string) => ({ Authorization: `DPoP ${text}`, DPoP: text }),
      (text: string) => ({ Authorization: `DPoP ${token}`, DPoP: text }),
      (text: string) => ({ Authorization: text, Cookie: cookie }),
    ];
    const alphabet = 'aZ09-_.~+/=,;:"\'%{}[]() \t';
    let seed = 1;
    const next = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const noise = (length: number) => Array.from({ length }, () => alphabet[next(alphabet.length)]).join('');
    const bent = (text: string) => {
      const at = next(text.length);
      return text.slice(0, at) + noise(1 + next(3)) + text.slice(at + next(3));
    };
    for (let round = 0; round < 120; round += 1) {
      const texts = [
        noise(next(200)),
        bent(token),
        bent(cookie.slice(cookie.indexOf('=') + 1)),
        `pc_at_${noise(60)}`,
      ];
      if (round % 40 === 0)
        texts.push(noise(40_000), `${token}.${'a'.repeat(40_000)}`, `pc_at_${'a'.repeat(40_000)}`);
      for (const text of texts) {
        for (const shape of shapes) {
          const response = await world.send('/session/x', { headers: shape(text) });
          expect([400, 401]).toContain(response.status);
        }
      }
    }
    expect(world.received).toEqual([]);
  });

  it('two Authorization headers are none that can be read', async () => {
    const headers = new Headers({ Authorization: `Bearer ${await accessToken()}` });
    headers.append('Authorization', `Bearer ${await accessToken()}`);
    expect((await world.send('/session/x', { headers })).status).toBe(400);
    expect(world.received).toEqual([]);
  });

  it('a good token in the query is not looked at', async () => {
    expect((await world.send(`/session/x?access_token=${await accessToken()}`)).status).toBe(401);
    expect(world.received).toEqual([]);
  });

  it('a CORS preflight is 401 as well', async () => {
    const headers = { Origin: 'https://other.test', 'Access-Control-Request-Method': 'PUT' };
    expect((await world.send('/session/x', { method: 'OPTIONS', headers })).status).toBe(401);
    expect(world.received).toEqual([]);
  });

  it('a WebSocket upgrade is 401 as well', async () => {
    const response = await world.send('/session/x', { headers: { Upgrade: 'websocket', ...navigation } });
    expect(response.status).toBe(401);
    expect(world.received).toEqual([]);
  });

  it('a cookie that has expired, or was made for another host, is 401', async () => {
    for (const cookie of [await gateCookie({}, Date.now() - 1), await gateCookie({ host: 'second.test' })]) {
      expect((await world.send('/session/x', { headers: { Cookie: cookie } })).status).toBe(401);
    }
    expect(world.received).toEqual([]);
  });
});

describe('a token that is not for this route', () => {
  it.each([
    ['of another key', () => forgedToken()],
    ['that has expired', () => accessToken({ exp: Math.floor(Date.now() / 1000) })],
    ['of another issuer', () => accessToken({ iss: 'https://other.test' })],
    ['for another audience', () => accessToken({ aud: `https://${host}/strict` })],
    ['of another type', () => accessToken({}, 'JWT')],
    ['made as an assertion', () => accessToken({}, 'portcullis-assertion+jwt')],
    ['without a session', () => accessToken({ sid: undefined })],
    ['bound to a key', () => accessToken({ cnf: { jkt: 'x' } })],
  ])('%s is 401 invalid_token, whatever the cookie says', async (_, token) => {
    const headers = { Authorization: `Bearer ${await token()}`, Cookie: await gateCookie() };
    const response = await world.send('/session/x', { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
    expect(await response.json()).toMatchObject({ error: 'invalid_token' });
    expect(world.received).toEqual([]);
  });

  it('is refused to a navigation too, which would come back with it for ever', async () => {
    const headers = { ...navigation, Authorization: 'Basic YWRhOnB3' };
    const response = await world.send('/session/x', { headers });
    expect(response.status).toBe(401);
    expect(response.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
  });
});

describe('a refusal speaks the caller’s language', () => {
  it('JSON for a program: readable from any origin, with where to get a token', async () => {
    const response = await world.send('/session/x', { headers: { Origin: 'https://other.test' } });
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*');
    expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull();
    expect(response.headers.get('Access-Control-Expose-Headers')).toBe(
      'Date, WWW-Authenticate, DPoP-Nonce, Retry-After',
    );
    // RFC 6750 §3.1: whoever sent no token is told of no error. A challenge for each scheme that is taken.
    const metadata = `resource_metadata="https://${host}/.well-known/oauth-protected-resource/session"`;
    expect(response.headers.get('WWW-Authenticate')).toBe(
      `Bearer ${metadata}, DPoP algs="ES256 Ed25519 EdDSA", ${metadata}`,
    );
    expect(response.headers.get('DPoP-Nonce')).toMatch(/^[\w-]{22}$/);
    expect(await response.json()).toMatchObject({
      error: 'login_required',
      request_id: expect.stringMatching(/^[\w-]{36}$/),
    });
  });

  it('the resource metadata is there (RFC 9728)', async () => {
    const response = await world.send('/.well-known/oauth-protected-resource/scope');
    expect(await response.json()).toEqual({
      resource: `https://${host}/scope`,
      authorization_servers: [issuer],
      bearer_methods_supported: ['header'],
      scopes_supported: ['a', 'b'],
      dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
    });
    expect((await world.send('/.well-known/oauth-protected-resource/public')).status).toBe(404);
    expect((await world.send('https://second.test/.well-known/oauth-protected-resource')).status).toBe(200);
  });

  it.each([
    ['https://app.test/reports/7', 'https://elsewhere.test/reports'],
    ['https://one.apps.test/files/7/a', 'https://apps.test/files'],
    ['https://one.apps.test/a', 'https://apps.test/'],
    ['https://one.apps.test/odd/x', 'urn:odd'],
  ])('and where a challenge of %s says, for any pattern', async (target, resource) => {
    world = gateUnderTest({
      routes: (origin) => [
        { host, path: '/reports/:id', origin, allow: 'session', resource: 'https://elsewhere.test/reports' },
        { host: '*.apps.test', path: '/odd{/x}?/*', origin, allow: 'session', resource: 'urn:odd' },
        {
          host: '*.apps.test',
          path: '/files/:id/*',
          origin,
          allow: 'session',
          resource: 'https://apps.test/files',
        },
        { host: '*.apps.test', path: '/*', origin, allow: 'session', resource: 'https://apps.test/' },
      ],
    });
    const challenge = (await world.send(target)).headers.get('WWW-Authenticate');
    const [, url = ''] = /resource_metadata="([^"]*)"/.exec(challenge ?? '') ?? [];
    expect(new URL(url).origin).toBe(new URL(target).origin);
    expect(await (await world.send(url)).json()).toMatchObject({ resource });
  });

  it('a page for a person, with its own stylesheet, and nothing quoted', async () => {
    const response = await world.send('/nowhere?<script>', { headers: navigation });
    const page = await response.text();
    expect(response.status).toBe(404);
    expect(response.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toContain('<script');
    expect(page).toContain(plainAssets.stylesheet.path);
    expect((await world.send(plainAssets.stylesheet.path)).headers.get('Content-Type')).toContain('text/css');
  });

  it('a form that was sent without a session gets a page, not a redirect that would lose it', async () => {
    const response = await world.send('/session/x', { method: 'POST', body: 'a=b', headers: navigation });
    expect(response.status).toBe(401);
    expect(response.headers.get('Content-Type')).toContain('text/html');
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer /);
  });

  it('a signed-in person without the scope is not sent to sign in again', async () => {
    const response = await world.send('/scope/x', { headers: { ...navigation, Cookie: await gateCookie() } });
    expect(response.status).toBe(403);
    expect(response.headers.get('WWW-Authenticate')).toContain('error="insufficient_scope", scope="a b"');
    expect((await world.send('/scope/x', { headers: navigation })).status).toBe(401);
  });
});

describe('scopes', () => {
  it('a token needs all of them', async () => {
    const send = async (scope: string) => {
      const token = await accessToken({ aud: `https://${host}/scope`, scope });
      return (await world.send('/scope/x', { headers: { Authorization: `Bearer ${token}` } })).status;
    };
    expect(await send('a')).toBe(403);
    expect(await send('ab a')).toBe(403);
    expect(world.received).toEqual([]);
    expect(await send('b c a')).toBe(200);
  });
});

describe('a request that rides on the cookie', () => {
  it.each([
    ['from another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['from a sister site', { 'Sec-Fetch-Site': 'same-site' }],
    ['from another origin', { Origin: 'https://evil.test' }],
    ['from a sandbox', { Origin: 'null' }],
    ['from nowhere', {}],
  ])('and comes %s changes nothing and opens no WebSocket', async (_, headers) => {
    const Cookie = await gateCookie();
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      expect((await world.send('/session/x', { method, headers: { ...headers, Cookie } })).status).toBe(403);
    }
    const upgrade = { ...headers, Cookie, Upgrade: 'websocket' };
    expect((await world.send('/session/x', { headers: upgrade })).status).toBe(403);
    expect(world.received).toEqual([]);
  });

  it.each([{ 'Sec-Fetch-Site': 'same-origin' }, { Origin: `https://${host}` }])(
    'may with %j',
    async (headers) => {
      const Cookie = await gateCookie();
      const response = await world.send('/session/x', {
        method: 'POST',
        body: 'a',
        headers: { ...headers, Cookie },
      });
      expect(response.status).toBe(200);
    },
  );

  it('is not held to that when it brings a token of its own', async () => {
    const headers = { Authorization: `Bearer ${await accessToken()}`, 'Sec-Fetch-Site': 'cross-site' };
    expect((await world.send('/session/x', { method: 'POST', body: 'a', headers })).status).toBe(200);
  });
});

describe('when something inside the gate breaks, the origin sees nothing', () => {
  it.each([
    ['the user object throws', () => (world.world.status = () => Promise.reject(new Error('down')))],
    [
      'the user object throws at once',
      () =>
        (world.world.status = () => {
          throw new Error('down');
        }),
    ],
    ['the signing key is missing', () => (world.world.signs = false)],
  ])('%s: 503 with Retry-After', async (_, breakIt) => {
    breakIt();
    const Cookie = await gateCookie();
    for (const headers of [{ Cookie }, { Cookie, ...navigation }]) {
      const response = await world.send('/session/x', { headers });
      expect(response.status).toBe(503);
      expect(response.headers.get('Retry-After')).toBe('1');
    }
    expect(world.received).toEqual([]);
  });

  it('the published keys cannot be read: 503, not a verdict on the token', async () => {
    world.world.signs = false;
    const headers = { Authorization: `Bearer ${await accessToken()}` };
    expect((await world.send('/session/x', { headers })).status).toBe(503);
    expect(world.received).toEqual([]);
  });

  it('the opener of opaque tokens throws: 503, not a verdict on the token', async () => {
    const token = await sealToken(secrets, { iss: issuer });
    const broken = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValue(new Error('broken'));
    const response = await world.send('/session/x', { headers: { Authorization: `Bearer ${token}` } });
    broken.mockRestore();
    expect(response.status).toBe(503);
    expect(world.received).toEqual([]);
  });

  it('the object of a person does not answer about a token: 503', async () => {
    world.world.status = () => Promise.reject(new Error('down'));
    const headers = { Authorization: `Bearer ${await accessToken()}` };
    const response = await world.send('/session/x', { headers });
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({
      error: 'temporarily_unavailable',
      request_id: expect.stringMatching(/^[\w-]{36}$/),
    });
    expect(world.received).toEqual([]);
  });

  it('works again afterwards', async () => {
    const headers = { Cookie: await gateCookie() };
    world.world.status = () => Promise.reject(new Error('down'));
    await world.send('/session/x', { headers });
    world.world.status = async () => live;
    expect((await world.send('/session/x', { headers })).status).toBe(200);
  });
});

it('a GET with a body goes nowhere: the origin could take the body for the next request', async () => {
  const request = new Request(`https://${host}/public/x`, {
    method: 'POST',
    body: 'GET /session/x HTTP/1.1',
  });
  Object.defineProperty(request, 'method', { value: 'GET' });
  expect((await world.gate.fetch(request)).status).toBe(400);
  expect(world.received).toEqual([]);
});

it.each(['TRACE', 'CONNECT'])('%s is refused everywhere', async (method) => {
  const request = new Request(`https://${host}/public/x`);
  Object.defineProperty(request, 'method', { value: method });
  const response = await world.gate.fetch(request);
  expect(response.status).toBe(405);
  expect(response.headers.get('Allow')).toContain('GET');
  expect(world.received).toEqual([]);
});

describe('the language of the gate', () => {
  const german = { ...navigation, 'Accept-Language': 'de' };

  it('is the person’s on its pages', async () => {
    for (const path of ['/nowhere', '/.portcullis/signed-out', '/.portcullis/callback?state=x']) {
      const response = await world.send(path, { headers: german });
      expect(await response.text()).toContain('<html lang="de" dir="ltr">');
      expect(response.headers.get('Vary')).toBe('Accept-Language');
    }
  });

  it('is English for what a technical description says, and marked as such', async () => {
    const page = await (await world.send('/public//x', { headers: german })).text();
    expect(page).toContain('Diese Adresse wird abgelehnt');
    expect(page).toMatch(/<bdi lang="en">Refused: [^<]+<\/bdi>/);
  });

  it('is English for programs', async () => {
    const response = await world.send('/nowhere', { headers: { 'Accept-Language': 'de' } });
    expect(await response.json()).toMatchObject({
      error_description: 'No route leads to this address; it is refused.',
    });
  });
});
