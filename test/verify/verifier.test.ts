import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ASSERTION_HEADER,
  assertionVerifier,
  type VerifierOptions,
  verifier,
} from '../../src/verify/index.ts';
import {
  audience,
  es256Jwk,
  issuer,
  jwkSet,
  rs256Jwk,
  rs256PrivateKey,
  seconds,
  signedWith,
  token,
  validClaims,
} from './issuer.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const local = (changes: Partial<VerifierOptions> = {}) =>
  verifier({ issuer, audience, keys: async () => jwkSet, ...changes });

describe('a good token', () => {
  it('is answered with its claims and header', async () => {
    const claims = validClaims();
    expect(await local()(await token({ claims }))).toEqual({
      ok: true,
      claims,
      header: { alg: 'ES256', kid: 'es', typ: 'at+jwt' },
    });
  });

  it('may name its audience among others, or a verifier several', async () => {
    const text = await token({ claims: { aud: ['https://other.test', audience] } });
    expect(await local()(text)).toMatchObject({ ok: true });
    expect(await local({ audience: ['https://another.test', audience] })(text)).toMatchObject({ ok: true });
  });

  it('may write its type with application/ (RFC 9068 §4)', async () => {
    expect(await local()(await token({ header: { typ: 'application/at+jwt' } }))).toMatchObject({ ok: true });
  });

  it('is let off as much clock difference as was agreed, and no more', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const [late, early] = [
      await token({ claims: { exp: seconds() - 9 } }),
      await token({ claims: { nbf: seconds() + 10 } }),
    ];
    expect(await local({ clockToleranceSeconds: 10 })(late)).toMatchObject({ ok: true });
    expect(await local({ clockToleranceSeconds: 10 })(early)).toMatchObject({ ok: true });
    expect(await local({ clockToleranceSeconds: 9 })(late)).toMatchObject({ code: 'expired' });
    expect(await local({ clockToleranceSeconds: 9 })(early)).toMatchObject({ code: 'not_yet_valid' });
  });
});

describe('an assertion', () => {
  const verify = assertionVerifier({ issuer, audience, keys: async () => jwkSet });
  const header = { typ: 'portcullis-assertion+jwt' };

  it('is taken from its header', async () => {
    const request = new Request(audience, { headers: { [ASSERTION_HEADER]: await token({ header }) } });
    expect(await verify(request.headers.get('Portcullis-Assertion'))).toMatchObject({ ok: true });
  });

  it('is missing when the origin was reached past the gate', async () => {
    expect(await verify(new Request(audience).headers.get(ASSERTION_HEADER))).toMatchObject({
      code: 'missing',
    });
  });

  it('is not an access token', async () => {
    expect(await verify(await token())).toMatchObject({ code: 'type_mismatch' });
    expect(await local()(await token({ header }))).toMatchObject({ code: 'type_mismatch' });
  });
});

describe('a repeated token', () => {
  const signatureChecks = () => vi.spyOn(crypto.subtle, 'verify');

  it('costs no second signature check', async () => {
    const checks = signatureChecks();
    const verify = local();
    const text = await token();
    const first = await verify(text);
    expect(await verify(text)).toEqual(first);
    expect(first.ok).toBe(true);
    expect(checks).toHaveBeenCalledTimes(1);
  });

  it('is checked again when one character differs', async () => {
    const verify = local();
    const text = await token();
    await verify(text);
    const at = text.length - 10;
    const changed = `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    expect(await verify(changed)).toMatchObject({ code: 'signature_invalid' });
  });

  it('is refused once it has expired', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const verify = local({ clockToleranceSeconds: 0 });
    const text = await token({ claims: { exp: seconds() + 60 } });
    expect(await verify(text)).toMatchObject({ ok: true });
    vi.setSystemTime(Date.now() + 59_000);
    expect(await verify(text)).toMatchObject({ ok: true });
    vi.setSystemTime(Date.now() + 1_000);
    expect(await verify(text)).toMatchObject({ code: 'expired' });
    expect(await verify(text)).toMatchObject({ code: 'expired' });
  });

  it('is refused once its key is no longer published', async () => {
    let keys = [es256Jwk, rs256Jwk];
    const verify = local({ keys: async () => ({ keys }) });
    const text = await token();
    expect(await verify(text)).toMatchObject({ ok: true });
    keys = [rs256Jwk];
    expect(await verify(text)).toMatchObject({ code: 'key_unknown' });
    keys = [es256Jwk];
    expect(await verify(text)).toMatchObject({ ok: true });
  });

  it('keeps its place, and the imported keys theirs, when the same set is read anew', async () => {
    const checks = signatureChecks();
    const imports = vi.spyOn(crypto.subtle, 'importKey');
    const verify = local({ keys: async () => structuredClone(jwkSet) });
    const [one, other] = [await token(), await token({ claims: { jti: 'other' } })];
    for (const text of [one, other, one, other]) expect(await verify(text)).toMatchObject({ ok: true });
    expect(checks).toHaveBeenCalledTimes(2);
    expect(imports).toHaveBeenCalledTimes(1);
  });

  it('answers the same whatever a caller does to the answer', async () => {
    const verify = local();
    const text = await token({ claims: { amr: ['pwd'] } });
    const answer = await verify(text);
    if (!answer.ok) throw new Error(answer.code);
    expect(() => Object.assign(answer.claims, { sub: 'root' })).toThrow(TypeError);
    expect(() => (answer.claims.amr as string[]).push('hwk')).toThrow(TypeError);
    expect(await verify(text)).toMatchObject({ claims: { sub: 'somebody', amr: ['pwd'] } });
  });

  it('is forgotten after a thousand others, so that memory stays bounded', async () => {
    const verify = local();
    const first = await token();
    await verify(first);
    for (let count = 0; count < 1000; count += 1) await verify(await token({ claims: { jti: `${count}` } }));
    const checks = signatureChecks();
    await verify(await token({ claims: { jti: '999' } }));
    expect(checks).toHaveBeenCalledTimes(1);
    await verify(first);
    expect(checks).toHaveBeenCalledTimes(2);
  });
});

describe('keys', () => {
  it('that cannot be had refuse every token until they can', async () => {
    let away = true;
    const keys = async () => {
      if (away) throw new Error('the object is away');
      return jwkSet;
    };
    const verify = local({ keys });
    const text = await token();
    expect(await verify(text)).toMatchObject({ ok: false, code: 'keys_unavailable' });
    away = false;
    expect(await verify(text)).toMatchObject({ ok: true });
    away = true;
    expect(await verify(text)).toMatchObject({ ok: false, code: 'keys_unavailable' });
  });

  it('that are malformed refuse, too', async () => {
    const verify = local({ keys: async () => ({ keys: [{ ...es256Jwk, x: 'AAAA' }] }) });
    expect(await verify(await token())).toMatchObject({ ok: false, code: 'keys_unavailable' });
  });

  const remote = (respond: () => Response) =>
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => respond());

  it('are fetched from the issuer, once for many tokens', async () => {
    const fetched = remote(() => Response.json(jwkSet));
    const verify = verifier({ issuer, audience });
    for (let count = 0; count < 5; count += 1) {
      expect(await verify(await token({ claims: { jti: `${count}` } }))).toMatchObject({ ok: true });
    }
    expect(fetched.mock.calls.map(([url]) => String(url))).toEqual([`${issuer}/.well-known/jwks.json`]);
  });

  it('may be as many as the verifier allows', async () => {
    const keys = [...Array.from({ length: 149 }, (_, index) => ({ ...rs256Jwk, kid: `${index}` })), es256Jwk];
    remote(() => Response.json({ keys }));
    const text = await token();
    expect(await verifier({ issuer, audience })(text)).toMatchObject({ code: 'keys_unavailable' });
    const generous = verifier({ issuer, audience, jwks: { maximumKeys: 150 } });
    expect(await generous(text)).toMatchObject({ ok: true });
  });

  it('are fetched from another place when one is given', async () => {
    const fetched = remote(() => Response.json(jwkSet));
    await verifier({ issuer, audience, jwksUri: 'http://localhost:8787/keys' })(await token());
    expect(fetched.mock.calls.map(([url]) => String(url))).toEqual(['http://localhost:8787/keys']);
  });

  it('are fetched anew for an unknown kid, but not for each one', async () => {
    let keys = [rs256Jwk];
    const fetched = remote(() => Response.json({ keys }));
    const verify = verifier({ issuer, audience, algorithms: ['ES256', 'RS256'] });
    vi.useFakeTimers({ toFake: ['Date'] });
    const remembered = await signedWith('RS256', 'rs', rs256PrivateKey);
    expect(await verify(remembered)).toMatchObject({ ok: true });
    expect(await verify(await token())).toMatchObject({ code: 'key_unknown' });
    expect(fetched).toHaveBeenCalledTimes(1);
    keys = [es256Jwk];
    vi.setSystemTime(Date.now() + 31_000);
    expect(await verify(await token())).toMatchObject({ ok: true });
    expect(fetched).toHaveBeenCalledTimes(2);
    expect(await verify(remembered)).toMatchObject({ code: 'key_unknown' });
  });

  it.each([
    ['an error', () => new Response('no', { status: 500 })],
    ['a page', () => new Response('<!doctype html>', { headers: { 'content-type': 'text/html' } })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://stranger.test' } })],
    ['something else in JSON', () => Response.json({ keys: 'none' })],
  ])('that come back as %s refuse every token', async (_, respond) => {
    remote(respond);
    expect(await verifier({ issuer, audience })(await token())).toMatchObject({ code: 'keys_unavailable' });
  });
});

describe('a verifier', () => {
  const wrong: [string, Partial<VerifierOptions>][] = [
    ['an empty issuer', { issuer: '' }],
    ['an empty audience', { audience: '' }],
    ['no audience', { audience: [] }],
    ['an empty audience among others', { audience: [audience, ''] }],
    ['an empty typ', { typ: '' }],
    ['no algorithm', { algorithms: [] }],
    ['a shared-secret algorithm', { algorithms: ['HS256' as 'ES256'] }],
    ['no signature', { algorithms: ['none' as 'ES256'] }],
    ['a negative tolerance', { clockToleranceSeconds: -1 }],
    ['a tolerance that is no number', { clockToleranceSeconds: Number.NaN }],
  ];

  it.each(wrong)('with %s is refused when it is made', (_, changes) => {
    expect(() => local(changes)).toThrow(TypeError);
  });

  it.each(['http://issuer.test/jwks', 'ftp://localhost/jwks', 'data:application/json,{}'])(
    'that would fetch its keys from %s is refused when it is made',
    (jwksUri) => {
      expect(() => verifier({ issuer, audience, jwksUri })).toThrow(TypeError);
    },
  );
});
