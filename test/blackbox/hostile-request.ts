import { endpoints } from './endpoints.ts';
import type { Sent } from './http.ts';
import { demo } from './person.ts';
import type { Random } from './random.ts';
import type { Stand } from './stand.ts';

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

/** A request that is right, for each path that reads one: the fuzz breaks it somewhere. */
const right = ({ url, person, tokens }: Stand): Record<string, Record<string, string>[]> => {
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
    '/account/password': [{ current_password: '', new_password: 'short' }],
    '/session/login': [{ ...client, email: person.email, password: '', scope: 'openid' }],
    '/session/refresh': [client, { ...client, scope: 'openid' }],
    '/session/logout': [client],
    '/session/logout-others': [client],
    '/session/logout-all': [client],
    '/.portcullis/callback': [{ code: 'x', state: 'x.y', iss: url }],
  };
};

/** Parameters that an endpoint reads now and then. */
const seldom = 'prompt max_age resource nonce state request response_mode client_secret login_hint'.split(
  ' ',
);

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

type Pair = [name: string, value: string];

/** The parameters of a right request, some of them taken away, doubled, spoilt or joined by others. */
function parameters(random: Random, stand: Stand, path: string): Pair[] {
  const pairs: Pair[] = Object.entries(random.of(right(stand)[path] ?? [{}]));
  for (let changes = random.below(4); changes > 0; changes -= 1) {
    const at = random.below(pairs.length + 1);
    const name = pairs[at]?.[0] ?? random.of(seldom);
    const other = random.chance(0.8) ? random.of(seldom) : random.of(hostile);
    const changed: Pair[] = [
      [name, random.of(hostile)],
      [other, random.of([...hostile, 'none', 'login', '0'])],
    ];
    pairs.splice(at, random.below(2), ...changed.slice(0, random.below(3)));
  }
  return pairs;
}

const encoded = (random: Random, text: string): string =>
  // Mostly as a form encodes; now and then as somebody who does not know how.
  random.chance(0.9) ? encodeURIComponent(text.toWellFormed()) : text.replace(/[^\x21-\x7e]/g, '%');

const form = (random: Random, pairs: Pair[]): string =>
  pairs.map((pair) => pair.map((text) => encoded(random, text)).join('=')).join('&');

function json(random: Random, pairs: Pair[]): string {
  const odd = [null, 1, true, [], {}, ['x'], 1e300];
  const members = pairs.map(([name, value]) => [name, random.chance(0.9) ? value : random.of(odd)]);
  const text = JSON.stringify(Object.fromEntries(members));
  return random.chance(0.9) ? text : text.slice(0, random.below(text.length));
}

/** Header values are latin1 without control characters: Node sends no others. */
const asHeader = (text: string): string => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '\u00ff').trim();

function headers(random: Random, { url, person, tokens }: Stand, type: string): Record<string, string> {
  const cookies = [...person.browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  const ordinary: [probability: number, name: string, values: string[]][] = [
    [0.6, 'Cookie', [cookies, cookies, `portcullis-session=${random.of(hostile)}`]],
    [0.2, 'Authorization', [`Bearer ${tokens.accessToken}`, `Bearer ${tokens.idToken}`]],
    [0.95, 'Content-Type', [type]],
    [0.7, 'Origin', [url, url, url, 'null', 'https://evil.example']],
    [0.4, 'Sec-Fetch-Site', ['same-origin', 'same-origin', 'cross-site', 'none']],
    [0.4, 'Sec-Fetch-Mode', ['navigate', 'cors', 'websocket']],
    [0.4, 'Sec-Fetch-Dest', ['document', 'empty']],
    [0.6, 'Accept', ['text/html', 'application/json', '*/*']],
    [0.2, 'User-Agent', ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0']],
    [0.1, 'If-None-Match', ['*']],
    [0.1, 'X-Forwarded-Host', ['evil.example']],
    [0.1, 'Forwarded', ['host=evil.example']],
    [0.1, 'CF-Ray', ['9a0b1c2d3e4f5a6b-FRA']],
    [0.1, 'CF-Connecting-IP', ['203.0.113.9']],
    [0.1, 'Access-Control-Request-Method', ['POST']],
    [0.1, 'Access-Control-Request-Headers', ['authorization']],
    [0.05, 'Range', ['bytes=0-0']],
  ];
  const chosen: Record<string, string> = {};
  for (const [probability, name, values] of ordinary) {
    if (!random.chance(probability)) continue;
    chosen[name] = asHeader(random.of(random.chance(0.9) ? values : hostile));
  }
  return chosen;
}

/** A request to some endpoint, or to the gate, that is wrong in ways that nobody chose. */
export function hostileRequest(random: Random, stand: Stand): { path: string } & Sent {
  const endpoint = random.of(endpoints);
  const target = random.chance(0.85) ? endpoint.path : random.of(gatePaths);
  const method = random.chance(0.85)
    ? random.of(endpoint.methods)
    : random.of(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
  const bodyless = ['GET', 'HEAD'].includes(method);
  const path = random.chance(0.05) ? mangled(random, target) : target;
  const pairs = parameters(random, stand, target);
  const query = random.chance(bodyless ? 0.8 : 0.1) ? `?${form(random, pairs)}` : '';
  const [type, write] = target.startsWith('/session/')
    ? (['application/json', json] as const)
    : (['application/x-www-form-urlencoded', form] as const);
  return {
    path: (path + query).replace(/[^\x21-\xff]/g, '%'),
    method,
    headers: headers(random, stand, type),
    ...((!bodyless || random.chance(0.03)) && {
      body: random.chance(0.95) ? write(random, pairs) : random.of(hostile),
      chunked: random.chance(0.1),
    }),
  };
}
