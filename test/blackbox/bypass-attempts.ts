/**
 * A way past the gate that worked somewhere, or works on some server. `{host}` stands for a host that the gate guards,
 * `{marker}` for a word that no origin may see.
 */
export interface Attempt {
  name: string;
  /** The advisory, or what kind of trick it is where there is none or there are many. */
  source: string;
  /** Why it must not work. */
  why: string;
  /** What is sent, as Latin-1. */
  bytes: string;
  /** What is answered to the last request; 0: the server hangs up, or waits for more. */
  status: number | readonly number[];
  /** How many requests without the marker may reach the origin on the way. Default none. */
  passes?: number;
  /** Whether the marker may reach the origin in the body of a public request, where it is no request. */
  inBody?: boolean;
}

type Lines = readonly string[];

/** One request without a body. */
export const request = (method: string, target: string, ...lines: Lines): string =>
  `${method} ${target} HTTP/1.1\r\nHost: {host}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;

/** A request for the private path, hidden in another or behind it. */
export const hidden = 'GET /strict/{marker} HTTP/1.1\r\nHost: {host}\r\n\r\n';

/** One request with a body of its stated length. */
export const withBody = (method: string, target: string, body: string, ...lines: Lines): string =>
  request(method, target, `Content-Length: ${body.includes('{') ? '{length}' : body.length}`, ...lines) +
  body;

/**
 * What is sent: names a host, a marker, how long the body is (`{length}`), and in hexadecimal how long what is hidden in
 * it (`{size}`).
 */
export function filled({ bytes }: Pick<Attempt, 'bytes'>, host: string, marker: string): string {
  const named = (text: string) => text.replaceAll('{host}', host).replaceAll('{marker}', marker);
  const text = named(bytes).replaceAll('{size}', named(hidden).length.toString(16));
  return text.replaceAll('{length}', String(text.length - text.indexOf('\r\n\r\n') - 4));
}

const get = (...lines: Lines): string => request('GET', '/strict/{marker}', ...lines);

/** A person who types an address. */
export const navigation: Lines = [
  'Accept: text/html',
  'Sec-Fetch-Mode: navigate',
  'Sec-Fetch-Dest: document',
  'Sec-Fetch-Site: none',
];

type Row = readonly [
  name: string,
  source: string,
  why: string,
  bytes: string,
  status: Attempt['status'],
  passes?: number,
  inBody?: boolean,
];

export const attempts = (rows: readonly Row[]): Attempt[] =>
  rows.map(([name, source, why, bytes, status, passes = 0, inBody = false]) => ({
    name,
    source,
    why,
    bytes,
    status,
    passes,
    inBody,
  }));

const address = 'no header says what is asked for, or by whom';
const trusted = 'no address is trusted';
const anyPath = 'every path has a route, whatever it is called elsewhere';

/** Headers that another proxy believes. */
const believed = attempts([
  ['X-Forwarded-Uri', 'GHSA-7x63-xv5r-3p2x', address, get('X-Forwarded-Uri: /public/'), 401],
  [
    'X-Forwarded-Uri from the proxy itself',
    'oauth2-proxy#3506',
    address,
    get('X-Forwarded-Uri: /public/', 'X-Forwarded-For: 127.0.0.1', 'X-Forwarded-Proto: https'),
    401,
  ],
  [
    'X-Original-URL',
    'CVE-2018-14773',
    address,
    request('GET', '/public/', 'X-Original-URL: /strict/{marker}'),
    200,
    1,
  ],
  [
    'X-Rewrite-URL',
    'CVE-2018-14773',
    address,
    request('GET', '/public/', 'X-Rewrite-URL: /strict/{marker}'),
    200,
    1,
  ],
  [
    'X-Original-URL on the private path',
    'CVE-2021-32637',
    address,
    get('X-Original-URL: https://{host}/public/'),
    401,
  ],
  ['X-Forwarded-Prefix', 'GHSA-6384-m2mw-rf54', address, get('X-Forwarded-Prefix: /public'), 401],
  [
    'X-Forwarded-Prefix on the way to an origin',
    'CVE-2024-52003',
    address,
    request('GET', '/public/', 'X-Forwarded-Prefix: //{marker}.example'),
    200,
    1,
  ],
  ['X-Forwarded-Host', 'header confusion', address, get('X-Forwarded-Host: public.bypass.test'), 401],
  [
    'X_Forwarded_Uri',
    'GHSA-5m6w-wvh7-57vm',
    address,
    get('X_Forwarded_Uri: /public/', 'X_Forwarded_Proto: https'),
    401,
  ],
  ['X.Forwarded.Uri', 'GHSA-rf44-j88r-hh8c', address, get('X.Forwarded.Uri: /public/'), 401],
  ['X-Forwarded-Method', 'header confusion', address, get('X-Forwarded-Method: OPTIONS'), 401],
  [
    'X-Forwarded-Port',
    'GHSA-3q9r-p662-5j8m',
    address,
    get('X-Forwarded-Proto: https', 'X-Forwarded-Port: 443'),
    401,
  ],
  ['X-Forwarded-For: 127.0.0.1', 'CVE-2026-24398', trusted, get('X-Forwarded-For: 127.0.0.1'), 401],
  ['a mapped IPv6 address', 'CVE-2026-39409', trusted, get('X-Real-IP: ::ffff:127.0.0.1'), 401],
  [
    'the addresses that CDNs give',
    'CVE-2026-47674',
    trusted,
    get('CF-Connecting-IP: ::1', 'True-Client-IP: 0:0:0:0:0:0:0:1'),
    401,
  ],
  [
    'Forwarded',
    'RFC 7239 §8.1',
    trusted,
    get('Forwarded: for=127.0.0.1;host=public.bypass.test;proto=https'),
    401,
  ],
  ['an identity', 'header smuggling', address, get('X-Forwarded-User: admin', 'Remote-User: admin'), 401],
  ['an identity with underscores', 'GHSA-vjrc-mh2v-45x6', address, get('X_Forwarded_User: admin'), 401],
  ['an assertion', 'header smuggling', address, get('Portcullis-Assertion: eyJhbGciOiJub25lIn0.e30.'), 401],
  ['an inner request', 'CVE-2025-29927', address, get('X-Middleware-Subrequest: middleware:middleware'), 401],
  [
    'a certificate',
    'header smuggling',
    address,
    get('X-Forwarded-Client-Cert: By=admin', 'SSL_CLIENT_VERIFY: SUCCESS'),
    401,
  ],
  [
    'an identity to a public route',
    'GHSA-x677-9fxg-v5c5',
    'a public route tells the origin of nobody',
    request('GET', '/public/', 'X_Auth_User: {marker}', 'X-Auth-User: {marker}', 'x-auth-user: {marker}'),
    200,
    1,
  ],
  [
    'an identity in a trailer',
    'GHSA-v67p-phpq-fc8x',
    'trailers are not passed on',
    `${request('POST', '/public/', 'Transfer-Encoding: chunked', 'Trailer: X-Forwarded-User')}1\r\nx\r\n0\r\nX-Forwarded-User: {marker}\r\n\r\n`,
    [200, 400],
    1,
  ],
  [
    'the secret of the gate',
    'header smuggling',
    'only the gate adds it',
    request('GET', '/public/', 'X-Origin-Secret: {marker}'),
    200,
    1,
  ],
  [
    'another redirect',
    'CVE-2020-11053',
    'nothing says where sign-in leads back to',
    get('X-Auth-Request-Redirect: https://evil.example', ...navigation),
    302,
  ],
  [
    'Basic credentials',
    'header confusion',
    'nobody has a password here',
    get('Authorization: Basic YWRtaW46YWRtaW4='),
    401,
  ],
  ['an empty Bearer', 'header confusion', 'that is no token', get('Authorization: Bearer '), 400],
  ['a Bearer of blanks', 'header confusion', 'that is no token', get('Authorization: Bearer    '), 400],
  ['null as a token', 'header confusion', 'that is no token', get('Authorization: Bearer null'), 401],
  [
    'a token signed by nobody',
    'CVE-2015-9235',
    'none is no algorithm',
    get('Authorization: Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJhZG1pbiJ9.'),
    401,
  ],
]);

/** Paths and names that other gates let through by themselves. */
const exempt = attempts([
  [
    'a health check of Google',
    'GHSA-5hvv-m4w4-gf6v',
    'no user agent is trusted',
    get('User-Agent: GoogleHC/1.0'),
    401,
  ],
  [
    'a probe of Kubernetes',
    'GHSA-5hvv-m4w4-gf6v',
    'no user agent is trusted',
    get('User-Agent: kube-probe/1.31'),
    401,
  ],
  [
    'a health check of AWS',
    'CVE-2026-34457',
    'no user agent is trusted',
    get('User-Agent: ELB-HealthChecker/2.0'),
    401,
  ],
  ['/ping', 'CVE-2026-34457', anyPath, request('GET', '/ping?{marker}'), 401],
  ['/ready', 'exempt path', anyPath, request('GET', '/ready?{marker}'), 401],
  ['/healthz', 'exempt path', anyPath, request('GET', '/healthz/{marker}'), 401],
  ['/robots.txt', 'exempt path', anyPath, request('GET', '/robots.txt?{marker}'), 401],
  ['/favicon.ico', 'exempt path', anyPath, request('GET', '/favicon.ico?{marker}'), 401],
  [
    '/oauth2/auth',
    'GHSA-7x63-xv5r-3p2x',
    anyPath,
    request('GET', '/oauth2/auth?{marker}', 'X-Forwarded-Uri: /public/'),
    401,
  ],
  ['/oauth2/sign_in', 'CVE-2020-5233', anyPath, request('GET', '/oauth2/sign_in?rd=//{marker}.example'), 401],
  ['/.pomerium/', 'CVE-2024-39315', anyPath, request('GET', '/.pomerium/{marker}'), 401],
  [
    '/.pomerium/sign_out',
    'CVE-2021-29652',
    anyPath,
    request('GET', '/.pomerium/sign_out?pomerium_redirect_uri=//{marker}'),
    401,
  ],
  [
    '/.pomerium/api/v1/login',
    'CVE-2021-29651',
    anyPath,
    request('GET', '/.pomerium/api/v1/login?pomerium_redirect_uri=//{marker}'),
    401,
  ],
  ['/debug/pprof/', 'CVE-2022-24797', anyPath, request('GET', '/debug/pprof/{marker}'), 401],
  [
    '/api/authz/forward-auth',
    'CVE-2021-32637',
    anyPath,
    request('GET', '/api/authz/forward-auth/{marker}', 'X-Original-URL: https://{host}/public/'),
    401,
  ],
  ['/api/rawdata', 'exempt path', anyPath, request('GET', '/api/rawdata?{marker}'), 401],
  ['/cdn-cgi/trace', 'exempt path', anyPath, request('GET', '/cdn-cgi/trace?{marker}'), 401],
  ['/.well-known/', 'exempt path', anyPath, request('GET', '/.well-known/acme-challenge/{marker}'), 401],
  [
    '/oauth/token of the issuer',
    'exempt path',
    'the issuer has a host of its own',
    withBody('POST', '/oauth/token', 'code={marker}'),
    401,
  ],
  [
    '/signin of the issuer',
    'exempt path',
    'the issuer has a host of its own',
    request('GET', '/signin?flow={marker}'),
    401,
  ],
  [
    'a service worker',
    'exempt request',
    'what it is for says nothing about who asks',
    get('Service-Worker: script'),
    401,
  ],
  [
    'a prefetch',
    'exempt request',
    'what it is for says nothing about who asks',
    get('Sec-Purpose: prefetch', 'Purpose: prefetch'),
    401,
  ],
]);

const cookie = (value: string, ...lines: Lines) => get(`Cookie: ${value}`, ...lines);
const noHandle = 'only a handle that we sealed says who is there';
const many = (count: number, one: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => one(index));

/** Cookies and headers that are odd or too many. */
const odd = attempts([
  [
    'a cookie of 8 KiB',
    'oversized cookie',
    noHandle,
    cookie(`__Host-portcullis-gate=${'A'.repeat(8_000)}`),
    401,
  ],
  [
    'a cookie of 64 KiB',
    'oversized cookie',
    noHandle,
    cookie(`__Host-portcullis-gate=${'A'.repeat(65_536)}`),
    401,
  ],
  [
    'five hundred cookies',
    'oversized cookie',
    noHandle,
    cookie(many(500, (index) => `c${index}=1`).join('; ')),
    401,
  ],
  [
    'a cookie in five hundred chunks',
    'oversized cookie',
    noHandle,
    cookie(many(500, (index) => `__Host-portcullis-gate_${index}=A`).join('; ')),
    401,
  ],
  ['a name in small letters', 'cookie name trick', noHandle, cookie('__host-portcullis-gate=A'), 401],
  [
    'a name without its prefix',
    'cookie name trick',
    noHandle,
    cookie('portcullis-gate=A; __Secure-portcullis-gate=A'),
    401,
  ],
  ['a nameless cookie', 'cookie name trick', noHandle, cookie('=__Host-portcullis-gate=A'), 401],
  ['a cookie in quotes', 'cookie name trick', noHandle, cookie('x="; __Host-portcullis-gate=A; y="'), 401],
  [
    'RFC 2965',
    'cookie name trick',
    noHandle,
    cookie('$Version=1; __Host-portcullis-gate="A"; $Path="/"; $Domain="x"'),
    401,
  ],
  [
    'the names of prototypes',
    'prototype pollution',
    noHandle,
    cookie('__proto__=1; constructor=1; __Host-portcullis-gate=__proto__'),
    401,
  ],
  [
    'a sealed value by no key of ours',
    'forged cookie',
    noHandle,
    cookie(
      '__Host-portcullis-gate=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA',
    ),
    401,
  ],
  [
    'a value that unpacks to much',
    'forged cookie',
    noHandle,
    cookie(
      '__Host-portcullis-gate=eyJhbGciOiJkaXIiLCJlbmMiOiJBMjU2R0NNIiwiemlwIjoiREVGIn0..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA',
    ),
    401,
  ],
  [
    'control characters in a cookie',
    'cookie name trick',
    noHandle,
    cookie('a=\x01\x02; __Host-portcullis-gate=\x7f'),
    401,
  ],
  [
    'bytes that are no UTF-8 in a cookie',
    'cookie name trick',
    noHandle,
    cookie('__Host-portcullis-gate=\xff\xfe'),
    401,
  ],
  [
    'sign-ins that have names of no cookie',
    'CVE-2026-56762',
    'what a browser sends is no reason to fail',
    cookie(
      many(5, (index) => `__Host-portcullis-gate-sign-in.a b"${index}<\xe9>=x`).join('; '),
      ...navigation,
    ),
    302,
  ],
  [
    'two hundred sign-ins',
    'oversized cookie',
    'an answer has no more headers than a browser takes',
    cookie(many(200, (index) => `__Host-portcullis-gate-sign-in.${index}=x`).join('; '), ...navigation),
    302,
  ],
  ['a header of 64 KiB', 'oversized header', 'it says nothing', get(`X-Long: ${'a'.repeat(65_536)}`), 401],
  [
    'two thousand headers',
    'oversized header',
    'they say nothing',
    get(...many(2_000, (index) => `X-${index}: 1`)),
    401,
  ],
  [
    'an address of 16 KiB',
    'oversized address',
    'it says nothing',
    request('GET', `/strict/{marker}?${'a'.repeat(16_384)}`),
    401,
  ],
  [
    'an address of 16 KiB that is typed',
    'oversized address',
    'what is too long to come back to is left out',
    request('GET', `/strict/{marker}?${'a'.repeat(16_384)}`, ...navigation),
    302,
  ],
]);

const crossSite = ['Origin: https://evil.example', 'Sec-Fetch-Site: cross-site', 'Sec-Fetch-Mode: cors'];
const preflight = (method: string, ...lines: Lines) => [
  'Origin: https://evil.example',
  `Access-Control-Request-Method: ${method}`,
  ...lines,
];
const webSocket = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];
const everyMethod = 'a route is there for every method';
const lie = 'what a request says of its circumstances opens nothing';

/**
 * Methods, preflights, upgrades, and lies about how a request came about. 500 and 501 are workerd's own, before any Worker
 * runs: for CONNECT, and for methods that it does not know.
 */
const circumstances = attempts([
  ['HEAD', 'method confusion', everyMethod, request('HEAD', '/strict/{marker}'), 401],
  ['OPTIONS', 'method confusion', everyMethod, request('OPTIONS', '/strict/{marker}'), 401],
  [
    'OPTIONS with a body',
    'method confusion',
    everyMethod,
    withBody('OPTIONS', '/strict/{marker}', '{marker}'),
    401,
  ],
  [
    'a preflight',
    'CORS',
    'the route says nothing of preflights',
    request('OPTIONS', '/strict/{marker}', ...preflight('GET')),
    [401, 403],
  ],
  [
    'a preflight with a cookie',
    'CORS',
    'the route says nothing of preflights',
    request('OPTIONS', '/strict/{marker}', ...preflight('GET', 'Cookie: __Host-portcullis-gate=A')),
    [401, 403],
  ],
  [
    'half a preflight where they pass',
    'CORS',
    'without an Origin it is none',
    request('OPTIONS', '/preflight/{marker}', 'Access-Control-Request-Method: GET'),
    401,
  ],
  [
    'another half',
    'CORS',
    'without a method it is none',
    request('OPTIONS', '/preflight/{marker}', 'Origin: https://evil.example'),
    401,
  ],
  [
    'a GET that looks like a preflight',
    'CORS',
    'it is none',
    request('GET', '/preflight/{marker}', ...preflight('GET')),
    401,
  ],
  [
    'credentials in a preflight that passes',
    'CORS',
    'a preflight has none (Fetch §3.3.5)',
    request(
      'OPTIONS',
      '/preflight/',
      ...preflight('GET', 'Cookie: x={marker}', 'Authorization: Basic {marker}', 'Remote-User: {marker}'),
    ),
    200,
    1,
  ],
  [
    'a body in a preflight that passes',
    'CORS',
    'a preflight has none',
    withBody('OPTIONS', '/preflight/', '{marker}', ...preflight('POST')),
    [400, 401, 403],
  ],
  [
    'TRACE',
    'cross-site tracing',
    'it would show what the gate adds',
    request('TRACE', '/public/{marker}'),
    405,
  ],
  [
    'TRACK',
    'cross-site tracing',
    'it would show what the gate adds',
    request('TRACK', '/public/{marker}'),
    501,
  ],
  [
    'CONNECT',
    'tunnel',
    'the gate is no tunnel',
    'CONNECT {host}:443 HTTP/1.1\r\nHost: {host}:443\r\nX-M: {marker}\r\n\r\n',
    [400, 404, 405, 500, 501, 0],
  ],
  [
    'a method in small letters',
    'method confusion',
    'methods have one spelling',
    request('get', '/strict/{marker}'),
    501,
  ],
  ['a method that nobody knows', 'method confusion', everyMethod, request('FROB', '/strict/{marker}'), 501],
  [
    'PROPFIND',
    'method confusion',
    everyMethod,
    request('PROPFIND', '/strict/{marker}', 'Depth: infinity'),
    401,
  ],
  [
    'POST where reading is public',
    'method confusion',
    'the route is for GET',
    withBody('POST', '/reading/{marker}', 'x'),
    401,
  ],
  [
    'POST that says it is GET',
    'method override',
    'no header changes the method',
    withBody('POST', '/reading/{marker}', 'x', 'X-HTTP-Method-Override: GET'),
    401,
  ],
  [
    'GET that says it is DELETE',
    'method override',
    'no header changes the method',
    request(
      'GET',
      '/reading/',
      'X-HTTP-Method-Override: DELETE{marker}',
      'X-Method-Override: {marker}',
      'X_HTTP_Method: {marker}',
    ),
    200,
    1,
  ],
  [
    'OPTIONS where reading is public',
    'method confusion',
    'the route is for GET',
    request('OPTIONS', '/reading/{marker}'),
    401,
  ],
  [
    'COPY to where it is private',
    'RFC 4918 §9.8',
    'what nobody judged is not written to',
    request('COPY', '/public/', 'Destination: https://{host}/strict/{marker}', 'Overwrite: T'),
    [400, 401, 403, 405],
  ],
  [
    'MOVE to where it is private',
    'RFC 4918 §9.9',
    'what nobody judged is not written to',
    request('MOVE', '/public/', 'Destination: /strict/{marker}'),
    [400, 401, 403, 405],
  ],
  ['a WebSocket of nobody', 'WebSocket', 'a WebSocket needs what a request needs', get(...webSocket), 401],
  [
    'a WebSocket of another site',
    'WebSocket hijacking',
    'a WebSocket needs what a request needs',
    get(...webSocket, 'Origin: https://evil.example'),
    401,
  ],
  [
    'a WebSocket that is typed',
    'WebSocket',
    'an upgrade is no navigation',
    get(...webSocket, ...navigation),
    401,
  ],
  [
    'a WebSocket by POST',
    'WebSocket',
    'a WebSocket needs what a request needs',
    request('POST', '/strict/{marker}', ...webSocket, 'Content-Length: 0'),
    401,
  ],
  [
    'a WebSocket of version 777',
    'WebSocket smuggling',
    'no tunnel opens before the origin agrees',
    request(
      'GET',
      '/public/',
      ...webSocket.slice(0, 2),
      'Sec-WebSocket-Version: 777',
      'Sec-WebSocket-Key: AA==',
    ) + get(),
    [0, 400, 401, 426, 502],
    1,
  ],
  [
    'h2c',
    'h2c smuggling',
    'nothing is upgraded to',
    get('Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'),
    401,
  ],
  [
    'h2c on a public route, then a private request',
    'h2c smuggling',
    'nothing is upgraded to',
    request(
      'GET',
      '/public/',
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: {marker}',
    ) + get(),
    [0, 400, 401],
    1,
  ],
  ['a null origin', 'CORS', lie, get('Origin: null', 'Sec-Fetch-Site: same-origin'), 401],
  [
    'POST from the same origin',
    'Fetch Metadata',
    lie,
    withBody('POST', '/strict/{marker}', 'x', 'Origin: https://{host}', 'Sec-Fetch-Site: same-origin'),
    401,
  ],
  [
    'POST that is typed',
    'Fetch Metadata',
    lie,
    withBody('POST', '/strict/{marker}', 'x', ...navigation),
    401,
  ],
  ['XMLHttpRequest', 'Fetch Metadata', lie, get('X-Requested-With: XMLHttpRequest', ...crossSite), 401],
  ['a navigation', 'Fetch Metadata', 'it leads to sign-in', get(...navigation), 302],
  [
    'a navigation in a frame',
    'Fetch Metadata',
    'it leads nowhere',
    get('Accept: text/html', 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: iframe'),
    401,
  ],
  ['plain http', 'RFC 6797', 'nothing is done with it', get('Test-Plain: 1'), 308],
  [
    'plain http to a public route',
    'RFC 6797',
    'nothing is done with it',
    withBody('POST', '/public/{marker}', 'x', 'Test-Plain: 1'),
    403,
  ],
  [
    'a body that is announced and expected',
    'Expect',
    'who asks comes before what is brought',
    request('POST', '/strict/{marker}', 'Expect: 100-continue', 'Content-Length: 5'),
    401,
  ],
  ['an expectation that nobody knows', 'Expect', 'it opens nothing', get('Expect: x-{marker}'), [401, 417]],
  ['a range', 'range', 'it opens nothing', get('Range: bytes=0-', 'If-Range: x'), 401],
  [
    'what only the cache should answer',
    'cache',
    'it opens nothing',
    get('Cache-Control: only-if-cached', 'If-None-Match: *'),
    401,
  ],
]);

const back = '/.portcullis/callback';
const own = 'the gate has few paths of its own, and they lead nowhere else';

/** The gate's own paths, and where they lead. */
const ownPaths = attempts([
  ['a callback of nobody', 'login CSRF', own, request('GET', `${back}?code={marker}&state=x`), 400],
  [
    'a callback of another issuer',
    'RFC 9207',
    own,
    request('GET', `${back}?code={marker}&state=x&iss=https://evil.example`),
    400,
  ],
  [
    'a callback with parameters twice',
    'RFC 6749 §3.1',
    own,
    request('GET', `${back}?code={marker}&code=x&state=x&state=y`),
    400,
  ],
  [
    'a callback that is told where to go',
    'CVE-2021-21291',
    own,
    request(
      'GET',
      `${back}?rd=//{marker}.example&returnTo=//evil.example&redirect_uri=//evil.example`,
      ...navigation,
    ),
    400,
  ],
  [
    'a callback with an error',
    'open redirect',
    own,
    request(
      'GET',
      `${back}?error={marker}&error_description=%3Cscript%3E&error_uri=javascript:1`,
      ...navigation,
    ),
    400,
  ],
  ['a callback by POST', 'method confusion', own, withBody('POST', back, 'code={marker}&state=x'), 405],
  ['a callback without a state', 'login CSRF', own, request('GET', `${back}?code={marker}`), 400],
  [
    'a state that is a path',
    'path confusion',
    own,
    request('GET', `${back}?code=x&state=../../{marker}%00;`),
    400,
  ],
  [
    'a callback in capitals',
    'case folding',
    own,
    request('GET', `/.PORTCULLIS/callback?code={marker}`),
    [401, 404],
  ],
  [
    'a way out of the own paths',
    'path confusion',
    own,
    request('GET', '/.portcullis/../strict/{marker}'),
    400,
  ],
  ['something below the own paths', 'path confusion', own, request('GET', '/.portcullis/{marker}'), 404],
  ['something below the callback', 'path confusion', own, request('GET', `${back}/{marker}`), 404],
  [
    'a sign-out that leads away',
    'open redirect',
    own,
    request('GET', '/.portcullis/sign-out?rd=//{marker}.example', ...navigation),
    302,
  ],
  [
    'a sign-out from another site',
    'CSRF',
    own,
    withBody('POST', '/.portcullis/sign-out', 'x={marker}', ...crossSite),
    403,
  ],
  [
    'a sign-in that leads away',
    'open redirect',
    own,
    request('GET', '/.portcullis/sign-in?return_to=//{marker}.example', ...navigation),
    400,
  ],
  [
    'a sign-in that leads away by a backslash',
    'open redirect',
    own,
    request('GET', '/.portcullis/sign-in?return_to=/%5C{marker}.example', ...navigation),
    400,
  ],
  [
    'a sign-in that leads to itself',
    'redirect loop',
    own,
    request('GET', '/.portcullis/sign-in?return_to=/.portcullis/sign-in%3F{marker}', ...navigation),
    400,
  ],
  ['a sign-in by POST', 'method confusion', own, withBody('POST', '/.portcullis/sign-in', 'x={marker}'), 405],
  [
    'a session that another site asks about',
    'XS-Leaks',
    own,
    request('GET', '/.portcullis/session?{marker}', ...crossSite),
    403,
  ],
  ['a session of nobody', 'XS-Leaks', own, request('GET', '/.portcullis/session?{marker}'), 401],
  [
    'a sign-out that nobody began',
    'CSRF',
    own,
    request('GET', '/.portcullis/sign-out/finish?{marker}', ...navigation),
    303,
  ],
  [
    'a sign-out of everything from another site',
    'CSRF',
    own,
    withBody('POST', '/.portcullis/sign-out?everywhere=true', 'x={marker}', ...crossSite),
    403,
  ],
  [
    'metadata with a way out',
    'path confusion',
    own,
    request('GET', '/.well-known/oauth-protected-resource/../../strict/{marker}'),
    400,
  ],
  [
    'two slashes and a host',
    'CVE-2020-11053',
    'there is no such path',
    request('GET', '//evil.example/{marker}', ...navigation),
    400,
  ],
  [
    'a slash, a backslash and a host',
    'CVE-2020-4037',
    'there is no such path',
    request('GET', '/\\evil.example/{marker}', ...navigation),
    400,
  ],
  [
    'a slash, a tab and a host',
    'CVE-2020-11053',
    'there is no such path',
    request('GET', '/%09/evil.example/{marker}', ...navigation),
    400,
  ],
  [
    'an encoded slash and a host',
    'CVE-2020-5233',
    'there is no such path',
    request('GET', '/%2fevil.example/{marker}', ...navigation),
    400,
  ],
  [
    'a way to another host',
    'open redirect',
    'sign-in leads back to the same host',
    request('GET', '/@evil.example/{marker}', ...navigation),
    302,
  ],
  [
    'a query that is an address',
    'CVE-2021-21291',
    'sign-in leads back to the same host',
    request('GET', '/strict/{marker}?rd=https://evil.example&next=//evil.example', ...navigation),
    302,
  ],
]);

export const byHeader: Attempt[] = [...believed, ...exempt, ...odd, ...circumstances, ...ownPaths];
