import type { Random } from './random.ts';

/** A request in raw bytes (latin1), so that no client makes it harmless. */
export interface HostileTarget {
  method: string;
  bytes: string;
}

const places = [
  '/',
  '/x',
  '/about/us',
  '/admin',
  '/admin/',
  '/admin/users',
  '/api/v1/items/7',
  '/api/v2/private/x',
  '/api/v1/private',
  '/api/v1/public',
  '/files/report.pdf',
  '/files/a/b.pdf',
  '/files/report.txt',
  '/portal',
  '/portal/home',
  '/portal/static/app.js',
  '/portal/site.css',
  '/docs/intro',
  '/docs/drafts/next',
];

/** UTF-8, one character of latin1 a byte, as it goes over the wire. */
const raw = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');
const encoded = (text: string): string =>
  [...Buffer.from(text, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

// Slashes and dots of every width, letters that fold to others, and what cannot be seen.
const lookAlikes = [
  '／',
  '＼',
  '⁄',
  '．',
  '‥',
  '…',
  '；',
  '？',
  '＃',
  '％',
  '：',
  'ａ',
  'ı',
  'ſ',
  'K',
  'İ',
  'ß',
];
const unseen = ['\u200b', '\u200d', '\u2060', '\ufeff', '\u00ad', '\u0301'];

const inserted = [
  '/',
  '//',
  '/./',
  '/../',
  '/..',
  '..',
  '.',
  '...',
  '/.../',
  '/..;/',
  '/.;/',
  '/%2e/',
  '/%2e%2e/',
  '/.%2e/',
  '/%2E./',
  '%2f',
  '%2F',
  '%5c',
  '%5C',
  '\\',
  '/\\',
  '\\..\\',
  '..\\',
  '%252f',
  '%252e%252e%252f',
  '%25%32%66',
  '%c0%af',
  '%c0%ae%c0%ae',
  '%e0%80%af',
  '%u002f',
  '%25u002f',
  '%u2215',
  '%ef%bc%8f',
  ';',
  ';x=1',
  ';/',
  '%3b',
  '%3bx=1',
  '#',
  '#x',
  '%23',
  '?',
  '?x=/admin',
  '%3f',
  '%00',
  '%0d%0a',
  '%09',
  '%20',
  '%20/',
  './',
  '%2e',
  '%2e/',
  '+',
  ' ',
  '\t',
  '\0',
  '\x01',
  '\x7f',
  ':',
  '::$DATA',
  ':$I30:$INDEX_ALLOCATION',
  ':x',
  '~1',
  '@',
  '*',
  '|',
  '^',
  '"',
  '<',
  '{',
  '}',
  '`',
  "'",
  '(',
  ')',
  '!',
  '$',
  '&',
  '=',
  ',',
  '%',
  '%2',
  '%zz',
  '%ff',
  '%ed%a0%80',
  '%c3%a9',
  '.pdf',
  '.PDF',
  '.css',
  '/static/',
  '/admin',
  '/private/',
  '/items/7',
  'index.html',
  '.%00.css',
  '&x=',
  '[',
  ']',
  'http://',
  '%e2%80%ae',
] as const;

const wide = [...lookAlikes, ...unseen];
/** What makes a path end like a public one, to whoever does not stop before it. */
const endings = ['%00', '%0a', '%23', '%3b', '%3f', ';', '/', '%2f', ...lookAlikes.map(encoded)].flatMap(
  (cut) => [`${cut}.css`, `${cut}/a.css`],
);
const pieces = [...inserted, ...endings, ...wide.map(raw), ...wide.map(encoded)];

const at = (random: Random, text: string): number => random.below(text.length + 1);

/** One change that a careless server, or a careless gate, does not notice. */
function changed(random: Random, path: string): string {
  const place = at(random, path);
  const [before, after] = [path.slice(0, place), path.slice(place)];
  const [first = '', rest] = [after.slice(0, 1), after.slice(1)];
  const hex = first === '' ? '' : first.charCodeAt(0).toString(16).padStart(2, '0');
  switch (random.below(12)) {
    case 0:
    case 1:
    case 2:
      return before + random.of(pieces) + after;
    case 3:
      return path + random.of(pieces);
    case 4:
      return hex && `${before}%${random.chance(0.5) ? hex : hex.toUpperCase()}${rest}`;
    case 5:
      return hex && `${before}%25${hex}${rest}`;
    case 6:
      return before + (random.chance(0.5) ? first.toUpperCase() : first.toLowerCase()) + rest;
    case 7:
      return path.toUpperCase();
    case 8:
      return `${random.of(places)}${random.of(['/..', '/../..', '/%2e%2e', '/..;', '/.', '', '\\..'])}${path}`;
    case 9:
      // A fullwidth letter, or the byte with its high bit set.
      return /[a-z]/.test(first)
        ? before + encoded(String.fromCharCode(first.charCodeAt(0) + 0xfee0)) + rest
        : `${before}\x80${after}`;
    case 10:
      return (
        before + after.replace('/', random.of(['//', '\\', '%2f', '/./', '/x/../', '／', ';/'].map(raw)))
      );
    default:
      return `${path}${random.of(['/', '.', '%2e', '%20', '/.', '//', '?', '#', ';'])}`;
  }
}

function target(random: Random, host: string): string {
  let path = random.of(places);
  for (let count = random.below(4); count > 0; count -= 1) path = changed(random, path) || path;
  if (random.chance(0.01)) path += `/${random.of(['a', '%61', '../', 'é']).repeat(1 + random.below(3_000))}`;
  if (random.chance(0.15)) path += random.of(['?', '?a=b', '?/admin', '?x=%2f..%2fadmin', '?a#b']);
  if (random.chance(0.06))
    return `http://${random.of([host, host, host.toUpperCase(), 'other.test', `${host}.`])}${path}`;
  return random.chance(0.02) ? random.of(['*', path.slice(1), host, `//${host}${path}`, `\\${path}`]) : path;
}

const methods = ['GET', 'GET', 'GET', 'GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH'];
const oddMethods = ['get', 'PROPFIND', 'TRACE', 'X', 'post', 'QUERY'];

const elsewhere = ['/x', '/admin/users', '/portal/static/app.js', '/api/v1/private/x', '/'];
const oddHeaders = (random: Random, host: string): string[] => {
  const path = random.of(elsewhere);
  return [
    random.of([
      `X-Original-URL: ${path}`,
      `X-Rewrite-URL: ${path}`,
      `X_Original_URL: ${path}`,
      `X-Original-URI: ${path}`,
      `X-Forwarded-Uri: ${path}`,
      `X-Forwarded-Prefix: ${path}`,
      `X-Forwarded-Path: ${path}`,
      `X-Envoy-Original-Path: ${path}`,
      `X-HTTP-Method-Override: ${random.of(methods)}`,
      `X-HTTP-Method: ${random.of(methods)}`,
      `X-Method-Override: ${random.of(methods)}`,
      `Forwarded: host=${host};proto=https;for=127.0.0.1`,
      'X-Forwarded-Host: other.test',
      'X-Host: other.test',
      'X-Forwarded-For: 127.0.0.1',
      'X-Real-IP: 127.0.0.1',
      'Connection: X-Forwarded-Host, Portcullis-Assertion',
      'Connection: close, Cookie',
      'Upgrade: h2c',
      'Portcullis-Assertion: x.y.z',
      'Referer: http://other.test/admin',
      'Access-Control-Request-Method: GET',
      'Access-Control-Request-Method: DELETE',
      'User-Agent: kube-probe/1.29',
      'Accept: text/html',
    ]),
  ];
};

/** Another spelling of the host, two of them, or one that is not guarded at all. */
const oddHosts = (random: Random, host: string): string[] =>
  random.of([
    [`Host: ${host}`, 'Host: other.test'],
    ['Host: other.test', `Host: ${host}`],
    [`Host: ${host}, other.test`],
    [`Host: ${host}.`],
    [`Host: other.test@${host}`],
    [`Host: ${host}/admin`],
    [`Host: ${host}#`],
    [`HOST:${host}`],
    [`Host : ${host}`],
    [],
    ['Host: '],
  ]);

/** @param session the headers of somebody who is signed in */
export function hostileTarget(random: Random, host: string, session: readonly string[]): HostileTarget {
  const method = random.chance(0.04) ? random.of(oddMethods) : random.of(methods);
  const lines = random.chance(0.06) ? oddHosts(random, host) : [`Host: ${host}`];
  for (let count = random.below(3); count > 0; count -= 1) lines.push(...oddHeaders(random, host));
  if (random.chance(0.5)) lines.push(...session);
  if (random.chance(0.2)) lines.push('Origin: http://other.test');
  if (['POST', 'PUT', 'PATCH'].includes(method)) lines.push('Content-Length: 0');
  return { method, bytes: `${method} ${target(random, host)} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n` };
}
