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
  validClaims,
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

const withHeader = async (header: string): Promise<string> =>
  signedInput(base64url.encode(header), parts(await token())[1]);

const withClaims = (change: (claims: string) => string): Promise<string> =>
  signedInput(goodHeader, base64url.encode(change(JSON.stringify(validClaims()))));

/** n of P-256 (SEC 2 §2.4.2). */
const order = base64url.decode('_____wAAAAD__________7zm-q2nF56E87nKwvxjJVE');

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
  ['a header that is null', 'malformed', () => signedInput(encode(null), 'e30')],
  ['a header that is a word', 'malformed', () => signedInput(encode('ES256'), 'e30')],
  ['a header that is a number', 'malformed', () => signedInput(encode(256), 'e30')],
  ['a header that is true', 'malformed', () => signedInput(encode(true), 'e30')],
  ['an empty header', 'malformed', () => signedInput(encode({}), 'e30')],
  ['an alg that is null', 'malformed', () => token({ header: { alg: null } })],
  ['an alg that is an object', 'malformed', () => token({ header: { alg: { ES256: 'ES256' } } })],
  ['claims that are null', 'malformed', () => signedInput(goodHeader, encode(null))],
  ['claims that are a number', 'malformed', () => signedInput(goodHeader, encode(7))],
  ['claims that are a word', 'malformed', () => signedInput(goodHeader, encode('me'))],
  ['a header without alg', 'malformed', () => token({ header: { alg: undefined } })],
  ['claims that are not JSON', 'malformed', () => signedInput(goodHeader, base64url.encode('sub=me'))],
  ['claims that are a list', 'malformed', () => signedInput(goodHeader, encode([]))],
  ['white space before it', 'malformed', async () => ` ${await token()}`],
  ['white space after it', 'malformed', async () => `${await token()} `],
  ['padding', 'malformed', async () => `${await token()}==`],
  ['the letters of plain base64', 'malformed', async () => `${await token()}+/`],
  ['a line break within', 'malformed', async () => (await token()).replace('.', '.\n')],
  ['a tab within', 'malformed', async () => (await token()).replace('.', '\t.')],
  ['a zero byte after it', 'malformed', async () => `${await token()}\0`],
  [
    'another spelling of the same signature',
    'malformed',
    async () => {
      const text = await token();
      // 64 bytes end in 4 bits that mean nothing: 16 letters stand for the same bytes (RFC 4648 §3.5).
      const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
      return text.slice(0, -1) + letters[letters.indexOf(text.at(-1) ?? '') + 1];
    },
  ],
  ['a part whose length no bytes have', 'malformed', () => signedInput(`${goodHeader}A`.slice(0, 53), 'e30')],
  [
    'a header that is not UTF-8',
    'malformed',
    () => signedInput(base64url.encode(Uint8Array.of(0x7b, 0xff, 0x7d)), 'e30'),
  ],
  [
    'claims that are not UTF-8',
    'malformed',
    () => signedInput(goodHeader, base64url.encode(Uint8Array.of(0x7b, 0xff, 0x7d))),
  ],
  [
    'a byte order mark before its claims',
    'malformed',
    () => signedInput(goodHeader, base64url.encode('\ufeff{}')),
  ],
  [
    'alg twice, none first',
    'malformed',
    () => withHeader('{"alg":"none","alg":"ES256","kid":"es","typ":"at+jwt"}'),
  ],
  [
    'alg twice, none last',
    'malformed',
    () => withHeader('{"alg":"ES256","kid":"es","typ":"at+jwt","alg":"none"}'),
  ],
  [
    'alg twice, once in disguise',
    'malformed',
    () => withHeader('{"\\u0061lg":"none","alg":"ES256","kid":"es","typ":"at+jwt"}'),
  ],
  ['kid twice', 'malformed', () => withHeader('{"alg":"ES256","kid":"nobody","typ":"at+jwt","kid" : "es"}')],
  ['typ twice', 'malformed', () => withHeader('{"alg":"ES256","kid":"es","typ":"JWT","typ":"at+jwt"}')],
  ['sub twice', 'malformed', () => withClaims((claims) => `{"sub":"root",${claims.slice(1)}`)],
  ['aud twice', 'malformed', () => withClaims((claims) => `${claims.slice(0, -1)},"aud":"${audience}"}`)],
  [
    'exp twice, once in disguise',
    'malformed',
    () => withClaims((claims) => `{"e\\u0078p":9999999999,${claims.slice(1)}`),
  ],
  [
    'a member twice deep within',
    'malformed',
    () => withClaims((claims) => `${claims.slice(0, -1)},"a":[{"b":{"c":1,"c":":"}}]}`),
  ],
  [
    '__proto__ twice',
    'malformed',
    () => withClaims((claims) => `${claims.slice(0, -1)},"__proto__":1,"__proto__":2}`),
  ],

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

  [
    'HS256 with the public EC key as the secret',
    'algorithm_not_allowed',
    () => signedWith('HS256', 'es', new TextEncoder().encode(JSON.stringify(es256Jwk))),
  ],
  [
    'HS256 with the x of the public EC key as the secret',
    'algorithm_not_allowed',
    () => signedWith('HS256', 'es', base64url.decode(es256Jwk.x ?? '')),
  ],
  ['alg in small letters', 'algorithm_not_allowed', () => token({ header: { alg: 'es256' } })],
  ['alg with a space', 'algorithm_not_allowed', () => token({ header: { alg: 'ES256 ' } })],
  ['an empty alg', 'malformed', () => token({ header: { alg: '' } })],

  ['an empty kid', 'key_unknown', () => token({ header: { kid: '' } })],
  ['a path for a kid', 'key_unknown', () => token({ header: { kid: '../../../../dev/null' } })],
  ['a kid that goes round', 'key_unknown', () => token({ header: { kid: './es' } })],
  ['a kid with a zero byte', 'key_unknown', () => token({ header: { kid: 'es\0' } })],
  [
    'a kid that a database would like',
    'key_unknown',
    () => token({ header: { kid: "x' UNION SELECT 'es" } }),
  ],
  ['a kid that every object has', 'key_unknown', () => token({ header: { kid: '__proto__' } })],
  [
    'a kid that is an address',
    'key_unknown',
    () => token({ header: { kid: 'https://stranger.test/jwks.json' } }),
  ],
  ['a kid that is a list', 'key_unknown', () => token({ header: { kid: ['es'] } })],
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

  ['a signature of zeroes in DER', 'signature_invalid', () => withSignature(() => der(new Uint8Array(64)))],
  [
    'a signature of the order of the group',
    'signature_invalid',
    () => withSignature(() => Uint8Array.of(...order, ...order)),
  ],
  [
    'a signature that is r and zero',
    'signature_invalid',
    () => withSignature((raw) => Uint8Array.of(...raw.slice(0, 32), ...new Uint8Array(32))),
  ],

  ['a crit of a registered name', 'critical_header_unknown', () => token({ header: { crit: ['alg'] } })],
  [
    'a crit that is not there',
    'critical_header_unknown',
    () => token({ header: { crit: ['http://example.com/UNDEFINED'] } }),
  ],
  ['a crit that is no list', 'malformed', () => token({ header: { crit: 'exp' } })],
  ['b64 without crit', 'malformed', () => token({ header: { b64: false } })],
  ['b64 that is no boolean', 'malformed', () => token({ header: { crit: ['b64'], b64: 'true' } })],
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
  [
    'exp as infinity',
    'claim_invalid',
    () => withClaims((claims) => claims.replace(/"exp":\d+/, '"exp":1e999')),
  ],
  [
    'an nbf of minus infinity',
    'claim_invalid',
    () => withClaims((claims) => `${claims.slice(0, -1)},"nbf":-1e999}`),
  ],
  ['iat as text', 'claim_invalid', () => token({ claims: { iat: 'now' } })],
  ['an audience in a list in a list', 'audience_mismatch', () => token({ claims: { aud: [[audience]] } })],
  [
    'an audience as an object',
    'audience_mismatch',
    () => token({ claims: { aud: { 0: audience, length: 1 } } }),
  ],
  ['the issuer in other letters', 'issuer_mismatch', () => token({ claims: { iss: issuer.toUpperCase() } })],
  ['a key that it is bound to', 'proof_missing', () => token({ claims: { cnf: { jkt: 'x' } } })],
  [
    'a certificate that it is bound to',
    'proof_missing',
    () => token({ claims: { cnf: { 'x5t#S256': 'x' } } }),
  ],
  ['a binding that is null', 'proof_missing', () => token({ claims: { cnf: null } })],
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
    // Nor does it get through the second time, or after a good one.
    expect(await judge(text)).toEqual(refusal);
    expect(await judge(await token())).toMatchObject({ ok: true });
    expect(await judge(text)).toEqual(refusal);
    expect(fetch).not.toHaveBeenCalled();
  });

  it('well signed by a published key is refused where that algorithm is not allowed', async () => {
    const text = await signedWith('RS256', 'rs', rs256PrivateKey);
    expect(await verify(['RS256'])(text)).toMatchObject({ ok: true });
    expect(await verify(['ES256'])(text)).toMatchObject({ ok: false, code: 'algorithm_not_allowed' });
  });
});

it('a token nested ever deeper is judged like any other', async () => {
  const deep = `${'['.repeat(2500)}${']'.repeat(2500)}`;
  const text = await withClaims((claims) => `${claims.slice(0, -1)},"deep":${deep}}`);
  expect(await verify()(text)).toMatchObject({ ok: true });
});

it('a member that holds what looks like more members is one member', async () => {
  const text = await token({
    claims: { note: '{"a":1,"a":2}', '\\":': ['"', '\\', ':'], other: { sub: 'x' } },
  });
  expect(await verify()(text)).toMatchObject({ ok: true, claims: { sub: 'somebody' } });
});

it('the tokens above are hostile by what they change alone', async () => {
  expect(await verify()(await token())).toMatchObject({ ok: true, header: { kid: es256Jwk.kid } });
  expect(await verify()(await withSignature((raw) => raw))).toMatchObject({ ok: true });
});
