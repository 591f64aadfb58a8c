import type { Endpoint } from './endpoints.ts';
import type { Sent } from './http.ts';
import type { Random } from './random.ts';

/** What may break something somewhere. */
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
  '{"id_token":{"acr":{"essential":true,"values":[1,null,{}]}},"userinfo":[]}',
  '['.repeat(2000),
  'e30.e30.e30',
  'pc_rt_',
  `pc_rt_${'A'.repeat(104)}`,
  `pc_ac_${'_'.repeat(104)}`,
];

type Pair = [name: string, value: string];

/** What the fuzz knows of the issuer that it is let loose on. */
export interface Ground {
  endpoints: Pick<Endpoint, 'methods' | 'path'>[];
  /** Paths that are no endpoint of the issuer. */
  otherPaths: string[];
  /**
   * Requests that are right, for each path that reads one: the fuzz breaks them somewhere. A name that begins with @ is
   * a header's; a value that begins with [ is a list where JSON is read.
   */
  right: Record<string, Record<string, string>[]>;
  /** Parameters that an endpoint reads now and then. */
  seldom: string[];
  /** Values that are nearly right somewhere: tokens, assertions, proofs. */
  nearlyRight: string[];
  /** Headers that mean something here, each with the probability with which one of its values is sent. */
  headers: [probability: number, name: string, values: string[]][];
  /** The cookies of somebody who is signed in. */
  cookies: string;
  /** What a page of the issuer's own would send as its Origin. */
  origin: string;
}

/** Where a request that is right ends what the others need: it is let through now and then only. */
const endings =
  /^\/(account\/sign-out|account\/revoke|account\/password|oauth\/logout|oauth\/revoke|session\/(logout|login|devices\/)|\.portcullis\/sign-out|oauth\/register\/)/;

function mangled(random: Random, path: string): string {
  const at = random.below(path.length);
  const tricks = ['//', '/../', '/./', '%2f', '%00', '%', ';', '\\', '\u00e9', '?', '%2e%2e/', '*', '@', '|'];
  return `/${path.slice(1, at)}${random.of(tricks)}${path.slice(Math.max(at, 1))}`;
}

/** A right request, some of its parameters taken away, doubled, spoilt or joined by others. */
function spoilt(random: Random, ground: Ground, path: string): { pairs: Pair[]; own: Pair[] } {
  const { right, seldom, nearlyRight } = ground;
  const all: Pair[] = Object.entries(random.of(right[path] ?? [{}]));
  const pairs = all.filter(([name]) => !name.startsWith('@'));
  const own = all.filter(([name]) => name.startsWith('@') && random.chance(0.95));
  const value = () => random.of(random.chance(0.7) || nearlyRight.length === 0 ? hostile : nearlyRight);
  for (let changes = random.below(4); changes > 0; changes -= 1) {
    const at = random.below(pairs.length + 1);
    const name = pairs[at]?.[0] ?? random.of(seldom);
    const other = random.chance(0.8) ? random.of(seldom) : random.of(hostile);
    const changed: Pair[] = [
      [name, value()],
      [other, random.chance(0.1) ? random.of(['none', 'login', '0']) : value()],
    ];
    pairs.splice(at, random.below(2), ...changed.slice(0, random.below(3)));
  }
  return { pairs, own: own.map(([name, text]) => [name.slice(1), text]) };
}

const encoded = (random: Random, text: string): string =>
  // Mostly as a form encodes; now and then as somebody who does not know how.
  random.chance(0.9) ? encodeURIComponent(text.toWellFormed()) : text.replace(/[^\x21-\x7e]/g, '%');

const form = (random: Random, pairs: Pair[]): string =>
  pairs.map((pair) => pair.map((text) => encoded(random, text)).join('=')).join('&');

function json(random: Random, pairs: Pair[]): string {
  const odd = [null, 1, true, [], {}, ['x'], 1e300];
  const listed = (text: string): unknown => (/^\[".*"\]$/.test(text) ? JSON.parse(text) : text);
  const members = pairs.map(([name, value]) => [name, random.chance(0.9) ? listed(value) : random.of(odd)]);
  const text = JSON.stringify(Object.fromEntries(members));
  return random.chance(0.9) ? text : text.slice(0, random.below(text.length));
}

/** Header values are latin1 without control characters: Node sends no others. */
const asHeader = (text: string): string => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '\u00ff').trim();

function headers(random: Random, ground: Ground, path: string, type: string): Record<string, string> {
  const { cookies, origin } = ground;
  const stale = `portcullis-session=${random.of(hostile)}`;
  const ordinary: Ground['headers'] = [
    [0.6, 'Cookie', endings.test(path) && random.chance(0.97) ? [stale] : [cookies, cookies, stale]],
    [0.95, 'Content-Type', [type]],
    [0.7, 'Origin', [origin, origin, origin, 'null', 'https://evil.example']],
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
  for (const [probability, name, values] of [...ordinary, ...ground.headers]) {
    if (!random.chance(probability)) continue;
    chosen[name] = asHeader(random.of(random.chance(0.9) ? values : hostile));
  }
  return chosen;
}

const isJson = (path: string): boolean => /^\/(session|oauth\/register)(\/|$)/.test(path);

/** A request to some endpoint, or to another path, that is wrong in ways that nobody chose. */
export function hostileRequest(random: Random, ground: Ground): { path: string } & Sent {
  const endpoint = random.of(ground.endpoints);
  const target = random.chance(0.85) ? endpoint.path : random.of(ground.otherPaths);
  const method = random.chance(0.85)
    ? random.of(endpoint.methods)
    : random.of(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);
  const bodyless = ['GET', 'HEAD'].includes(method);
  const path = random.chance(0.05) ? mangled(random, target) : target;
  const { pairs, own } = spoilt(random, ground, target);
  const query = random.chance(bodyless ? 0.8 : 0.1) ? `?${form(random, pairs)}` : '';
  const [type, write] = isJson(target)
    ? (['application/json', json] as const)
    : (['application/x-www-form-urlencoded', form] as const);
  return {
    path: (path + query).replace(/[^\x21-\xff]/g, '%'),
    method,
    headers: { ...headers(random, ground, target, type), ...Object.fromEntries(own) },
    ...((!bodyless || random.chance(0.03)) && {
      body: random.chance(0.95) ? write(random, pairs) : random.of(hostile),
      chunked: random.chance(0.1),
    }),
  };
}
