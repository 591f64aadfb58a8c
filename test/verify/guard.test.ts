import { base64url, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { thumbprintOf } from '../../src/verify/dpop.ts';
import { type GuardOptions, type Requirement, resourceGuard } from '../../src/verify/index.ts';
import { audience, issuer, jwkSet, seconds, token } from './issuer.ts';

const keys = async () => jwkSet;
const guard = (options: Partial<GuardOptions> = {}) => resourceGuard({ issuer, audience, keys, ...options });
const request = (headers: Record<string, string> = {}) => new Request(`${audience}/1?x=y`, { headers });
const bearer = async (changes: Parameters<typeof token>[0] = {}) =>
  request({ Authorization: `Bearer ${await token(changes)}` });

const challenges = (denied: { responseHeaders: [string, string][] }) =>
  denied.responseHeaders.filter(([name]) => name === 'WWW-Authenticate').map(([, value]) => value);

async function denied(incoming: Request, requirement?: Requirement, options: Partial<GuardOptions> = {}) {
  const answer = await guard(options)(incoming, requirement);
  if (answer.ok) throw new Error('it was let through');
  return answer;
}

describe('a request', () => {
  it('with a good token is let through, with its claims', async () => {
    expect(await guard()(await bearer())).toMatchObject({ ok: true, claims: { sub: 'somebody' } });
  });

  it('may write the scheme as it likes', async () => {
    const text = await token();
    for (const scheme of ['bearer', 'BEARER', 'Bearer ']) {
      expect((await guard()(request({ Authorization: `${scheme} ${text}` }))).ok).toBe(true);
    }
  });

  it.each([
    ['nothing', {}],
    ['another scheme', { Authorization: 'Basic eDp5' }],
    ['a scheme that only begins right', { Authorization: 'Bearers x' }],
  ])('with %s is told what to bring, and of no error (RFC 6750 §3.1)', async (_, headers) => {
    const answer = await denied(request(headers), { scope: ['orders:read'] }, { resource: audience });
    expect(answer).toMatchObject({ status: 401, code: 'missing', body: { error: 'invalid_token' } });
    expect(challenges(answer)).toEqual([
      'Bearer scope="orders:read", resource_metadata="https://api.test/.well-known/oauth-protected-resource/orders"',
    ]);
    expect(answer.responseHeaders).toContainEqual(['Cache-Control', 'no-store']);
  });

  it.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a, Bearer b', 'Bearer "x"', 'Bearer ä'])(
    'with `%s` is malformed',
    async (authorization) => {
      const incoming = {
        method: 'GET',
        url: audience,
        headers: { get: (name: string) => (name === 'Authorization' ? authorization : null) },
      };
      const answer = await guard()(incoming);
      expect(answer).toMatchObject({ ok: false, status: 400, body: { error: 'invalid_request' } });
    },
  );

  it('with a bad token is told why', async () => {
    const answer = await denied(await bearer({ claims: { exp: seconds() - 60 } }));
    expect(answer).toMatchObject({ status: 401, code: 'expired', body: { error: 'invalid_token' } });
    expect(challenges(answer)).toEqual([
      'Bearer error="invalid_token", error_description="the token has expired"',
    ]);
  });

  it("is asked to come back when the keys cannot be had: that is nobody's fault who calls", async () => {
    const away = async () => {
      throw new Error('away');
    };
    const answer = await denied(await bearer(), {}, { keys: away });
    expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(answer.responseHeaders).toContainEqual(['Retry-After', '1']);
    expect(challenges(answer)).toEqual([]);
  });
});

describe('a scope', () => {
  it.each([
    ['has', 'orders:read orders:write', true],
    ['lacks', 'orders:write', false],
    ['only begins like', 'orders:readonly orders:write', false],
    ['does not name', undefined, false],
    ['lists', ['orders:read', 'orders:write'], false],
  ])('that the token %s', async (_, scope, passes) => {
    const answer = await guard()(await bearer({ claims: { scope } }), {
      scope: ['orders:read', 'orders:write'],
    });
    expect(answer.ok).toBe(passes);
    if (answer.ok) return;
    expect(answer).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
    expect(challenges(answer)).toEqual([
      'Bearer error="insufficient_scope", error_description="the token lacks a scope that is needed here", scope="orders:read orders:write"',
    ]);
  });
});

describe('a step up (RFC 9470)', () => {
  it.each([
    ['the right acr', { acr: 'phr' }, { acrValues: ['phr', 'mfa'] }, true],
    ['the second-best acr', { acr: 'mfa' }, { acrValues: ['phr', 'mfa'] }, true],
    ['another acr', { acr: 'pwd' }, { acrValues: ['phr', 'mfa'] }, false],
    ['no acr', {}, { acrValues: ['phr'] }, false],
    ['a recent sign-in', { auth_time: seconds() - 100 }, { maxAgeSeconds: 120 }, true],
    ['an old sign-in', { auth_time: seconds() - 200 }, { maxAgeSeconds: 120 }, false],
    ['no time of sign-in', {}, { maxAgeSeconds: 120 }, false],
    ['a time of sign-in that is text', { auth_time: '9999999999' }, { maxAgeSeconds: 120 }, false],
  ])('with %s', async (_, claims, requirement, passes) => {
    expect((await guard()(await bearer({ claims }), requirement)).ok).toBe(passes);
  });

  it('is asked for in the challenge', async () => {
    const answer = await denied(await bearer(), { acrValues: ['phr', 'mfa'], maxAgeSeconds: 120 });
    expect(answer).toMatchObject({ status: 401, body: { error: 'insufficient_user_authentication' } });
    expect(challenges(answer)).toEqual([
      'Bearer error="insufficient_user_authentication", error_description="a more recent or a stronger sign-in is needed here", acr_values="phr mfa", max_age="120"',
    ]);
  });
});

describe('where DPoP is understood', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = await exportJWK(publicKey);
  const bound = await token({ claims: { cnf: { jkt: await thumbprintOf(jwk) } } });
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(bound));
  const ath = base64url.encode(new Uint8Array(digest));
  const proof = (claims: Record<string, unknown> = {}) =>
    new SignJWT({ jti: 'j', htm: 'GET', htu: `${audience}/1`, iat: seconds(), ath, ...claims })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk })
      .sign(privateKey);

  it('a proven token is let through', async () => {
    const incoming = request({ Authorization: `DPoP ${bound}`, DPoP: await proof() });
    expect(await guard({ dpop: {} })(incoming)).toMatchObject({ ok: true });
  });

  it('both schemes are offered, and only DPoP where it is required', async () => {
    expect(challenges(await denied(request(), {}, { dpop: {} }))).toEqual([
      'Bearer',
      'DPoP algs="ES256 Ed25519 EdDSA"',
    ]);
    expect(
      challenges(await denied(request(), {}, { dpop: { required: true, algorithms: ['ES256'] } })),
    ).toEqual(['DPoP algs="ES256"']);
    expect(challenges(await denied(await bearer(), {}, { dpop: { required: true } }))).toEqual([
      'DPoP error="invalid_token", error_description="the token is bound to no key", algs="ES256 Ed25519 EdDSA"',
    ]);
  });

  it('a bound token sent as a bearer token is refused (RFC 9449 §7.2)', async () => {
    const answer = await denied(
      request({ Authorization: `Bearer ${bound}`, DPoP: await proof() }),
      {},
      { dpop: {} },
    );
    expect(answer).toMatchObject({ status: 401, code: 'proof_missing', body: { error: 'invalid_token' } });
  });

  it('a proof that is no good is told apart from a token that is none', async () => {
    const wrong = request({ Authorization: `DPoP ${bound}`, DPoP: await proof({ htm: 'PUT' }) });
    const answer = await denied(wrong, {}, { dpop: {} });
    expect(challenges(answer)).toEqual([
      'DPoP error="invalid_dpop_proof", error_description="the proof is for another request", algs="ES256 Ed25519 EdDSA"',
    ]);
    const other = await token({ claims: { cnf: { jkt: 'x' } } });
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(other)));
    const text = await proof({ ath: base64url.encode(hash) });
    const stolen = await denied(request({ Authorization: `DPoP ${other}`, DPoP: text }), {}, { dpop: {} });
    expect(stolen).toMatchObject({ code: 'proof_key_mismatch', body: { error: 'invalid_token' } });
  });

  it('a nonce is handed out with the refusal, and with every answer after', async () => {
    const dpop = { nonce: { current: () => 'n1', accepts: (text: string) => text === 'n1' } };
    const without = request({ Authorization: `DPoP ${bound}`, DPoP: await proof() });
    const answer = await denied(without, {}, { dpop });
    expect(answer).toMatchObject({ status: 401, body: { error: 'use_dpop_nonce' } });
    expect(answer.responseHeaders).toContainEqual(['DPoP-Nonce', 'n1']);
    const incoming = request({ Authorization: `DPoP ${bound}`, DPoP: await proof({ nonce: 'n1' }) });
    expect(await guard({ dpop })(incoming)).toMatchObject({
      ok: true,
      responseHeaders: [['DPoP-Nonce', 'n1']],
    });
  });

  it('where it is not, the scheme means nothing', async () => {
    const incoming = request({ Authorization: `DPoP ${bound}`, DPoP: await proof() });
    const answer = await denied(incoming);
    expect(answer).toMatchObject({ status: 401, code: 'proof_missing' });
    expect(challenges(answer)[0]).toMatch(/^Bearer /);
  });
});
