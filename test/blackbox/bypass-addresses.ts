import { type Attempt, attempts, request } from './bypass-attempts.ts';

const twoReadings = 'what two parsers could read in two ways is refused';
const forgiving = 'a forgiving origin would take it for what an earlier route protects';
const cut = 'what follows a fragment is gone before anybody decides';
const asked = 'it is the private path, and is judged as that';

type Trick = readonly [
  target: string,
  source: string,
  why: string,
  status: number | readonly number[],
  passes?: number,
];
const tricks: readonly Trick[] = [
  ['/public/../strict/{marker}', 'CVE-2025-32431', twoReadings, 400],
  ['/public/%2e%2e/strict/{marker}', 'GHSA-xf64-8mw2-4gr2', twoReadings, 400],
  ['/public/.%2E/strict/{marker}', 'GHSA-vrch-868g-9jx5', twoReadings, 400],
  ['/public/./../strict/{marker}', 'GHSA-6jwx-7vp4-9847', twoReadings, 400],
  ['/public../strict/{marker}', 'GHSA-cxjq-mrr5-89rv', forgiving, 404],
  ['/public%2e%2e/strict/{marker}', 'GHSA-xf64-8mw2-4gr2', forgiving, 404],
  ['/public/..%2fstrict/{marker}', 'GHSA-gm3x-23wp-hc2c', twoReadings, 400],
  ['/public%2f..%2fstrict/{marker}', 'CVE-2026-29045', twoReadings, 400],
  ['/public/..%5cstrict%5c{marker}', 'GHSA-frvp-7c67-39w9', twoReadings, 400],
  ['/public/..\\strict\\{marker}', 'backslash', twoReadings, 400],
  ['\\strict\\{marker}', 'backslash', twoReadings, [400, 404]],
  ['/public/..;/strict/{marker}', 'matrix parameters', twoReadings, 400],
  ['/public;/../strict/{marker}', 'matrix parameters', twoReadings, 400],
  ['/strict;x=/public/{marker}', 'matrix parameters', twoReadings, 400],
  ['/public/..%3b/strict/{marker}', 'GHSA-gm3x-23wp-hc2c', twoReadings, 400],
  ['/public/%252e%252e/strict/{marker}', 'double encoding', twoReadings, 400],
  ['/public/%25%32%65%25%32%65/strict/{marker}', 'double encoding', twoReadings, 400],
  ['//strict/{marker}', 'GHSA-92pp-h63x-v22m', twoReadings, 400],
  ['/public//../strict/{marker}', 'GHSA-92pp-h63x-v22m', twoReadings, 400],
  ['/public///{marker}', 'GHSA-92pp-h63x-v22m', twoReadings, 400],
  ['/./strict/{marker}', 'dot segments', twoReadings, 400],
  ['/strict/{marker}/..', 'dot segments', twoReadings, 400],
  ['/strict/../public/../strict/{marker}', 'dot segments', twoReadings, 400],
  ['/public/.../strict/{marker}', 'dot segments', twoReadings, 400],
  ['/public/..%20/strict/{marker}', 'dot segments', twoReadings, 400],
  ['/strict/{marker}#/public/', 'GHSA-pxq7-h93f-9jrg', asked, 401],
  ['/public/#/../strict/{marker}', 'GHSA-cfc2-wjcm-c8fm', cut, 200, 1],
  ['/strict/{marker}%23/public/', 'GHSA-pxq7-h93f-9jrg', twoReadings, 400],
  ['/public/%23/../strict/{marker}', 'CVE-2026-41059', twoReadings, 400],
  ['/strict/{marker}?/public/', 'GHSA-7rh7-c77v-6434', asked, 401],
  ['/strict/{marker}?x=/public/../', 'GHSA-7rh7-c77v-6434', asked, 401],
  ['/strict/{marker}%3f/public/', 'CVE-2026-32811', twoReadings, 400],
  ['/public/x?a#/../../strict/{marker}', 'GHSA-crvj-82cr-hjcx', cut, 200, 1],
  ['/STRICT/{marker}', 'case folding', forgiving, 404],
  ['/PUBLIC/{marker}', 'case folding', forgiving, 404],
  ['/%73trict/{marker}', 'GHSA-vrch-868g-9jx5', asked, 401],
  ['/%53TRICT/{marker}', 'CVE-2026-47676', forgiving, 404],
  ['/%C5%BFtrict/{marker}', 'unicode normalisation', forgiving, 404],
  ['/%EF%BD%93trict/{marker}', 'unicode normalisation', forgiving, 404],
  ['/str%C4%B1ct/{marker}', 'case folding', forgiving, 404],
  ['/public/%EF%BC%8E%EF%BC%8E/strict/{marker}', 'unicode normalisation', twoReadings, 400],
  ['/public/%E2%80%A5/strict/{marker}', 'unicode normalisation', twoReadings, 400],
  [
    '/public/x%EF%BC%8F..%EF%BC%8F..%EF%BC%8Fstrict%EF%BC%8F{marker}',
    'unicode normalisation',
    twoReadings,
    400,
  ],
  ['/public/x%EF%BC%BC..%EF%BC%BCstrict%EF%BC%BC{marker}', 'unicode normalisation', twoReadings, 400],
  ['/public/%EF%BC%852e%EF%BC%852e/strict/{marker}', 'unicode normalisation', twoReadings, 400],
  ['/public/x%EF%BC%9B/..%EF%BC%9B/strict/{marker}', 'unicode normalisation', twoReadings, 400],
  ['/public/%C0%AE%C0%AE/strict/{marker}', 'overlong UTF-8', twoReadings, 400],
  ['/public/..%C0%AFstrict/{marker}', 'overlong UTF-8', twoReadings, 400],
  ['/public/%E0%80%AE%E0%80%AE/strict/{marker}', 'overlong UTF-8', twoReadings, 400],
  ['/public/%u002e%u002e/strict/{marker}', 'IIS encoding', twoReadings, 400],
  ['/public/%/{marker}', 'malformed encoding', twoReadings, 400],
  ['/public/%2/{marker}', 'malformed encoding', twoReadings, 400],
  ['/public/..%00/strict/{marker}', 'null byte', twoReadings, 400],
  ['/strict/{marker}%00/public/', 'GHSA-gm3x-23wp-hc2c', twoReadings, 400],
  ['/public/%0d%0aX-Forwarded-User:%20{marker}', 'header injection', twoReadings, 400],
  ['/public/%09../strict/{marker}', 'control characters', twoReadings, 400],
  ['/public/\x01/{marker}', 'control characters', twoReadings, 400],
  ['/public/\t/{marker}', 'control characters', twoReadings, 400],
  ['/public/\xc3\xa9/../strict/{marker}', 'raw UTF-8', twoReadings, 400],
  ['/public/\x00/{marker}', 'null byte', twoReadings, 400],
  ['/strict::$DATA/{marker}', 'alternate data streams', forgiving, 404],
  ['/strict:x/{marker}', 'alternate data streams', forgiving, 404],
  ['/strict./{marker}', 'trailing dots', forgiving, 404],
  ['/strict%20/{marker}', 'trailing dots', forgiving, 404],
  ['/public/"><script>{marker}', 'markup', twoReadings, 400],
  ['strict/{marker}', 'rootless target', 'a path begins with a slash', [400, 404]],
  ['http:http://{host}/strict/{marker}', 'GHSA-f52w-8j3h-j724', 'a path begins with a slash', [400, 404]],
  ['http://{host}/strict/{marker}', 'absolute form', asked, [400, 401, 404]],
  ['https://{host}/strict/{marker}', 'absolute form', asked, [400, 401, 404]],
  [
    'http://{host}@evil.example/strict/{marker}',
    'absolute form',
    'no user stands in an address',
    [400, 401, 404],
  ],
  ['http://evil.example/strict/{marker}', 'absolute form', 'there is no such host', [400, 401, 404]],
  ['?{marker}', 'rootless target', 'a path begins with a slash', 400],
];

const paths = attempts(
  tricks.map(([target, source, why, status, passes = 0]) => [
    `the path ${JSON.stringify(target.replace('{marker}', '…'))}`,
    source,
    why,
    request('GET', target),
    status,
    passes,
  ]),
);

const at = (...lines: readonly string[]): string =>
  `GET /strict/{marker} HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const oneHost = 'a request has one host, and it is named exactly';
const noRoute = 'no route is there';

const hosts = attempts([
  ['two hosts', 'duplicated host', oneHost, at('Host: {host}', 'Host: public.bypass.test'), [400, 404]],
  ['the same host twice', 'duplicated host', oneHost, at('Host: {host}', 'Host: {host}'), [400, 401]],
  [
    'the other host first',
    'duplicated host',
    oneHost,
    at('Host: public.bypass.test', 'Host: {host}'),
    [400, 404],
  ],
  ['no host', 'RFC 9112 §3.2', oneHost, at('X: 1'), [400, 404]],
  ['an empty host', 'RFC 9112 §3.2', oneHost, at('Host: '), [400, 404]],
  ['a space before the colon', 'RFC 9112 §5.1', oneHost, at('Host : {host}'), 400],
  ['a host on two lines', 'obs-fold', oneHost, at('Host: public.bypass.test', ' {host}'), [400, 404]],
  ['two hosts in one', 'duplicated host', oneHost, at('Host: {host}, public.bypass.test'), [400, 404]],
  ['a host in capitals', 'CVE-2026-48794', asked, at('Host: NODE.Bypass.TEST'), 401],
  ['a trailing dot', 'CVE-2022-23632', asked, at('Host: {host}.'), 401],
  ['two trailing dots', 'CVE-2022-23632', noRoute, at('Host: {host}..'), [400, 404]],
  ['the port of the scheme', 'host confusion', asked, at('Host: {host}:443'), 401],
  ['another port', 'host confusion', noRoute, at('Host: {host}:8080'), 404],
  ['a port with a zero before', 'host confusion', noRoute, at('Host: {host}:0443'), [400, 404]],
  ['an empty port', 'host confusion', oneHost, at('Host: {host}:'), [400, 401, 404]],
  ['a port that is none', 'host confusion', oneHost, at('Host: {host}:x'), 400],
  ['a port beyond the last', 'host confusion', noRoute, at('Host: {host}:99999'), [400, 404]],
  ['a user', 'host confusion', oneHost, at('Host: admin@{host}'), [400, 404]],
  ['a host after a user', 'host confusion', oneHost, at('Host: {host}@evil.example'), [400, 404]],
  ['a path in the host', 'host confusion', oneHost, at('Host: {host}/public'), 400],
  ['a query in the host', 'host confusion', oneHost, at('Host: {host}?'), 400],
  ['a fragment in the host', 'host confusion', oneHost, at('Host: {host}#'), 400],
  ['a backslash in the host', 'host confusion', oneHost, at('Host: {host}\\public'), 400],
  ['an encoded host', 'host confusion', oneHost, at('Host: %6eode.bypass.test'), 400],
  ['a wide host', 'unicode normalisation', oneHost, at('Host: \xef\xbd\x8eode.bypass.test'), 400],
  ['a soft hyphen in the host', 'unicode normalisation', oneHost, at('Host: no\xc2\xadde.bypass.test'), 400],
  ['a space in the host', 'host confusion', oneHost, at('Host: {host} evil.example'), 400],
  ['a tab in the host', 'host confusion', oneHost, at('Host: no\tde.bypass.test'), 400],
  ['a NUL in the host', 'null byte', oneHost, at('Host: {host}\x00.evil.example'), 400],
  ['below the host', 'host confusion', noRoute, at('Host: public.{host}'), 404],
  ['above the host', 'host confusion', noRoute, at('Host: bypass.test'), 404],
  ['the loopback address', 'host confusion', noRoute, at('Host: 127.0.0.1'), 404],
  ['the loopback address in hexadecimal', 'host confusion', noRoute, at('Host: 0x7f.1'), 400],
  ['the loopback address in six', 'host confusion', noRoute, at('Host: [::1]'), 404],
  ['localhost', 'host confusion', noRoute, at('Host: localhost'), 404],
  [
    'an address and another host',
    'RFC 9112 §3.2.2',
    oneHost,
    'GET http://public.bypass.test/strict/{marker} HTTP/1.1\r\nHost: {host}\r\n\r\n',
    [400, 401, 404],
  ],
  [
    'another address and the host',
    'RFC 9112 §3.2.2',
    oneHost,
    'GET http://{host}/strict/{marker} HTTP/1.1\r\nHost: public.bypass.test\r\n\r\n',
    [400, 404],
  ],
]);

const stricter = 'the stricter of two patterns is asked first, whatever the spelling';

/** A public pattern of hosts that covers a stricter one above it. */
const patterns = attempts([
  ['a host below a stricter pattern', 'CVE-2026-48794', stricter, at('Host: x.inner.apps.test'), 401],
  ['a stricter pattern in capitals', 'CVE-2026-48794', stricter, at('Host: x.Inner.apps.test'), 401],
  ['a stricter pattern with a dot', 'CVE-2022-23632', stricter, at('Host: x.inner.apps.test.'), 401],
  ['a stricter pattern with its port', 'host confusion', stricter, at('Host: x.inner.apps.test:443'), 401],
  [
    'a stricter pattern with another port',
    'host confusion',
    noRoute,
    at('Host: x.inner.apps.test:8443'),
    404,
  ],
  ['a stricter pattern, deeper', 'host confusion', stricter, at('Host: x.y.inner.apps.test'), [401, 404]],
  ['a stricter pattern without a name', 'host confusion', oneHost, at('Host: .inner.apps.test'), 400],
  ['an encoded dot in a stricter pattern', 'host confusion', oneHost, at('Host: x%2einner.apps.test'), 400],
  [
    'a wide letter in a stricter pattern',
    'unicode normalisation',
    oneHost,
    at('Host: x.\xef\xbd\x89nner.apps.test'),
    400,
  ],
  [
    'an underscore in a stricter pattern',
    'host confusion',
    oneHost,
    at('Host: x_.inner.apps.test'),
    [400, 401],
  ],
]);

const atIssuer = (method: string, target: string, host: string, ...lines: readonly string[]): string =>
  `${method} ${target} HTTP/1.1\r\nHost: ${host}\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const issuers = "the issuer's own paths are no origin's, on its host";

/** On the issuer's own host an origin has everything that is not the issuer's. */
const issuerPaths = attempts([
  [
    'sign-in at the host with a dot',
    'CVE-2022-23632',
    issuers,
    atIssuer('GET', '/signin?{marker}', 'auth.bypass.test.'),
    200,
  ],
  [
    'sign-in at the host with its port',
    'host confusion',
    issuers,
    atIssuer('GET', '/signin?{marker}', 'auth.bypass.test:443'),
    200,
  ],
  [
    'sign-in at the host in capitals',
    'host confusion',
    issuers,
    atIssuer('GET', '/signin?{marker}', 'AUTH.Bypass.Test'),
    200,
  ],
  [
    'sign-in at the host and another',
    'duplicated host',
    issuers,
    atIssuer('GET', '/signin?{marker}', 'auth.bypass.test', 'Host: {host}'),
    400,
  ],
  [
    'an encoded letter',
    'CVE-2026-47676',
    issuers,
    atIssuer('GET', '/%73ignin?{marker}', 'auth.bypass.test'),
    200,
  ],
  ['two slashes', 'path confusion', issuers, atIssuer('GET', '//signin?{marker}', 'auth.bypass.test'), 400],
  [
    'an encoded slash',
    'CVE-2026-29045',
    issuers,
    atIssuer('GET', '/oauth%2fuserinfo?{marker}', 'auth.bypass.test'),
    400,
  ],
  ['a way out', 'path confusion', issuers, atIssuer('GET', '/x/../signin?{marker}', 'auth.bypass.test'), 400],
  [
    'a service worker',
    'service worker',
    'none may stand before the sign-in page',
    atIssuer('GET', '/sw.js?{marker}', 'auth.bypass.test', 'Service-Worker: script'),
    400,
  ],
]);

export const byAddress: Attempt[] = [...paths, ...hosts, ...patterns, ...issuerPaths];
