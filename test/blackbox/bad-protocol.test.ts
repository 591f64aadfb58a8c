import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, jsonOf, locationOf } from './http.ts';
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
afterAll(() => stand.runtime.stop());

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

describe('the token endpoint', () => {
  const verifier = 'v'.repeat(50);
  const code = async () => {
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const answer = await ask(demo(url).authorization('', { code_challenge: challenge }), {}, person);
    const issued = new URL(locationOf(answer)).searchParams.get('code') ?? '';
    stand.secrets.add(issued);
    return issued;
  };
  const redemption = async (changes: Parameters = {}) =>
    defined({
      grant_type: 'authorization_code',
      client_id: 'demo',
      redirect_uri: `${url}/demo/`,
      code_verifier: verifier,
      ...changes,
      code: 'code' in changes ? changes.code : await code(),
    });
  async function refused(parameters: Parameters, error: string, status = 400): Promise<void> {
    const answer = await post('/oauth/token', defined(parameters));
    expect([answer.status, jsonOf(answer).error]).toEqual([status, error]);
  }

  test.each<[string, Parameters]>([
    ['invalid_request', { grant_type: undefined }],
    ['unsupported_grant_type', { grant_type: 'password' }],
    ['unsupported_grant_type', { grant_type: '__proto__' }],
    ['unsupported_grant_type', { grant_type: 'toString' }],
    ['invalid_request', { client_id: undefined }],
    ['invalid_client', { client_id: 'stranger' }],
    ['invalid_client', { client_secret: 'secret' }],
    ['invalid_client', { client_assertion: 'x' }],
    ['invalid_request', { code: undefined }],
    ['invalid_grant', { code: 'garbage' }],
    ['invalid_grant', { code: `pc_ac_${'A'.repeat(104)}` }],
    ['invalid_grant', { code: '\0'.repeat(110) }],
    ['invalid_grant', { code: 'ä'.repeat(110) }],
    ['invalid_grant', { code: 'x'.repeat(20_000) }],
    ['invalid_request', { redirect_uri: undefined }],
    ['invalid_grant', { redirect_uri: 'https://evil.example/' }],
    ['invalid_request', { code_verifier: undefined }],
    ['invalid_request', { code_verifier: 'short' }],
    ['invalid_request', { code_verifier: `${'v'.repeat(49)}ä` }],
    ['invalid_request', { code_verifier: 'v'.repeat(129) }],
    ['invalid_grant', { code_verifier: 'w'.repeat(50) }],
    ['invalid_target', { resource: 'https://elsewhere.example/' }],
    ['invalid_grant', { client_id: 'portcullis-gate' }],
  ])('answers %s to a code with %j', async (error, changes) => {
    await refused(await redemption(changes), error);
  });

  test.each<[string, Parameters]>([
    ['invalid_request', { refresh_token: undefined }],
    ['invalid_grant', { refresh_token: 'garbage' }],
    ['invalid_grant', { refresh_token: `pc_rt_${'A'.repeat(104)}` }],
    ['invalid_grant', { refresh_token: 'x'.repeat(20_000) }],
    ['invalid_grant', { refresh_token: 'pc_rt_\0' }],
    ['invalid_client', { client_id: 'stranger' }],
    ['unauthorized_client', { client_id: 'portcullis-gate' }],
    ['invalid_scope', { scope: 'openid admin' }],
    ['invalid_scope', { scope: 'offline_access' }],
    ['invalid_target', { resource: 'https://elsewhere.example/' }],
  ])('answers %s to a refresh with %j, and the family lives', async (error, changes) => {
    const { refreshToken } = await person.tokens();
    stand.secrets.add(refreshToken);
    await refused(
      { grant_type: 'refresh_token', client_id: 'demo', refresh_token: refreshToken, ...changes },
      error,
    );
    expect((await demo(url).refresh(refreshToken)).status).toBe(200);
  });

  test('a tampered refresh token is garbage, wherever it was touched, and the family lives', async () => {
    const { refreshToken } = await person.tokens();
    const prefix = 'pc_rt_'.length;
    // Version, home, user, family, generation, secret, tag: one character in each, then both ends.
    for (const at of [
      prefix,
      prefix + 2,
      prefix + 10,
      prefix + 30,
      prefix + 39,
      prefix + 60,
      prefix + 90,
      4,
    ]) {
      const other = refreshToken[at] === 'B' ? 'C' : 'B';
      await refused(
        {
          grant_type: 'refresh_token',
          client_id: 'demo',
          refresh_token: refreshToken.slice(0, at) + other + refreshToken.slice(at + 1),
        },
        'invalid_grant',
      );
    }
    for (const spelling of [
      ` ${refreshToken}`,
      `${refreshToken}=`,
      `${refreshToken}\n`,
      refreshToken.slice(0, -1),
    ]) {
      await refused(
        { grant_type: 'refresh_token', client_id: 'demo', refresh_token: spelling },
        'invalid_grant',
      );
    }
    expect((await demo(url).refresh(refreshToken)).status).toBe(200);
  });

  test('one kind of token is no other kind', async () => {
    const issued = await code();
    const session = person.browser.cookies.get('portcullis-session');
    for (const refreshToken of [issued, issued.replace('pc_ac_', 'pc_rt_'), session, tokens.accessToken]) {
      await refused(
        { grant_type: 'refresh_token', client_id: 'demo', refresh_token: refreshToken },
        'invalid_grant',
      );
    }
    for (const other of [
      tokens.refreshToken,
      tokens.refreshToken.replace('pc_rt_', 'pc_ac_'),
      tokens.idToken,
    ]) {
      await refused(await redemption({ code: other }), 'invalid_grant');
    }
    expect((await demo(url).redeem(issued, verifier)).status).toBe(200);
  });

  test('a client that authenticates although it is public is refused, with a challenge', async () => {
    for (const Authorization of ['Basic ZGVtbzpzZWNyZXQ=', 'Basic', 'Bearer x', '\u00ff']) {
      const answer = await post('/oauth/token', await redemption(), { headers: { Authorization } });
      expect(answer.status).toBe(401);
      expect(jsonOf(answer).error).toBe('invalid_client');
      expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Basic realm="/);
    }
  });
});

describe('the revocation endpoint', () => {
  test.each<[number, string | undefined, Parameters]>([
    [200, undefined, { token: 'garbage' }],
    [200, undefined, { token: `pc_rt_${'A'.repeat(104)}` }],
    [200, undefined, { token: '\0' }],
    [200, undefined, { token: 'x'.repeat(20_000), token_type_hint: 'nonsense' }],
    [400, 'invalid_request', {}],
    [400, 'invalid_client', { token: 'x', client_id: 'stranger' }],
    [400, 'invalid_request', { token: 'x', client_id: undefined }],
    [400, 'unsupported_token_type', { token: 'a.b.c' }],
  ])('answers %i %s to %j', async (status, error, changes) => {
    const answer = await post('/oauth/revoke', defined({ client_id: 'demo', ...changes }));
    expect(answer.status).toBe(status);
    if (error) expect(jsonOf(answer).error).toBe(error);
    else expect(answer.text).toBe('');
  });

  test('nobody revokes a token that is not theirs, or not one', async () => {
    const { refreshToken } = await person.tokens();
    const last = refreshToken.at(-2) === 'A' ? 'B' : 'A';
    const tampered = refreshToken.slice(0, -2) + last + refreshToken.slice(-1);
    await post('/oauth/revoke', { client_id: 'portcullis-gate', token: refreshToken });
    await post('/oauth/revoke', { client_id: 'demo', token: tampered });
    expect((await demo(url).refresh(refreshToken)).status).toBe(200);
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
        /^Bearer( error="invalid_token", error_description="[^"\\]+")?$/,
      );
    }
  });

  test('takes no token from the address or the body, where logs would have it', async () => {
    expect((await ask(`/oauth/userinfo?access_token=${tokens.accessToken}`)).status).toBe(401);
    expect((await post('/oauth/userinfo', { access_token: tokens.accessToken })).status).toBe(401);
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
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('Sign out?');
    expect((await ask('/account', {}, person)).status).toBe(200);
  });
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
