import { base64url } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Algorithm, type RefusalCode, verifier } from '../../src/verify/index.ts';
import {
  audience,
  es256Jwk,
  issuer,
  jwkSet,
  rs256Jwk,
  rs256PrivateKey,
  seconds,
  signature,
  signedWith,
  strangerKeys,
  token,
} from './issuer.ts';

const verify = (algorithms: Algorithm[] = ['ES256', 'RS256']) =>
  verifier({ issuer, audience, algorithms, keys: async () => jwkSet });

const encode = (value: unknown) => base64url.encode(JSON.stringify(value));
const parts = (text: string) => text.split('.') as [string, string, string];

/** RFC 7518 §3.4 wants R || S; this is what OpenSSL would have made of the same numbers. */
function der(raw: Uint8Array): Uint8Array {
  const integer = (bytes: Uint8Array) => {
    const digits = [...bytes];
    while (digits.length > 1 && digits[0] === 0) digits.shift();
    if ((digits[0] ?? 0) > 127) digits.unshift(0);
    return [2, digits.length, ...digits];
  };
  const body = [...integer(raw.slice(0, 32)), ...integer(raw.slice(32))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

async function withSignature(change: (raw: Uint8Array) => Uint8Array): Promise<string> {
  const [header, payload, signed] = parts(await token());
  return `${header}.${payload}.${base64url.encode(change(base64url.decode(signed)))}`;
}

async function signedInput(header: string, payload: string): Promise<string> {
  return `${header}.${payload}.${await signature(`${header}.${payload}`)}`;
}

const goodHeader = encode({ alg: 'ES256', kid: 'es', typ: 'at+jwt' });

const hostile: [string, RefusalCode, () => string | null | Promise<string>][] = [
  ['no token', 'missing', () => null],
  ['an empty token', 'missing', () => ''],
  ['a token of 9,000 characters', 'too_long', () => token({ claims: { padding: 'x'.repeat(9000) } })],

  ['a word', 'malformed', () => 'token'],
  [
    'two parts',
    'malformed',
    async () =>
      parts(await token())
        .slice(0, 2)
        .join('.'),
  ],
  ['four parts', 'malformed', async () => `${await token()}.AAAA`],
  ['an encrypted token', 'malformed', () => 'e30.AAAA.AAAA.AAAA.AAAA'],
  ['parts that are not base64url', 'malformed', () => '!!.??.**'],
  ['a header that is not JSON', 'malformed', () => signedInput(base64url.encode('{"alg"'), 'e30')],
  ['a header that is a list', 'malformed', () => signedInput(encode(['ES256']), 'e30')],
  ['a header without alg', 'malformed', () => token({ header: { alg: undefined } })],
  ['claims that are not JSON', 'malformed', () => signedInput(goodHeader, base64url.encode('sub=me'))],
  ['claims that are a list', 'malformed', () => signedInput(goodHeader, encode([]))],
  ['white space before it', 'malformed', async () => ` ${await token()}`],
  ['white space after it', 'malformed', async () => `${await token()} `],
  ['padding', 'malformed', async () => `${await token()}==`],
  ['the letters of plain base64', 'malformed', async () => `${await token()}+/`],

  [
    'alg none without a signature',
    'algorithm_not_allowed',
    async () => {
      const [, payload] = parts(await token());
      return `${encode({ alg: 'none', kid: 'es', typ: 'at+jwt' })}.${payload}.`;
    },
  ],
  ['alg None, spelt differently', 'algorithm_not_allowed', () => token({ header: { alg: 'NonE' } })],
  [
    'HS256 with the public RSA key as the secret',
    'algorithm_not_allowed',
    () => signedWith('HS256', 'rs', new TextEncoder().encode(JSON.stringify(rs256Jwk))),
  ],
  [
    'an algorithm that exists but is not on the list',
    'algorithm_not_allowed',
    () => token({ header: { alg: 'ES384' } }),
  ],
  ['alg as a list', 'malformed', () => token({ header: { alg: ['ES256'] } })],

  ['an unknown kid', 'key_unknown', () => token({ header: { kid: 'nobody' } })],
  ['no kid', 'key_unknown', () => token({ header: { kid: undefined } })],
  ['a kid that is a number', 'key_unknown', () => token({ header: { kid: 1 } })],
  ["ES256 with the RSA key's kid", 'key_unknown', () => token({ header: { kid: 'rs' } })],
  ["RS256 with the EC key's kid", 'key_unknown', () => signedWith('RS256', 'es', rs256PrivateKey)],

  [
    "a stranger's key under our kid",
    'signature_invalid',
    () => signedWith('ES256', 'es', strangerKeys.privateKey),
  ],
  [
    "a stranger's key brought along as jwk",
    'signature_invalid',
    async () => {
      const header = encode({ alg: 'ES256', kid: 'es', typ: 'at+jwt', jwk: strangerKeys.publicJwk });
      const input = `${header}.${parts(await token())[1]}`;
      return `${input}.${await signature(input, strangerKeys.privateKey)}`;
    },
  ],
  [
    "a stranger's key brought along as jwk, without kid",
    'key_unknown',
    async () => {
      const header = encode({ alg: 'ES256', typ: 'at+jwt', jwk: strangerKeys.publicJwk });
      const input = `${header}.${parts(await token())[1]}`;
      return `${input}.${await signature(input, strangerKeys.privateKey)}`;
    },
  ],
  [
    "a stranger's jku",
    'key_unknown',
    () => token({ header: { kid: 'x', jku: 'https://stranger.test/jwks' } }),
  ],
  [
    "a stranger's x5u",
    'key_unknown',
    () => token({ header: { kid: 'x', x5u: 'https://stranger.test/x5u' } }),
  ],

  [
    'a changed claim',
    'signature_invalid',
    async () => {
      const [header, , signed] = parts(await token());
      return `${header}.${encode({ iss: issuer, aud: audience, sub: 'root', exp: seconds() + 300 })}.${signed}`;
    },
  ],
  ['a signature of zeroes', 'signature_invalid', () => withSignature(() => new Uint8Array(64))],
  ['no signature', 'signature_invalid', () => withSignature(() => new Uint8Array())],
  ['a signature cut short', 'signature_invalid', () => withSignature((raw) => raw.slice(0, 63))],
  [
    'a signature with a byte more',
    'signature_invalid',
    () => withSignature((raw) => Uint8Array.of(...raw, 0)),
  ],
  ['a signature in DER', 'signature_invalid', () => withSignature(der)],

  ['an unknown crit', 'critical_header_unknown', () => token({ header: { crit: ['exp'], exp: 1 } })],
  ['an empty crit', 'malformed', () => token({ header: { crit: [] } })],
  [
    'a payload that is not encoded (RFC 7797)',
    'malformed',
    () => token({ header: { crit: ['b64'], b64: false } }),
  ],

  ['an ID token', 'type_mismatch', () => token({ header: { typ: 'JWT' } })],
  ['an assertion', 'type_mismatch', () => token({ header: { typ: 'portcullis-assertion+jwt' } })],
  ['no typ', 'type_mismatch', () => token({ header: { typ: undefined } })],
  ['a typ that only begins right', 'type_mismatch', () => token({ header: { typ: 'at+jwt2' } })],

  ['another issuer', 'issuer_mismatch', () => token({ claims: { iss: 'https://stranger.test' } })],
  ['the issuer with a slash more', 'issuer_mismatch', () => token({ claims: { iss: `${issuer}/` } })],
  ['the issuer in a list', 'issuer_mismatch', () => token({ claims: { iss: [issuer] } })],
  ['no issuer', 'claim_missing', () => token({ claims: { iss: undefined } })],
  ['another audience', 'audience_mismatch', () => token({ claims: { aud: 'https://api.test/other' } })],
  [
    'an audience that only begins right',
    'audience_mismatch',
    () => token({ claims: { aud: `${audience}/1` } }),
  ],
  ['a list of other audiences', 'audience_mismatch', () => token({ claims: { aud: ['a', 'b'] } })],
  ['no audience', 'claim_missing', () => token({ claims: { aud: undefined } })],
  ['no exp', 'claim_missing', () => token({ claims: { exp: undefined } })],
  ['no sub', 'claim_missing', () => token({ claims: { sub: undefined } })],
  ['exp as text', 'claim_invalid', () => token({ claims: { exp: '9999999999' } })],
  ['exp as null', 'claim_invalid', () => token({ claims: { exp: null } })],
  ['sub as a number', 'claim_invalid', () => token({ claims: { sub: 7 } })],
  ['nbf as text', 'claim_invalid', () => token({ claims: { nbf: 'now' } })],
  ['a past exp', 'expired', () => token({ claims: { exp: seconds() - 60 } })],
  ['a future nbf', 'not_yet_valid', () => token({ claims: { nbf: seconds() + 60 } })],
];

describe('a hostile token', () => {
  beforeEach(() => {
    vi.spyOn(globalThis, 'fetch').mockRejectedValue(new Error('a token must not cause a fetch'));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it.each(hostile)('with %s is refused as %s', async (_, code, make) => {
    const text = await make();
    const judge = verify();
    const refusal = await judge(text);
    expect(refusal).toEqual({ ok: false, code, description: expect.stringMatching(/^[a-z' (),]+$/i) });
    // Nor does it get through the second time.
    expect(await judge(text)).toEqual(refusal);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('well signed by a published key is refused where that algorithm is not allowed', async () => {
    const text = await signedWith('RS256', 'rs', rs256PrivateKey);
    expect(await verify(['RS256'])(text)).toMatchObject({ ok: true });
    expect(await verify(['ES256'])(text)).toMatchObject({ ok: false, code: 'algorithm_not_allowed' });
  });
});

it('the tokens above are hostile by what they change alone', async () => {
  expect(await verify()(await token())).toMatchObject({ ok: true, header: { kid: es256Jwk.kid } });
  expect(await verify()(await withSignature((raw) => raw))).toMatchObject({ ok: true });
});
