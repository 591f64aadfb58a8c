import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { navigation, request, withBody } from './bypass-attempts.ts';
import type { Belongings } from './bypass-ground.ts';

/** What an ordinary person tries who wants to be somebody else, or to be where they may not be. */
export interface Impersonation {
  name: string;
  source: string;
  why: string;
  /** What is sent, with `{host}` and `{marker}`, by somebody who has these belongings. */
  bytes: (belongings: Belongings) => string;
  status: number | readonly number[];
}

type Lines = readonly string[];
type Row = readonly [
  name: string,
  source: string,
  why: string,
  bytes: (belongings: Belongings) => string,
  status: number | readonly number[],
];

const rows = (all: readonly Row[]): Impersonation[] =>
  all.map(([name, source, why, bytes, status]) => ({ name, source, why, bytes, status }));

const GATE = '__Host-portcullis-gate';
const at = (place: string, ...lines: Lines) => request('GET', `/${place}/{marker}`, ...lines);
const bearer = (token: string, ...lines: Lines) => at('strict', `Authorization: Bearer ${token}`, ...lines);
const cookie = (value: string, ...lines: Lines) => at('strict', `Cookie: ${value}`, ...lines);
const good = ({ gateCookie }: Belongings) => `Cookie: ${GATE}=${gateCookie}`;

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const partsOf = (token: string): [head: Record<string, unknown>, claims: Record<string, unknown>] => {
  const [head = '', claims = ''] = token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString() as string);
  return [JSON.parse(head), JSON.parse(claims)];
};

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const strangersKey = { ...stranger.publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig', kid: 'k' };

/** The person's token with other claims and another header, signed by a stranger. */
function forged(token: string, changedHead: object = {}, changedClaims: object = {}): string {
  const [head, claims] = partsOf(token);
  const input = `${encoded({ ...head, ...changedHead })}.${encoded({ ...claims, ...changedClaims })}`;
  const key = { key: stranger.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
}

/** The person's token in the name of somebody else, with the signature that it has. */
function renamed(token: string, changedHead: object = {}): string {
  const [head, claims] = partsOf(token);
  return `${encoded({ ...head, ...changedHead })}.${encoded({ ...claims, sub: 'admin' })}.${token.split('.')[2]}`;
}

/** RSA or EC to HMAC: what is public is the secret. */
function byPublicKey({ tokens, keys }: Belongings): string {
  const [head, claims] = partsOf(tokens.strict);
  const input = `${encoded({ ...head, alg: 'HS256' })}.${encoded({ ...claims, sub: 'admin' })}`;
  const key = JSON.stringify(keys.keys.find(({ kid }) => kid === head.kid));
  return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`;
}

const flipped = (text: string): string => text.slice(0, -2) + (text.at(-2) === 'A' ? 'B' : 'A') + text.at(-1);
const parts = (value: string) => value.split('.');

const thisHost = 'a handle is for the host that it was made for';
const handle = 'a handle is taken whole, under its own name, or not at all';
const signature = 'the key that signs is one of ours, whatever the token says';
const meant = 'a token is good for what it was issued for';
const oneWay = 'credentials come in one way, and are judged alone';

const cookies = rows([
  [
    'the cookie of another host',
    'cookie confusion',
    thisHost,
    ({ otherHostsCookie }) => cookie(`${GATE}=${otherHostsCookie}`),
    401,
  ],
  [
    "the issuer's cookie",
    'cookie confusion',
    handle,
    ({ issuerCookie }) => cookie(`${GATE}=${issuerCookie}`),
    401,
  ],
  [
    "the issuer's cookie under its own name",
    'cookie confusion',
    handle,
    ({ issuerCookie }) => cookie(`__Host-portcullis-session=${issuerCookie}`),
    401,
  ],
  [
    'a sign-in that has begun',
    'purpose confusion',
    'what is sealed for one purpose opens for no other',
    ({ signInCookie }) => cookie(`${GATE}=${signInCookie}`),
    401,
  ],
  [
    'an access token as a cookie',
    'cookie confusion',
    handle,
    ({ tokens }) => cookie(`${GATE}=${tokens.strict}`),
    401,
  ],
  [
    'a refresh token as a cookie',
    'cookie confusion',
    handle,
    ({ refreshToken }) => cookie(`${GATE}=${refreshToken}`),
    401,
  ],
  [
    'a name in small letters',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`__host-portcullis-gate=${gateCookie}`),
    401,
  ],
  [
    'a name without its prefix',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`portcullis-gate=${gateCookie}`),
    401,
  ],
  [
    'another prefix',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`__Secure-portcullis-gate=${gateCookie}`),
    401,
  ],
  [
    'a nameless cookie',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`=${GATE}=${gateCookie}`),
    401,
  ],
  [
    'a value in quotes',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`${GATE}="${gateCookie}"`),
    401,
  ],
  [
    'a name with a space',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`${GATE} =${gateCookie}`),
    401,
  ],
  [
    'a name after a space that is none',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`\x0b${GATE}=${gateCookie}`),
    [400, 401],
  ],
  [
    'after a comma',
    'cookie name trick',
    handle,
    ({ gateCookie }) => cookie(`a=1, ${GATE}=${gateCookie}`),
    401,
  ],
  [
    'a worse one before it',
    'cookie tossing',
    'of two, the first',
    ({ gateCookie }) => cookie(`${GATE}=x; ${GATE}=${gateCookie}`),
    401,
  ],
  [
    'one letter changed',
    'forged cookie',
    handle,
    ({ gateCookie }) => cookie(`${GATE}=${flipped(gateCookie)}`),
    401,
  ],
  [
    'cut short',
    'forged cookie',
    handle,
    ({ gateCookie }) => cookie(`${GATE}=${gateCookie.slice(0, -1)}`),
    401,
  ],
  ['made longer', 'forged cookie', handle, ({ gateCookie }) => cookie(`${GATE}=${gateCookie}.x`), 401],
  [
    'two handles in one',
    'forged cookie',
    handle,
    ({ gateCookie, otherHostsCookie }) =>
      cookie(`${GATE}=${[...parts(otherHostsCookie).slice(0, 3), ...parts(gateCookie).slice(3)].join('.')}`),
    401,
  ],
  [
    'a header of another kind',
    'forged cookie',
    handle,
    ({ gateCookie }) =>
      cookie(`${GATE}=${[encoded({ alg: 'none', enc: 'none' }), ...parts(gateCookie).slice(1)].join('.')}`),
    401,
  ],
  [
    'after signing out',
    'session replay',
    'it was over before the answer to the sign-out',
    ({ endedCookie }) => cookie(`${GATE}=${endedCookie}`),
    401,
  ],
  [
    'in another header',
    'cookie confusion',
    oneWay,
    ({ gateCookie }) => at('strict', `Cookie2: ${GATE}=${gateCookie}`, `X-Cookie: ${GATE}=${gateCookie}`),
    401,
  ],
  [
    'in the query',
    'cookie confusion',
    oneWay,
    ({ gateCookie }) => request('GET', `/strict/{marker}?${GATE}=${gateCookie}`),
    401,
  ],
  [
    'with Basic credentials',
    'credential confusion',
    oneWay,
    (has) => at('strict', good(has), 'Authorization: Basic YTpi'),
    401,
  ],
  [
    'with a bad token',
    'credential confusion',
    oneWay,
    (has) => at('strict', good(has), 'Authorization: Bearer x'),
    401,
  ],
  [
    'at the host with another port',
    'cookie confusion',
    'no route is there',
    (has) => at('strict', good(has)).replace('{host}', '{host}:8443'),
    404,
  ],
]);

const tokens = rows([
  ['a token for another route', 'RFC 8707', meant, ({ tokens }) => bearer(tokens.token), 401],
  ['a token for another host', 'RFC 8707', meant, ({ tokens }) => bearer(tokens.otherHosts), 401],
  ['an ID token', 'token confusion', meant, ({ idToken }) => bearer(idToken), 401],
  ['a refresh token', 'token confusion', meant, ({ refreshToken }) => bearer(refreshToken), 401],
  [
    'an opaque token for another resource',
    'token confusion',
    meant,
    ({ tokens }) => bearer(tokens.opaque),
    401,
  ],
  ["the gate's cookie as a token", 'token confusion', meant, ({ gateCookie }) => bearer(gateCookie), 401],
  [
    "the issuer's cookie as a token",
    'token confusion',
    meant,
    ({ issuerCookie }) => bearer(issuerCookie),
    401,
  ],
  [
    'a bound token as a bearer',
    'RFC 9449 §7.1',
    'it is worth nothing without its key',
    ({ boundToken }) => at('token', `Authorization: Bearer ${boundToken}`),
    401,
  ],
  [
    'a bound token without a proof',
    'RFC 9449 §7.1',
    'it is worth nothing without its key',
    ({ boundToken }) => at('token', `Authorization: DPoP ${boundToken}`),
    [400, 401],
  ],
  [
    "a bound token with a stranger's proof",
    'RFC 9449 §7.1',
    'it is worth nothing without its key',
    ({ boundToken, strangersProof }) =>
      at('token', `Authorization: DPoP ${boundToken}`, `DPoP: ${strangersProof}`),
    401,
  ],
  [
    'a bearer token with a proof',
    'RFC 9449 §7.2',
    'it is bound to no key',
    ({ tokens, strangersProof }) =>
      at('token', `Authorization: DPoP ${tokens.token}`, `DPoP: ${strangersProof}`),
    401,
  ],
  [
    "a client's own token",
    'RFC 9068 §5',
    'a client is no person',
    ({ machine }) => at('token', `Authorization: Bearer ${machine.token}`),
    [401, 403],
  ],
  [
    'a token whose session has ended',
    'session replay',
    'it was over before the answer to the sign-out',
    ({ endedToken }) => bearer(endedToken),
    401,
  ],
  [
    'without a signature',
    'CVE-2015-9235',
    signature,
    ({ tokens }) => bearer(`${parts(tokens.strict).slice(0, 2).join('.')}.`),
    401,
  ],
  [
    'alg none',
    'CVE-2015-9235',
    signature,
    ({ tokens }) => bearer(`${renamed(tokens.strict, { alg: 'none' }).split('.').slice(0, 2).join('.')}.`),
    401,
  ],
  [
    'alg nOnE',
    'CVE-2015-9235',
    signature,
    ({ tokens }) => bearer(renamed(tokens.strict, { alg: 'nOnE' })),
    401,
  ],
  ['the public key as a secret', 'CVE-2026-22817', signature, (has) => bearer(byPublicKey(has)), 401],
  ['another sub', 'forged token', signature, ({ tokens }) => bearer(renamed(tokens.strict)), 401],
  [
    'one letter of the signature',
    'forged token',
    signature,
    ({ tokens }) => bearer(flipped(tokens.strict)),
    401,
  ],
  [
    'a signature of noughts',
    'CVE-2022-21449',
    signature,
    ({ tokens }) => bearer(`${parts(tokens.strict).slice(0, 2).join('.')}.${'A'.repeat(86)}`),
    401,
  ],
  [
    'the signature of another token',
    'forged token',
    signature,
    ({ tokens }) => bearer([...parts(tokens.token).slice(0, 2), parts(tokens.strict)[2]].join('.')),
    401,
  ],
  [
    "a stranger's key under our name",
    'forged token',
    signature,
    ({ tokens }) => bearer(forged(tokens.strict)),
    401,
  ],
  [
    'a key in the header',
    'RFC 7515 §4.1.3',
    signature,
    ({ tokens }) => bearer(forged(tokens.strict, { jwk: strangersKey, kid: undefined })),
    401,
  ],
  [
    'the address of a key set',
    'RFC 7515 §4.1.2',
    signature,
    ({ tokens }) => bearer(forged(tokens.strict, { jku: 'https://{marker}.example/jwks.json', kid: 'k' })),
    401,
  ],
  [
    'the address of a certificate',
    'RFC 7515 §4.1.5',
    signature,
    ({ tokens }) => bearer(forged(tokens.strict, { x5u: 'https://{marker}.example/', x5c: ['AAAA'] })),
    401,
  ],
  [
    'a kid that is a path',
    'kid injection',
    signature,
    ({ tokens }) => bearer(forged(tokens.strict, { kid: '../../../../dev/null' })),
    401,
  ],
  [
    'a kid that is a query',
    'kid injection',
    signature,
    ({ tokens }) => bearer(forged(tokens.strict, { kid: "' UNION SELECT 'x" })),
    401,
  ],
  [
    'a kid that is a prototype',
    'prototype pollution',
    signature,
    ({ tokens }) => bearer(forged(tokens.strict, { kid: '__proto__' })),
    401,
  ],
  [
    'the kid of another key',
    'kid injection',
    signature,
    ({ tokens, keys }) =>
      bearer(renamed(tokens.strict, { kid: keys.keys.find(({ kty }) => kty === 'RSA')?.kid })),
    401,
  ],
  [
    'a critical header',
    'RFC 7515 §4.1.11',
    signature,
    ({ tokens }) => bearer(renamed(tokens.strict, { crit: ['b64'], b64: false })),
    401,
  ],
  [
    'the typ of an assertion',
    'RFC 8725 §3.11',
    meant,
    ({ tokens }) => bearer(forged(tokens.strict, { typ: 'portcullis-assertion+jwt' })),
    401,
  ],
  [
    'under another scheme',
    'CVE-2026-47673',
    oneWay,
    ({ tokens }) => at('strict', `Authorization: Token ${tokens.strict}`),
    401,
  ],
  [
    'as a password',
    'CVE-2026-47673',
    oneWay,
    ({ tokens }) =>
      at('strict', `Authorization: Basic ${Buffer.from(`x:${tokens.strict}`).toString('base64')}`),
    401,
  ],
  [
    'without a scheme',
    'CVE-2026-47673',
    oneWay,
    ({ tokens }) => at('strict', `Authorization: ${tokens.strict}`),
    401,
  ],
  [
    'two headers',
    'credential confusion',
    oneWay,
    ({ tokens }) => at('strict', `Authorization: Bearer ${tokens.strict}`, 'Authorization: Bearer x'),
    [400, 401],
  ],
  [
    'two tokens',
    'credential confusion',
    oneWay,
    ({ tokens }) => bearer(`${tokens.strict}, Bearer x`),
    [400, 401],
  ],
  [
    'a token and a parameter',
    'credential confusion',
    oneWay,
    ({ tokens }) => bearer(`${tokens.strict}; x=y`),
    [400, 401],
  ],
  [
    'in the query',
    'RFC 6750 §5.3',
    oneWay,
    ({ tokens }) => request('GET', `/strict/{marker}?access_token=${tokens.strict}`),
    401,
  ],
  [
    'in a form',
    'RFC 6750 §2.2',
    oneWay,
    ({ tokens }) =>
      withBody(
        'POST',
        '/strict/{marker}',
        `access_token=${tokens.strict}`,
        'Content-Type: application/x-www-form-urlencoded',
      ),
    401,
  ],
  [
    'in the headers of proxies',
    'header confusion',
    oneWay,
    ({ tokens }) =>
      at(
        'strict',
        `X-Forwarded-Access-Token: ${tokens.strict}`,
        `Proxy-Authorization: Bearer ${tokens.strict}`,
        `X-Authorization: Bearer ${tokens.strict}`,
      ),
    401,
  ],
  [
    'in a WebSocket protocol',
    'credential confusion',
    oneWay,
    ({ tokens }) =>
      at(
        'strict',
        'Connection: Upgrade',
        'Upgrade: websocket',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        `Sec-WebSocket-Protocol: bearer, ${tokens.strict}`,
      ),
    401,
  ],
]);

const allowed = 'what a caller must be is what the gate knows, not what the caller says';
const site = 'what changes something comes from a page of this very host';
const post = (has: Belongings, ...lines: Lines) =>
  withBody('POST', '/strict/{marker}', 'x=1', good(has), ...lines);
const upgrade: Lines = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

const privileges = rows([
  [
    'without the scope',
    'RFC 6750 §3.1',
    allowed,
    ({ tokens }) => at('scope', `Authorization: Bearer ${tokens.withoutScope}`),
    403,
  ],
  [
    'a scope that a header says',
    'header smuggling',
    allowed,
    ({ tokens }) =>
      at(
        'scope',
        `Authorization: Bearer ${tokens.withoutScope}`,
        'X-Scope: notes:read',
        'X-Forwarded-Scope: notes:read',
      ),
    403,
  ],
  ['a session where a scope is asked for', 'RFC 6750 §3.1', allowed, (has) => at('scope', good(has)), 403],
  ['without the group', 'CVE-2021-21411', allowed, (has) => at('groups', good(has)), 403],
  [
    'a group that a header says',
    'header smuggling',
    allowed,
    (has) => at('groups', good(has), 'X-Forwarded-Groups: staff', 'Remote-Groups: staff'),
    403,
  ],
  ['without the claim', 'GHSA-c5c4-8r6x-56w3', allowed, (has) => at('claims', good(has)), 403],
  [
    'a claim that a header says',
    'header smuggling',
    allowed,
    (has) => at('claims', good(has), 'X-Forwarded-Email: grace@bypass.test'),
    403,
  ],
  [
    'a person where a client is asked for',
    'client confusion',
    allowed,
    (has) => at('machines', good(has)),
    403,
  ],
  [
    'a route in other letters',
    'GHSA-j748-h363-wqj8',
    'a forgiving origin would take it for the other route',
    (has) => request('GET', '/GROUPS/{marker}', good(has)),
    404,
  ],
  [
    'a route behind another',
    'CVE-2025-32431',
    'what two parsers could read in two ways is refused',
    (has) => request('GET', '/strict/..%2fgroups/{marker}', good(has)),
    400,
  ],
  [
    'POST from another site',
    'CSRF',
    site,
    (has) => post(has, 'Origin: https://evil.example', 'Sec-Fetch-Site: cross-site'),
    403,
  ],
  [
    'POST from another host of the site',
    'CSRF',
    site,
    (has) => post(has, 'Origin: https://auth.bypass.test', 'Sec-Fetch-Site: same-site'),
    403,
  ],
  ['POST from nowhere', 'CSRF', site, (has) => post(has, 'Origin: null'), 403],
  ['POST that says nothing', 'GHSA-2234-fmw7-43wr', site, (has) => post(has), 403],
  [
    'POST with a type in capitals',
    'CVE-2024-43787',
    site,
    (has) => post(has, 'Content-Type: Application/X-WWW-Form-Urlencoded'),
    403,
  ],
  ['POST with a Referer', 'CSRF', site, (has) => post(has, 'Referer: https://{host}/'), 403],
  ['POST from the host by http', 'CSRF', site, (has) => post(has, 'Origin: http://{host}'), 403],
  ['POST from the host with a dot', 'CSRF', site, (has) => post(has, 'Origin: https://{host}.'), 403],
  [
    'POST from a host with the same beginning',
    'CSRF',
    site,
    (has) => post(has, 'Origin: https://{host}.evil.example'),
    403,
  ],
  [
    'POST from two sites',
    'CSRF',
    site,
    (has) => post(has, 'Origin: https://evil.example', 'Origin: https://{host}'),
    403,
  ],
  [
    'POST whose two headers differ',
    'CSRF',
    site,
    (has) => post(has, 'Origin: https://{host}', 'Sec-Fetch-Site: cross-site'),
    403,
  ],
  [
    'DELETE from another site',
    'CSRF',
    site,
    (has) => request('DELETE', '/strict/{marker}', good(has), 'Origin: https://evil.example'),
    403,
  ],
  [
    'a WebSocket of another site',
    'WebSocket hijacking',
    site,
    (has) => at('strict', good(has), ...upgrade, 'Origin: https://evil.example'),
    403,
  ],
  ['a WebSocket of no site', 'WebSocket hijacking', site, (has) => at('strict', good(has), ...upgrade), 403],
  [
    'an upgrade to something else',
    'WebSocket hijacking',
    site,
    (has) => at('strict', good(has), 'Connection: Upgrade', 'Upgrade: x', 'Origin: https://evil.example'),
    403,
  ],
  [
    'a sign-out from another site',
    'CSRF',
    site,
    (has) =>
      withBody('POST', '/.portcullis/sign-out', 'x={marker}', good(has), 'Origin: https://evil.example'),
    403,
  ],
  [
    'a callback in a session',
    'login CSRF',
    'a sign-in ends in the browser that began it',
    (has) =>
      request(
        'GET',
        '/.portcullis/callback?code={marker}&state=x&iss=https://auth.bypass.test',
        good(has),
        ...navigation,
      ),
    400,
  ],
  [
    'plain http',
    'RFC 6797',
    'nothing is done with it',
    (has) => at('strict', good(has), 'Test-Plain: 1'),
    308,
  ],
]);

export const impersonations: Impersonation[] = [...cookies, ...tokens, ...privileges];

/**
 * Headers by which somebody who may pass tries to pass for another. `{marker}` is the other's name: the origin sees the
 * request, and nothing of it.
 */
export const disguises: readonly (readonly [source: string, ...lines: Lines])[] = [
  ['own assertion', 'Portcullis-Assertion: {marker}'],
  ['own assertion, twice', 'Portcullis-Assertion: {marker}', 'PORTCULLIS-ASSERTION: {marker}'],
  [
    'own assertion, other signs',
    'Portcullis_Assertion: {marker}',
    'Portcullis.Assertion: {marker}',
    'portcullis~assertion: {marker}',
  ],
  ['Connection', 'Connection: Portcullis-Assertion', 'X-A: 1'],
  ['GHSA-62c8-mh53-4cqv', 'Connection: X-Forwarded-Host, X-Forwarded-Proto, Forwarded'],
  ['GHSA-92mv-8f8w-wq52', 'Connection: x-forwarded-host, portcullis-assertion, forwarded'],
  ['GHSA-m697-4v8f-55qg', 'Connection: X-Custom', 'X-Custom: {marker}', 'x_custom: {marker}'],
  ['Proxy-Connection', 'Proxy-Connection: portcullis-assertion', 'Keep-Alive: {marker}', 'TE: {marker}'],
  [
    'oauth2-proxy',
    'X-Forwarded-User: {marker}',
    'X-Forwarded-Email: {marker}',
    'X-Forwarded-Groups: {marker}',
    'X-Forwarded-Preferred-Username: {marker}',
    'X-Forwarded-Access-Token: {marker}',
  ],
  [
    'oauth2-proxy',
    'X-Auth-Request-User: {marker}',
    'X-Auth-Request-Email: {marker}',
    'X-Auth-Request-Groups: {marker}',
    'X-Auth-Request-Access-Token: {marker}',
    'GAP-Auth: {marker}',
  ],
  [
    'GHSA-vjrc-mh2v-45x6',
    'X_Forwarded_User: {marker}',
    'X_Forwarded-Email: {marker}',
    'x-forwarded_groups: {marker}',
  ],
  ['GHSA-x677-9fxg-v5c5', 'X_Auth_User: {marker}', 'x_auth_user: {marker}', 'X-AUTH_USER: {marker}'],
  [
    'GHSA-rf44-j88r-hh8c',
    'X.Authenticated.User: {marker}',
    'X.Forwarded.User: {marker}',
    'Remote.User: {marker}',
    'X!Forwarded!User: {marker}',
  ],
  ['GHSA-qr99-7898-vr7c', 'x-auth-user: {marker}', 'X-AUTH-USER: {marker}', 'X-WebAuth-User: {marker}'],
  [
    'Authelia',
    'Remote-User: {marker}',
    'Remote-Groups: {marker}',
    'Remote-Name: {marker}',
    'Remote-Email: {marker}',
    'REMOTE_USER: {marker}',
  ],
  [
    'authentik',
    'X-authentik-username: {marker}',
    'X-authentik-groups: {marker}',
    'X-authentik-jwt: {marker}',
    'X-authentik-uid: {marker}',
  ],
  [
    'Pomerium',
    'X-Pomerium-Jwt-Assertion: {marker}',
    'X-Pomerium-Claim-Email: {marker}',
    'X-Pomerium-Authorization: {marker}',
  ],
  ['Cloudflare Access', 'Cf-Access-Jwt-Assertion: {marker}', 'Cf-Access-Authenticated-User-Email: {marker}'],
  [
    'Google IAP',
    'X-Goog-Authenticated-User-Email: {marker}',
    'X-Goog-Authenticated-User-Id: {marker}',
    'X-Goog-IAP-JWT-Assertion: {marker}',
  ],
  [
    'AWS',
    'X-Amzn-Oidc-Identity: {marker}',
    'X-Amzn-Oidc-Data: {marker}',
    'X-Amzn-Oidc-Accesstoken: {marker}',
    'X-Amzn-Mtls-Clientcert-Subject: {marker}',
  ],
  [
    'Azure',
    'X-MS-CLIENT-PRINCIPAL: {marker}',
    'X-MS-CLIENT-PRINCIPAL-NAME: {marker}',
    'X-MS-TOKEN-AAD-ID-TOKEN: {marker}',
    'X-ARR-ClientCert: {marker}',
  ],
  [
    'App Engine',
    'X-AppEngine-User-Email: {marker}',
    'X-Endpoint-API-UserInfo: {marker}',
    'X-Apigateway-Api-Userinfo: {marker}',
  ],
  [
    'Kong',
    'X-Consumer-Username: {marker}',
    'X-Consumer-Custom-ID: {marker}',
    'X-Credential-Identifier: {marker}',
    'X-Authenticated-Userid: {marker}',
    'X-Userinfo: {marker}',
    'X-Id-Token: {marker}',
    'X-Access-Token: {marker}',
  ],
  ['Caddy', 'X-Token-Subject: {marker}', 'X-Token-User-Email: {marker}', 'X-Token-User-Roles: {marker}'],
  ['Tailscale', 'Tailscale-User-Login: {marker}', 'Tailscale-User-Name: {marker}'],
  ['Vouch', 'X-Vouch-User: {marker}', 'X-Vouch-IdP-Claims-Email: {marker}'],
  [
    'Kubernetes',
    'Impersonate-User: {marker}',
    'Impersonate-Group: {marker}',
    'X-Remote-User: {marker}',
    'X-Remote-Group: {marker}',
    'X-Remote-Extra-Scopes: {marker}',
  ],
  [
    'SiteMinder and WebSEAL',
    'SM_USER: {marker}',
    'SM-UNIVERSALID: {marker}',
    'iv-user: {marker}',
    'IV_GROUPS: {marker}',
  ],
  [
    'mod_auth_openidc',
    'OIDC_CLAIM_sub: {marker}',
    'OIDC-CLAIM-email: {marker}',
    'OIDC_access_token: {marker}',
  ],
  ['Shibboleth', 'Shib-Identity-Provider: {marker}', 'Shib_Session_ID: {marker}'],
  [
    'certificates',
    'SSL_CLIENT_S_DN: {marker}',
    'X-SSL-Client-CN: {marker}',
    'X-SSL-Client-Verify: {marker}',
    'X-Forwarded-Client-Cert: {marker}',
    'Client-Cert: {marker}',
    'X-Client-Cert: {marker}',
    'X-Client-DN: {marker}',
  ],
  ['RFC 9440', 'Client-Cert: {marker}', 'Client-Cert-Chain: {marker}', 'client_cert: {marker}'],
  [
    'plain names',
    'X-User: {marker}',
    'X-User-Id: {marker}',
    'X-Username: {marker}',
    'X-Email: {marker}',
    'X-Roles: {marker}',
    'X-Groups: {marker}',
    'X-Tenant-Id: {marker}',
    'X-Auth-Token: {marker}',
    'X-JWT-Assertion: {marker}',
  ],
  [
    'addresses',
    'Forwarded: for={marker};host={marker};by={marker}',
    'X-Forwarded-For: {marker}',
    'X-Real-IP: {marker}',
    'X-Client-IP: {marker}',
    'True-Client-IP: {marker}',
    'X-Cluster-Client-IP: {marker}',
    'Fastly-Client-IP: {marker}',
  ],
  [
    'what was asked for',
    'X-Forwarded-Host: {marker}',
    'X-Forwarded-Proto: {marker}',
    'X-Forwarded-Port: {marker}',
    'X-Forwarded-Prefix: /{marker}',
    'X-Forwarded-Uri: /{marker}',
    'X-Original-URL: /{marker}',
    'X-Rewrite-URL: /{marker}',
    'X-Envoy-Original-Path: /{marker}',
    'X-Host: {marker}',
  ],
  [
    'methods',
    'X-HTTP-Method-Override: {marker}',
    'X-HTTP-Method: {marker}',
    'X-Method-Override: {marker}',
    'X_HTTP_Method_Override: {marker}',
  ],
  [
    'other gates',
    'X-Portcullis-User: {marker}',
    'Portcullis-User: {marker}',
    'X-SAML-Subject: {marker}',
    'X-OIDC-Email: {marker}',
    'X-Middleware-Subrequest: {marker}',
  ],
];

/** Cookies that look like ours beside the good one. The origin sees none of them. */
export const forgedCookies: readonly string[] = [
  '__Host-portcullis-gate={marker}',
  'portcullis-gate={marker}',
  'portcullis-session={marker}',
  '__Host-portcullis-session={marker}',
  '__Secure-portcullis-device={marker}',
  '__host-PORTCULLIS-gate={marker}',
  '__Host-portcullis-gate-sign-in.x={marker}',
  '=__Host-portcullis-gate={marker}',
  '"__Host-portcullis-gate={marker}"',
  'a=1, __Host-portcullis-gate={marker}',
  '\t__Host-portcullis-gate={marker}',
];
