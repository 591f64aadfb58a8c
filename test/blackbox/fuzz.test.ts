import { afterAll, beforeAll, expect, test } from 'vitest';
import { fault } from './conduct.ts';
import { endpoints } from './endpoints.ts';
import { type Answer, type Sent, send } from './http.ts';
import { demo, type Person } from './person.ts';
import { type Random, seed, seeded } from './random.ts';
import { received, recorder } from './recorder.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// Random requests with hostile parts to every endpoint and to the gate. What they mean is unknown, so only what must
// hold for all is asked: see conduct.ts. PORTCULLIS_SEED repeats a run, PORTCULLIS_FUZZ_REQUESTS makes it longer.

const REQUESTS = Number(process.env.PORTCULLIS_FUZZ_REQUESTS ?? 2000);
const AT_ONCE = 8;

let stand: Stand;
beforeAll(async () => {
  stand = await setUp({ workers: [recorder] });
});
afterAll(() => stand.runtime.stop());

const hostile = [
  '',
  ' ',
  '\0',
  '\r\nSet-Cookie: a=b',
  '%',
  '%00',
  '%ff%fe',
  '../../etc/passwd',
  '//evil.example/',
  'https://evil.example/',
  'javascript:alert(1)',
  '<script>alert(1)</script>',
  '"\'><img src=x>',
  "' OR 1=1 --",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: what a template engine would evaluate.
  '${7*7}{{7*7}}',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  '-1',
  '1e309',
  '9'.repeat(400),
  'a'.repeat(3000),
  '\u{1f600}'.repeat(50),
  '\u202e\u0000\ufeff',
  '\ud800',
  '[]',
  '{"a":1}',
  'e30.e30.e30',
  'pc_rt_',
  `pc_rt_${'A'.repeat(104)}`,
  `pc_ac_${'_'.repeat(104)}`,
];

/** A request that is right, for each endpoint that reads a form: the fuzz breaks it somewhere. */
const right = (): Record<string, Record<string, string>[]> => {
  const { url, person, tokens } = stand;
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
    '/signup': [{ email: person.email, name: 'Ada', password: 'short', flow: 'AAAAAAAAAAA' }],
    '/account/sign-out': [{ session_id: 'AAAAAAAAAAA' }],
    '/.portcullis/callback': [{ code: 'x', state: 'x.y', iss: url }],
  };
};

/** Parameters that an endpoint reads now and then. */
const seldom = [
  'prompt',
  'max_age',
  'resource',
  'nonce',
  'state',
  'request',
  'response_mode',
  'client_secret',
  'login_hint',
];

const gatePaths = [
  '/demo/',
  '/demo/api/me',
  '/demo/private/',
  '/.portcullis/callback',
  '/.portcullis/sign-out',
  '/x',
];

function mangled(random: Random, path: string): string {
  const at = random.below(path.length);
  const tricks = ['//', '/../', '/./', '%2f', '%00', '%', ';', '\\', '\u00e9', '?', '%2e%2e/', '*', '@', '|'];
  return `/${path.slice(1, at)}${random.of(tricks)}${path.slice(Math.max(at, 1))}`;
}

const encoded = (random: Random, text: string): string =>
  // Mostly as a form encodes; now and then as somebody who does not know how.
  random.chance(0.9) ? encodeURIComponent(text.toWellFormed()) : text.replace(/[^\x21-\x7e]/g, '%');

function form(random: Random, path: string): string {
  const pairs = Object.entries(random.of(right()[path] ?? [{}]));
  for (let changes = random.below(4); changes > 0; changes -= 1) {
    const at = random.below(pairs.length + 1);
    const name = pairs[at]?.[0] ?? random.of(seldom);
    const changed: [string, string][] = [
      [name, random.of(hostile)],
      [
        random.chance(0.8) ? random.of(seldom) : random.of(hostile),
        random.of([...hostile, 'none', 'login', '0']),
      ],
    ];
    pairs.splice(at, random.below(2), ...changed.slice(0, random.below(3)));
  }
  return pairs.map(([name, value]) => `${encoded(random, name)}=${encoded(random, value)}`).join('&');
}

/** Header values are latin1 without control characters: Node sends no others. */
const asHeader = (text: string): string => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '\u00ff').trim();

function headers(random: Random, person: Person): Record<string, string> {
  const { url, tokens } = stand;
  const chosen: Record<string, string> = {};
  const maybe = (probability: number, name: string, values: readonly string[]) => {
    if (random.chance(probability)) chosen[name] = asHeader(random.of(values));
  };
  const cookies = [...person.browser.cookies].map(([name, value]) => `${name}=${value}`);
  maybe(0.5, 'Cookie', [
    cookies.join('; '),
    `portcullis-session=${random.of(hostile)}`,
    `${random.of(hostile)};`,
  ]);
  maybe(0.3, 'Authorization', [`Bearer ${tokens.accessToken}`, `Bearer ${tokens.idToken}`, ...hostile]);
  maybe(0.8, 'Content-Type', [
    ...Array(5).fill('application/x-www-form-urlencoded'),
    'application/json',
    'multipart/form-data',
    ...hostile,
  ]);
  maybe(0.6, 'Origin', [url, url, url, 'null', 'https://evil.example', ...hostile]);
  maybe(0.4, 'Sec-Fetch-Site', ['same-origin', 'same-origin', 'cross-site', 'none', ...hostile]);
  maybe(0.4, 'Sec-Fetch-Mode', ['navigate', 'cors', 'websocket', ...hostile]);
  maybe(0.4, 'Sec-Fetch-Dest', ['document', 'empty', ...hostile]);
  maybe(0.5, 'Accept', ['text/html', 'application/json', '*/*', ...hostile]);
  maybe(0.2, 'User-Agent', hostile);
  maybe(0.1, 'If-None-Match', ['*', ...hostile]);
  maybe(0.1, 'X-Forwarded-Host', ['evil.example', ...hostile]);
  maybe(0.1, 'Forwarded', ['host=evil.example', ...hostile]);
  maybe(0.1, 'CF-Ray', hostile);
  maybe(0.1, 'CF-Connecting-IP', hostile);
  maybe(0.1, 'Access-Control-Request-Method', ['POST', ...hostile]);
  maybe(0.1, 'Access-Control-Request-Headers', ['authorization', ...hostile]);
  maybe(0.05, 'Range', ['bytes=0-0', ...hostile]);
  return chosen;
}

function request(random: Random, person: Person): { path: string } & Sent {
  const endpoint = random.of(endpoints);
  const target = random.chance(0.85) ? endpoint.path : random.of(gatePaths);
  const method = random.chance(0.85)
    ? random.of(endpoint.methods)
    : random.of(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
  const bodyless = ['GET', 'HEAD'].includes(method);
  const path = random.chance(0.05) ? mangled(random, target) : target;
  const query = random.chance(bodyless ? 0.8 : 0.1) ? `?${form(random, target)}` : '';
  return {
    path: (path + query).replace(/[^\x21-\xff]/g, '%'),
    method,
    headers: headers(random, person),
    ...((!bodyless || random.chance(0.03)) && {
      body: random.chance(0.95) ? form(random, target) : random.of(hostile),
      chunked: random.chance(0.1),
    }),
  };
}

/** Tokens and sessions end on the way; new ones let the fuzz get further than the first check. */
async function renewed(): Promise<void> {
  const { person, secrets } = stand;
  person.browser.cookies.clear();
  await person.signIn();
  stand.tokens = await person.tokens();
  for (const secret of [...person.browser.cookies.values(), ...Object.values(stand.tokens)])
    secrets.add(secret);
}

test(`${REQUESTS} random requests are answered decently`, { timeout: 60_000 + REQUESTS * 60 }, async () => {
  const start = seed();
  console.info(`PORTCULLIS_SEED=${start}`);
  const random = seeded(start);
  const seen = new Map<number, number>();
  for (let sent = 0; sent < REQUESTS; sent += AT_ONCE) {
    if (sent % 200 === 0) await renewed();
    const batch = Array.from({ length: AT_ONCE }, () => request(random, stand.person));
    await Promise.all(
      batch.map(async ({ path, ...rest }) => {
        const shown = `seed ${start}, about request ${sent}: ${JSON.stringify({ path, ...rest })}`;
        const answer: Answer = await send(stand.url + path, rest).catch((error) => {
          throw new Error(`${error} at ${shown}`);
        });
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        // What the origin sends is its own to decide, and what is no HTTP never got as far as the Worker.
        if (answer.text === 'from the origin') return;
        if (answer.status === 400 && answer.headers.get('Content-Type') === 'text/plain') return;
        expect(fault(answer, stand.secrets, rest.method), `${shown} -> ${answer.status} ${answer.text}`).toBe(
          undefined,
        );
      }),
    );
  }
  // It got through to every kind of answer, not only to the first refusal.
  for (const status of [200, 303, 400, 401, 403, 405]) expect(seen.get(status) ?? 0).toBeGreaterThan(0);
});

test('the origin saw protected paths with an assertion only, and nothing secret at all', async () => {
  const requests = await received(stand.runtime.urls);
  expect(requests.length).toBeGreaterThan(0);
  for (const request of requests) {
    const isProtected = /^\/demo\/(api|private)\b/.test(request.target);
    expect('portcullis-assertion' in request.headers, request.target).toBe(isProtected);
    const { cookie, authorization } = request.headers;
    for (const secret of stand.secrets) expect(`${cookie} ${authorization}`).not.toContain(secret);
  }
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
