import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, locationOf } from './http.ts';
import { demo, type Person, type Tokens } from './person.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// What OAuth and OpenID Connect say of each bad request. `expectConduct` has judged every answer as well.

let stand: Stand;
let { url, ask, post }: Pick<Stand, 'url' | 'ask' | 'post'> = {} as Stand;
let person: Person;
let tokens: Tokens;
beforeAll(async () => {
  stand = await setUp();
  ({ url, ask, post, person, tokens } = stand);
});
afterAll(() => stand?.runtime.stop());

type Parameters = Record<string, string | undefined>;
const defined = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** A JWT that says `claims`, with a signature of `signature`. */
const jwt = (header: object, claims: object, signature = 'c2lnbmF0dXJl'): string =>
  [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') +
  `.${signature}`;

describe('the authorization endpoint', () => {
  /** By GET and by POST, signed in: a mistake must not be waved through because somebody is. */
  async function authorize(changes: Parameters, more = ''): Promise<Answer[]> {
    const query = new URL(demo(url).authorization('v'.repeat(43))).searchParams;
    const parameters =
      new URLSearchParams(defined({ ...Object.fromEntries(query), state: 'st', ...changes })) + more;
    return [
      await ask(`/oauth/authorize?${parameters}`, {}, person),
      await post('/oauth/authorize', parameters, {}, person),
    ];
  }

  test.each<[string, Parameters]>([
    ['no client', { client_id: undefined }],
    ['an unknown client', { client_id: 'stranger' }],
    ['a client by another spelling', { client_id: 'DEMO' }],
    ['no redirect URI', { redirect_uri: undefined }],
    ['another host', { redirect_uri: 'https://evil.example/demo/' }],
    ['a host that begins alike', { redirect_uri: 'http://localhost.evil.example/demo/' }],
    ['another scheme', { redirect_uri: 'javascript:alert(1)//' }],
    ['no host', { redirect_uri: '/demo/' }],
    ['nonsense for an address', { redirect_uri: 'http://[' }],
  ])('shows a page and redirects nowhere for %s', async (_, changes) => {
    for (const answer of await authorize(changes)) {
      expect(answer.status).toBe(400);
      expect(answer.headers.get('Content-Type')).toContain('text/html');
      expect(answer.headers.has('Location')).toBe(false);
    }
  });

  test.each([
    (uri: string) => uri.slice(0, -1),
    (uri: string) => `${uri}?x=1`,
    (uri: string) => `${uri}#`,
    (uri: string) => `${uri}../`,
    (uri: string) => uri.replace('/demo/', '/./demo/'),
    (uri: string) => uri.replace('/demo/', '//demo/'),
    (uri: string) => uri.replace('demo', '%64emo'),
    (uri: string) => uri.toUpperCase(),
    (uri: string) => uri.replace('http:', 'https:'),
    (uri: string) => uri.replace('localhost', 'localhost.'),
    (uri: string) => uri.replace('localhost', '127.0.0.1'),
    (uri: string) => uri.replace('://', '://user@'),
    (uri: string) => uri.replace(/:\d+/, ':1'),
    (uri: string) => ` ${uri}`,
    (uri: string) => `${uri}\n`,
    (uri: string) => `${uri}\0`,
  ])('compares redirect URIs byte for byte: %s', async (change) => {
    for (const answer of await authorize({ redirect_uri: change(`${url}/demo/`) })) {
      expect(answer.status).toBe(400);
      expect(answer.headers.has('Location')).toBe(false);
    }
  });

  test.each(['client_id=demo', 'redirect_uri=x', 'state=other', 'code_challenge=x', 'scope=openid'])(
    'refuses a repeated parameter without guessing which one is meant: %s',
    async (repeated) => {
      for (const answer of await authorize({}, `&${repeated}`)) {
        expect(answer.status).toBe(400);
        expect(answer.headers.has('Location')).toBe(false);
      }
    },
  );

  test.each<[string, Parameters]>([
    ['invalid_request', { response_type: undefined }],
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_request', { code_challenge_method: undefined }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { code_challenge_method: 's256' }],
    ['invalid_request', { code_challenge: 'short' }],
    ['invalid_request', { code_challenge: 'ä'.repeat(43) }],
    ['invalid_request', { code_challenge: 'c'.repeat(128) }],
    ['invalid_request', { response_mode: 'fragment' }],
    ['invalid_request', { prompt: 'none login' }],
    ['invalid_request', { prompt: 'dance' }],
    ['invalid_request', { max_age: '-1' }],
    ['invalid_request', { max_age: 'soon' }],
    ['invalid_request', { nonce: 'n'.repeat(5000) }],
    ['invalid_request', { claims: '{' }],
    ['invalid_scope', { scope: undefined }],
    ['invalid_scope', { scope: 'openid admin' }],
    ['invalid_scope', { scope: 'openid\0' }],
    ['invalid_target', { resource: 'https://elsewhere.example/' }],
    ['unsupported_response_type', { response_type: 'token' }],
    ['unsupported_response_type', { response_type: 'code id_token' }],
    ['request_not_supported', { request: jwt({ alg: 'none' }, {}, '') }],
    ['request_uri_not_supported', { request_uri: 'https://evil.example/request' }],
    ['registration_not_supported', { registration: '{}' }],
  ])('sends the app %s with state and iss for %j', async (error, changes) => {
    for (const answer of await authorize(changes)) {
      expect(answer.status).toBe(303);
      const location = new URL(locationOf(answer));
      expect(location.origin + location.pathname).toBe(`${url}/demo/`);
      expect(Object.fromEntries(location.searchParams)).toEqual({
        error,
        error_description: expect.stringMatching(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/),
        state: 'st',
        iss: url,
      });
    }
  });
});

describe('user info', () => {
  const claims = () => ({ iss: url, aud: url, sub: 'x', sid: 'x', exp: 4e9, scope: 'openid' });
  const bad: [string, () => string | undefined][] = [
    ['nothing', () => undefined],
    ['an empty header', () => ''],
    ['a bare scheme', () => 'Bearer'],
    ['two tokens', () => `Bearer ${tokens.accessToken} ${tokens.accessToken}`],
    ['another scheme', () => `Basic ${tokens.accessToken}`],
    ['bytes', () => 'Bearer \u00ff\u00fe'],
    ['garbage', () => 'Bearer garbage'],
    ['an endless token', () => `Bearer ${'a'.repeat(12_000)}`],
    ['an ID token', () => `Bearer ${tokens.idToken}`],
    ['a refresh token', () => `Bearer ${tokens.refreshToken}`],
    ['no algorithm', () => `Bearer ${jwt({ alg: 'none', typ: 'at+jwt' }, claims(), '')}`],
    ['a symmetric algorithm', () => `Bearer ${jwt({ alg: 'HS256', typ: 'at+jwt' }, claims())}`],
    [
      'a key of its own',
      () => `Bearer ${jwt({ alg: 'ES256', typ: 'at+jwt', jku: 'https://evil.example/' }, claims())}`,
    ],
    ['a broken header', () => `Bearer e30.${tokens.accessToken.split('.')[1]}.c2ln`],
    ['a stripped signature', () => `Bearer ${tokens.accessToken.replace(/[^.]*$/, '')}`],
  ];
  test.each(bad)('refuses %s with 401 and a challenge', async (_, authorization) => {
    const header = authorization();
    const headers = header === undefined ? {} : { Authorization: header };
    for (const method of ['GET', 'POST']) {
      const answer = await ask('/oauth/userinfo', { method, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('WWW-Authenticate')).toMatch(
        // Without a token that could be meant, what may be brought; else what is wrong with it (RFC 6750 §3).
        /^Bearer(, DPoP algs="[\w ]+"| error="invalid_token", error_description="[^"\\]+")$/,
      );
    }
  });

  test('takes no token from the address, where logs would have it', async () => {
    expect((await ask(`/oauth/userinfo?access_token=${tokens.accessToken}`)).status).toBe(400);
    expect((await post('/oauth/userinfo', { access_token: tokens.accessToken })).status).toBe(200);
  });
});

describe('the end session endpoint', () => {
  test.each<[string, () => Parameters]>([
    ['garbage for a hint', () => ({ id_token_hint: 'garbage' })],
    [
      'an unsigned hint',
      () => ({ id_token_hint: jwt({ alg: 'none', typ: 'JWT' }, { iss: url, aud: 'demo' }, '') }),
    ],
    ['a hint of another kind', () => ({ id_token_hint: tokens.accessToken })],
    ['a hint of another client', () => ({ id_token_hint: tokens.idToken, client_id: 'portcullis-gate' })],
    [
      'an address that is not registered',
      () => ({ post_logout_redirect_uri: 'https://evil.example/', client_id: 'demo' }),
    ],
    ['an address of nobody', () => ({ post_logout_redirect_uri: `${url}/demo/` })],
    [
      'an address that begins alike',
      () => ({ id_token_hint: tokens.idToken, post_logout_redirect_uri: `${url}/demo/x` }),
    ],
  ])('shows a page for %s, and nobody is signed out', async (_, parameters) => {
    const form = defined(parameters());
    for (const answer of [
      await ask(`/oauth/logout?${new URLSearchParams(form)}`, {}, person),
      await post('/oauth/logout', form, {}, person),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.headers.has('Location')).toBe(false);
    }
    expect((await ask('/account', {}, person)).status).toBe(200);
  });

  test('a page of another site can only make it ask', async () => {
    const headers = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    const answer = await post('/oauth/logout', { confirm: 'yes' }, { headers }, person);
    expect(answer.status).toBe(303);
    const asked = await ask('/oauth/logout', {}, person);
    expect(asked.status).toBe(200);
    expect(asked.text).toContain('Sign out?');
    expect((await ask('/account', {}, person)).status).toBe(200);
  });
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
