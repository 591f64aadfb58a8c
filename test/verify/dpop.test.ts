import { base64url, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { thumbprintOf } from '../../src/verify/dpop.ts';
import { type DpopOptions, type RefusalCode, verifier } from '../../src/verify/index.ts';
import { audience, issuer, jwkSet, seconds, token as tokenWith } from './issuer.ts';

const url = 'https://api.test/orders/7';
const keys = async () => jwkSet;
const verify = (dpop: DpopOptions = {}) => verifier({ issuer, audience, keys, dpop });

const pair = await generateKeyPair('ES256', { extractable: true });
const other = await generateKeyPair('ES256', { extractable: true });
const publicJwk = await exportJWK(pair.publicKey);
const jkt = await thumbprintOf(publicJwk);
const token = await tokenWith({ claims: { cnf: { jkt } } });

const ath = async (text: string) =>
  base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

interface Changes {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
  key?: CryptoKey;
}

/** A good proof for `GET url` with `token`, but for the changes. */
async function proofWith({ header, claims, key = pair.privateKey }: Changes = {}): Promise<string> {
  const made = {
    jti: crypto.randomUUID(),
    htm: 'GET',
    htu: url,
    iat: seconds(),
    ath: await ath(token),
    ...claims,
  };
  return new SignJWT(JSON.parse(JSON.stringify(made)))
    .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk, ...header })
    .sign(key);
}

const request = (proof: string | null) => ({ proof, method: 'GET', url });

describe('a token that is bound to a key', () => {
  it('passes with a proof made for it', async () => {
    const verified = await verify()(token, request(await proofWith()));
    expect(verified).toMatchObject({ ok: true, claims: { cnf: { jkt } } });
  });

  it('passes again with another proof, at no second check of its own signature', async () => {
    const judge = verify();
    await judge(token, request(await proofWith()));
    const proof = await proofWith();
    const checks = vi.spyOn(crypto.subtle, 'verify');
    expect(await judge(token, request(proof))).toMatchObject({ ok: true });
    expect(checks).toHaveBeenCalledTimes(1);
    checks.mockRestore();
  });

  it('costs one reading of its key for all proofs of one client', async () => {
    const judge = verify();
    await judge(token, request(await proofWith()));
    const proof = await proofWith();
    const imports = vi.spyOn(crypto.subtle, 'importKey');
    expect(await judge(token, request(proof))).toMatchObject({ ok: true });
    expect(imports).not.toHaveBeenCalled();
    imports.mockRestore();
  });

  it('is not proved by a header that was good once over a signature of another key', async () => {
    const judge = verify();
    expect(await judge(token, request(await proofWith()))).toMatchObject({ ok: true });
    const forged = await proofWith({ key: other.privateKey });
    expect(await judge(token, request(forged))).toMatchObject({ code: 'proof_signature_invalid' });
  });

  it('is no bearer token', async () => {
    expect(await verify()(token)).toMatchObject({ code: 'proof_missing' });
    expect(await verifier({ issuer, audience, keys })(token)).toMatchObject({ code: 'proof_missing' });
  });

  it('is refused with a proof where nobody checks proofs', async () => {
    const judge = verifier({ issuer, audience, keys });
    expect(await judge(token, request(await proofWith()))).toMatchObject({ code: 'proof_missing' });
  });

  it.each(['GET', 'POST'])('takes a proof for %s only from that method', async (method) => {
    const proof = await proofWith({ claims: { htm: 'POST' } });
    expect((await verify()(token, { proof, method, url })).ok).toBe(method === 'POST');
  });

  it.each([
    'https://api.test/orders/7?page=2#top',
    'HTTPS://API.TEST:443/orders/7',
    'https://api.test/a/../orders/7',
    'https://api.test/%6frders/7',
  ])('takes a proof for %s: the same place, spelt differently', async (htu) => {
    expect(await verify()(token, request(await proofWith({ claims: { htu } })))).toMatchObject({ ok: true });
  });

  it('keeps an escape that means something, in whatever letters', async () => {
    const judge = verify();
    const proof = await proofWith({ claims: { htu: 'https://api.test/a%2fb' } });
    expect(await judge(token, { proof, method: 'GET', url: 'https://api.test/a%2Fb' })).toMatchObject({
      ok: true,
    });
    expect(await judge(token, { proof, method: 'GET', url: 'https://api.test/a/b' })).toMatchObject({
      code: 'proof_request_mismatch',
    });
  });

  it('takes a proof with any algorithm that was agreed on', async () => {
    for (const alg of ['Ed25519', 'PS256'] as const) {
      const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
      const jwk = await exportJWK(publicKey);
      const bound = await tokenWith({ claims: { cnf: { jkt: await thumbprintOf(jwk) } } });
      const claims = { ath: await ath(bound) };
      const proof = await proofWith({ header: { alg, jwk }, claims, key: privateKey });
      expect(await verify({ algorithms: [alg] })(bound, request(proof))).toMatchObject({ ok: true });
      expect(await verify({ algorithms: ['ES256'] })(bound, request(proof))).toMatchObject({
        code: 'proof_algorithm_not_allowed',
      });
    }
  });
});

describe('a token that is bound to no key', () => {
  it('is a bearer token, unless proofs are required', async () => {
    const unbound = await tokenWith();
    expect(await verify()(unbound)).toMatchObject({ ok: true });
    expect(await verify({ required: true })(unbound)).toMatchObject({ code: 'binding_missing' });
  });

  it('gains nothing by a proof', async () => {
    const unbound = await tokenWith();
    const proof = await proofWith({ claims: { ath: await ath(unbound) } });
    expect(await verify()(unbound, request(proof))).toMatchObject({ code: 'binding_missing' });
  });
});

const privateJwk = await exportJWK(pair.privateKey);
const strangerJwk = await exportJWK(other.publicKey);

const hostile: [string, RefusalCode, () => string | null | Promise<string>][] = [
  ['that is not there', 'proof_missing', () => null],
  ['that is empty', 'proof_missing', () => ''],
  ['that is a word', 'proof_invalid', () => 'proof'],
  ['that comes twice', 'proof_invalid', async () => `${await proofWith()}, ${await proofWith()}`],
  ['that is an access token', 'proof_invalid', () => token],
  ['of another type', 'proof_invalid', () => proofWith({ header: { typ: 'JWT' } })],
  ['of no type', 'proof_invalid', () => proofWith({ header: { typ: undefined } })],
  ['whose type is a number', 'proof_invalid', () => proofWith({ header: { typ: 1 } })],
  ['without a key', 'proof_invalid', () => proofWith({ header: { jwk: undefined } })],
  ['whose key is a word', 'proof_invalid', () => proofWith({ header: { jwk: 'key' } })],
  ['whose key is a list', 'proof_invalid', () => proofWith({ header: { jwk: [publicJwk] } })],
  ['whose key is none', 'proof_invalid', () => proofWith({ header: { jwk: { ...publicJwk, x: 'AAAA' } } })],
  [
    'whose key is of another curve',
    'proof_invalid',
    () => proofWith({ header: { jwk: { ...publicJwk, crv: 'P-384' } } }),
  ],
  [
    'whose key is for encryption',
    'proof_invalid',
    () => proofWith({ header: { jwk: { ...publicJwk, use: 'enc' } } }),
  ],
  ['that gives its private key away', 'proof_invalid', () => proofWith({ header: { jwk: privateJwk } })],
  ['with a shared secret', 'proof_invalid', () => proofWith({ header: { jwk: { kty: 'oct', k: 'AAAA' } } })],
  [
    'with a key elsewhere',
    'proof_invalid',
    () => proofWith({ header: { jwk: undefined, jku: 'https://stranger.test' } }),
  ],
  ['that wants an extension', 'proof_invalid', () => handmade({ crit: ['exp'], exp: 1 })],
  [
    'with alg none',
    'proof_algorithm_not_allowed',
    async () => `${encode({ alg: 'none', typ: 'dpop+jwt', jwk: publicJwk })}.e30.`,
  ],
  [
    'with HS256',
    'proof_algorithm_not_allowed',
    async () => `${encode({ alg: 'HS256', typ: 'dpop+jwt', jwk: publicJwk })}.e30.AAAA`,
  ],
  [
    "with a stranger's key",
    'proof_key_mismatch',
    () => proofWith({ header: { jwk: strangerJwk }, key: other.privateKey }),
  ],
  ['signed by a stranger', 'proof_signature_invalid', () => proofWith({ key: other.privateKey })],
  ['without jti', 'proof_invalid', () => proofWith({ claims: { jti: undefined } })],
  ['with a novel for a jti', 'proof_invalid', () => proofWith({ claims: { jti: 'x'.repeat(257) } })],
  ['without htm', 'proof_invalid', () => proofWith({ claims: { htm: undefined } })],
  ['without htu', 'proof_invalid', () => proofWith({ claims: { htu: undefined } })],
  ['without iat', 'proof_invalid', () => proofWith({ claims: { iat: undefined } })],
  ['without ath', 'proof_token_mismatch', () => proofWith({ claims: { ath: undefined } })],
  [
    'for another token',
    'proof_token_mismatch',
    async () => proofWith({ claims: { ath: await ath(`${token}A`) } }),
  ],
  ['for another method', 'proof_request_mismatch', () => proofWith({ claims: { htm: 'POST' } })],
  ['for the method in small letters', 'proof_request_mismatch', () => proofWith({ claims: { htm: 'get' } })],
  [
    'for another path',
    'proof_request_mismatch',
    () => proofWith({ claims: { htu: 'https://api.test/orders/8' } }),
  ],
  [
    'for another host',
    'proof_request_mismatch',
    () => proofWith({ claims: { htu: 'https://api.test.evil.test/orders/7' } }),
  ],
  [
    'for another scheme',
    'proof_request_mismatch',
    () => proofWith({ claims: { htu: 'http://api.test/orders/7' } }),
  ],
  [
    'for a user at the host',
    'proof_request_mismatch',
    () => proofWith({ claims: { htu: 'https://api.test@api.test/orders/7' } }),
  ],
  ['for no address', 'proof_request_mismatch', () => proofWith({ claims: { htu: '/orders/7' } })],
  ['from long ago', 'proof_not_current', () => proofWith({ claims: { iat: seconds() - 62 } })],
  ['from the future', 'proof_not_current', () => proofWith({ claims: { iat: seconds() + 63 } })],
];

const encode = (value: unknown) => base64url.encode(JSON.stringify(value));

async function handmade(header: Record<string, unknown>): Promise<string> {
  const [, payload] = (await proofWith()).split('.');
  const input = `${encode({ alg: 'ES256', typ: 'dpop+jwt', jwk: publicJwk, ...header })}.${payload}`;
  const algorithm = { name: 'ECDSA', hash: 'SHA-256' };
  const signature = await crypto.subtle.sign(algorithm, pair.privateKey, new TextEncoder().encode(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}

describe('a proof', () => {
  it.each(hostile)('%s is refused as %s', async (_, code, make) => {
    const firstUse = vi.fn(() => true);
    const judge = verify({ firstUse });
    expect(await judge(token, request(await make()))).toMatchObject({ ok: false, code });
    expect(firstUse).not.toHaveBeenCalled();
  });

  it('is good once, where somebody remembers it', async () => {
    const seen = new Map<string, number>();
    const judge = verify({
      firstUse: ({ id, expiresAt }) => !seen.has(id) && Boolean(seen.set(id, expiresAt)),
    });
    const iat = seconds();
    const proof = await proofWith({ claims: { jti: 'once', iat } });
    expect(await judge(token, request(proof))).toMatchObject({ ok: true });
    expect(await judge(token, request(proof))).toMatchObject({ code: 'proof_repeated' });
    expect([...seen]).toEqual([[`${jkt}.once`, (iat + 60) * 1000]]);
  });

  it('needs the nonce that the server hands out', async () => {
    const nonce = { current: () => 'fresh', accepts: async (text: string) => text === 'fresh' };
    const judge = verify({ nonce });
    for (const wrong of [undefined, 'stale', 1]) {
      const proof = await proofWith({ claims: { nonce: wrong } });
      expect(await judge(token, request(proof))).toMatchObject({ code: 'proof_nonce_needed' });
    }
    const proof = await proofWith({ claims: { nonce: 'fresh' } });
    expect(await judge(token, request(proof))).toMatchObject({ ok: true });
  });
});

it('a proof whose RSA modulus begins with zeroes is refused: the same key would have another name', async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const padded = { ...jwk, n: base64url.encode(Uint8Array.of(0, ...base64url.decode(jwk.n ?? ''))) };
  const codeOf = async (key: JWK) => {
    const bound = await tokenWith({ claims: { cnf: { jkt: await thumbprintOf(key) } } });
    const proof = await proofWith({
      header: { alg: 'RS256', jwk: key },
      claims: { ath: await ath(bound) },
      key: privateKey,
    });
    const answer = await verify({ algorithms: ['RS256'] })(bound, request(proof));
    return answer.ok || answer.code;
  };
  expect(await codeOf(jwk)).toBe(true);
  expect(await codeOf(padded)).toBe('proof_invalid');
});

it.each<[string, DpopOptions]>([
  ['a shared-secret algorithm', { algorithms: ['HS256' as 'ES256'] }],
  ['no algorithm', { algorithms: [] }],
  ['no window', { windowSeconds: 0 }],
  ['a window of an hour', { windowSeconds: 3600 }],
])('options with %s are refused when the verifier is made', (_, dpop) => {
  expect(() => verify(dpop)).toThrow(TypeError);
});

it('a key is named by its numbers alone', async () => {
  const decorated: JWK = { ...publicJwk, kid: 'x', use: 'sig', alg: 'ES256', key_ops: ['verify'] };
  expect(await thumbprintOf(decorated)).toBe(jkt);
  const proof = await proofWith({ header: { jwk: decorated } });
  expect(await verify()(token, request(proof))).toMatchObject({ ok: true });
});
