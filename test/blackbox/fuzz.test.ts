import { afterAll, beforeAll, expect, test } from 'vitest';
import { endpoints } from './endpoints.ts';
import { type Fuzzed, fuzz } from './fuzz.ts';
import type { Ground } from './hostile-request.ts';
import { demo, Person } from './person.ts';
import { isFromOrigin, type Received, received, recorder } from './recorder.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// Random requests to every endpoint and to the gate, in the default configuration. fuzz-protocol.test.ts is about
// clients of every other kind. PORTCULLIS_FUZZ_REQUESTS makes it longer or shorter.

const REQUESTS = Number(process.env.PORTCULLIS_FUZZ_REQUESTS ?? 15_000);

let stand: Stand;
beforeAll(async () => {
  stand = await setUp({ workers: [recorder] });
});
afterAll(() => stand.runtime.stop());

const seldom = 'prompt max_age resource nonce state request response_mode client_secret login_hint';

const gatePaths = [
  '/demo/',
  '/demo/api/me',
  '/demo/private/',
  '/.portcullis/callback',
  '/.portcullis/session',
  '/.portcullis/sign-in',
  '/.portcullis/sign-out',
  '/.portcullis/sign-out/finish',
  '/x',
];

function right({ url, person, tokens }: Stand): Ground['right'] {
  const client = { client_id: 'demo' };
  const redirect = { redirect_uri: `${url}/demo/` };
  const logout = { id_token_hint: tokens.idToken, post_logout_redirect_uri: `${url}/demo/`, state: 's' };
  return {
    '/oauth/authorize': [Object.fromEntries(new URL(demo(url).authorization('v'.repeat(43))).searchParams)],
    '/oauth/token': [
      { ...client, grant_type: 'refresh_token', refresh_token: tokens.refreshToken, scope: 'openid' },
      { ...client, ...redirect, grant_type: 'authorization_code', code: 'x', code_verifier: 'v'.repeat(43) },
    ],
    '/oauth/revoke': [{ ...client, token: tokens.refreshToken, token_type_hint: 'refresh_token' }],
    '/oauth/userinfo': [{ access_token: tokens.accessToken }],
    '/oauth/logout': [logout, { ...client, confirm: 'yes', everywhere: 'true' }],
    // Never a right password: its hash costs more than a hundred other requests.
    '/signin': [{ email: person.email, password: '', flow: 'AAAAAAAAAAA' }],
    '/signup': [
      { email: person.email, name: 'Ada', password: 'short', flow: 'AAAAAAAAAAA' },
      { email: person.email, name: '<script>alert(1)</script>', password: 'short' },
    ],
    '/signin/provider': [{ provider: 'nobody', flow: 'AAAAAAAAAAA' }],
    '/signin/provider/connect': [{ decision: 'connect', flow: 'AAAAAAAAAAA' }],
    '/signin/provider/AAAAAAAAAAA/callback': [{ code: 'x', state: 'x', iss: url }],
    '/signup/provider': [{ name: 'Ada', email: 'ada@example.com' }],
    '/account/providers/connect': [{ provider: 'nobody' }],
    '/account/providers/disconnect': [{ issuer: url, subject: 'x' }],
    '/account/sign-out': [{ session_id: 'AAAAAAAAAAA' }],
    '/account/email': [{ email: 'new@example.com' }, { email: person.email }],
    '/account/email/codes': [{ from: '12345678', to: '12345678' }],
    '/account/password': [{ current_password: '', new_password: 'short' }],
    '/session/login': [{ ...client, email: person.email, password: '', scope: 'openid' }],
    '/session/token': [{ ...client, ...redirect, code: 'x', code_verifier: 'v'.repeat(43) }],
    '/session/refresh': [client, { ...client, scope: 'openid' }],
    '/session/logout': [client],
    '/session/logout-others': [client],
    '/session/logout-all': [client],
    '/.portcullis/callback': [{ code: 'x', state: 'x.y', iss: url }],
    '/.portcullis/sign-in': [{ return_to: '/demo/private/', acr_values: 'phr', max_age: '0' }],
    '/.portcullis/sign-out': [{ everywhere: 'false' }],
  };
}

/** The session and its tokens, new ones when they ended on the way. */
async function renew(): Promise<Ground> {
  const { url, person, secrets } = stand;
  if ((await person.browser.send(`${url}/account`)).status !== 200) {
    // Not by signing in: the password of an account that was guessed at is taken from nobody new for a while.
    stand.person = new Person(url);
    await stand.person.signUp();
    secrets.add(stand.person.password);
  }
  stand.tokens = await stand.person.tokens();
  const cookies = [...stand.person.browser.cookies];
  for (const secret of [...cookies.map(([, value]) => value), ...Object.values(stand.tokens)])
    secrets.add(secret);
  const { accessToken, idToken } = stand.tokens;
  return {
    endpoints,
    otherPaths: gatePaths,
    right: right(stand),
    seldom: seldom.split(' '),
    nearlyRight: [],
    headers: [[0.2, 'Authorization', [`Bearer ${accessToken}`, `Bearer ${idToken}`]]],
    cookies: cookies.map((cookie) => cookie.join('=')).join('; '),
    origin: url,
  };
}

let fuzzed: Fuzzed;

test(`${REQUESTS} random requests are answered decently`, { timeout: 60_000 + REQUESTS * 60 }, async () => {
  const { url, secrets } = stand;
  fuzzed = await fuzz({
    url,
    requests: REQUESTS,
    renew,
    secrets,
    isForeign: isFromOrigin,
    destinations: [url],
  });
  // It got through to every kind of answer, not only to the first refusal.
  for (const status of [200, 303, 400, 401, 403, 405])
    expect(fuzzed.seen.get(status) ?? 0).toBeGreaterThan(0);
});

test('nothing that was sent is echoed unescaped', () => {
  expect(fuzzed.echoed).toEqual([]);
  // It does come back now and then, as text: otherwise this would prove nothing.
  expect(fuzzed.escaped).toBeGreaterThan(0);
});

/** What the configuration lets through without knowing whose it is: the demo's API answers preflights itself. */
const isForwardedPreflight = ({ method, target, headers }: Received) =>
  method === 'OPTIONS' &&
  /^\/demo\/api(\/|\?|$)/.test(target) &&
  'origin' in headers &&
  'access-control-request-method' in headers;

test('the origin saw protected paths with an assertion or as preflights only, and nothing secret at all', async () => {
  const requests = await received(stand.runtime.urls);
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) {
    const isProtected = /^\/demo\/(api|private)(\/|\?|$)/.test(request.target);
    const isAsserted = isProtected && !isForwardedPreflight(request);
    expect('portcullis-assertion' in request.headers, request.target).toBe(isAsserted);
    const { cookie, authorization } = request.headers;
    for (const secret of stand.secrets) expect(`${cookie} ${authorization}`).not.toContain(secret);
  }
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
