import { createHash, createHmac, type JsonWebKey, randomUUID, sign } from 'node:crypto';
import { clientPrivateKey } from '../issuer/credentials.ts';
import type { Random } from './random.ts';

type Members = Record<string, unknown>;

/** A JWT of these parts, signed as its header says as far as that is possible. */
function jwt(header: Members, claims: unknown): string {
  const input = [header, claims]
    .map((part) => Buffer.from(JSON.stringify(part) ?? '').toString('base64url'))
    .join('.');
  const key = { key: clientPrivateKey as JsonWebKey, format: 'jwk', dsaEncoding: 'ieee-p1363' } as const;
  const signature =
    header.alg === 'HS256'
      ? createHmac('sha256', JSON.stringify(clientPrivateKey)).update(input).digest()
      : header.alg === 'none'
        ? Buffer.alloc(0)
        : sign('sha256', Buffer.from(input), key);
  return `${input}.${signature.toString('base64url')}`;
}

/** What no claim should be. */
const odd: unknown[] = [
  undefined,
  null,
  0,
  -1,
  1e300,
  '',
  'x'.repeat(3000),
  [],
  {},
  ['https://auth.example', 'https://evil.example'],
  '<script>alert(1)</script>',
  '\u0000\ud800',
  true,
  { toString: 1, __proto__: null },
];
const oddHeaders: Members[] = [
  { alg: 'none' },
  { alg: 'HS256' },
  { alg: 'RS256' },
  { alg: 7 },
  { typ: 'at+jwt' },
  { typ: [] },
  { kid: '../../etc/passwd' },
  { kid: undefined },
  { crit: ['exp'] },
  { crit: [], b64: false },
  { jku: 'http://169.254.169.254/' },
  { jwk: { kty: 'oct', k: 'AAAA' } },
  { jwk: { kty: 'EC', crv: 'P-256', x: '<script>', y: 'AA' } },
  { jwk: { ...clientPrivateKey } },
];

/** One JWT that is right, and others that are wrong somewhere. */
function around(random: Random, header: Members, claims: () => Members): string[] {
  const right = () => jwt(header, claims());
  return [
    right(),
    right(),
    ...Array.from({ length: 8 }, () => {
      const own = claims();
      return jwt(header, {
        ...own,
        [random.of([...Object.keys(own), 'sub', 'nbf', 'nonce', 'ath'])]: random.of(odd),
      });
    }),
    ...Array.from({ length: 4 }, () => jwt({ ...header, ...random.of(oddHeaders) }, claims())),
    jwt(
      header,
      random.of<unknown>([
        [],
        null,
        'x',
        1,
        { ...claims(), deep: JSON.parse('['.repeat(500) + ']'.repeat(500)) },
      ]),
    ),
  ];
}

const now = (): number => Math.floor(Date.now() / 1000);
const { x, y } = clientPrivateKey;
const jwk = { kty: 'EC', crv: 'P-256', x, y };

/** How the clients' key is called in DPoP (RFC 7638). */
export const thumbprint = createHash('sha256')
  .update(JSON.stringify({ crv: 'P-256', kty: 'EC', x, y }))
  .digest('base64url');

/** JWTs of the clients that have a key: of each kind the first is right, the others are around it. */
export const hostileJwts = (random: Random, issuer: string) => ({
  assertions: (clientId: string): string[] =>
    around(random, { alg: 'ES256', kid: 'client-key', typ: 'JWT' }, () => ({
      iss: clientId,
      sub: clientId,
      aud: issuer,
      exp: now() + 60,
      iat: now(),
      jti: randomUUID(),
    })),
  proofs: (method: string, path: string, nonce: string | undefined): string[] =>
    around(random, { alg: 'ES256', typ: 'dpop+jwt', jwk }, () => ({
      htm: method,
      htu: issuer + path,
      iat: now(),
      jti: randomUUID(),
      nonce,
    })),
  requestObjects: (clientId: string, parameters: Members): string[] =>
    around(random, { alg: 'ES256', kid: 'client-key', typ: 'oauth-authz-req+jwt' }, () => ({
      iss: clientId,
      aud: issuer,
      exp: now() + 60,
      client_id: clientId,
      ...parameters,
    })),
});
