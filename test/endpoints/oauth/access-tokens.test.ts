import '../../issuer/inside.ts';
import { SELF } from 'cloudflare:test';
import { createLocalJWKSet, decodeJwt, type JSONWebKeySet, jwtVerify } from 'jose';
import { describe, expect, it } from 'vitest';
import { api, legacy, notes, reports } from '../../issuer/config.ts';
import { authorized, granted, introspected, redeemed, signedUp } from '../../issuer/granted.ts';
import { issuer, refresh, type Tokens } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

const scope = 'openid api:read notes:read reports:read';
const several = { clientId: 'several', scope };
const jwks = async () =>
  createLocalJWKSet((await (await SELF.fetch(`${issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet);
const lifetime = (token: string) => {
  const { exp = 0, iat = 0 } = decodeJwt(token);
  return exp - iat;
};

describe('an access token is as its resource wants it', () => {
  it('a JWT with every claim of RFC 9068', async () => {
    const { tokens, person } = await granted({ ...several, resource: [api] });
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, await jwks(), { issuer });
    expect(protectedHeader).toEqual({ alg: 'ES256', typ: 'at+jwt', kid: expect.any(String) });
    expect(payload).toEqual({
      iss: issuer,
      sub: decodeJwt(tokens.id_token).sub,
      aud: [api, issuer],
      client_id: 'several',
      iat: expect.any(Number),
      exp: (payload.iat ?? 0) + 900,
      jti: expect.stringMatching(/^[\w-]{11}\.[\w-]{11}$/),
      scope: 'openid api:read notes:read',
      sid: decodeJwt(tokens.id_token).sid,
      auth_time: expect.any(Number),
      amr: ['pwd'],
      acr: 'urn:portcullis:acr:single-factor',
      email: person.email,
    });
    expect(tokens).toMatchObject({
      token_type: 'Bearer',
      expires_in: 900,
      scope: 'openid api:read notes:read',
    });
  });

  it('opaque: it tells its holder nothing, and introspection everything', async () => {
    const { tokens } = await granted({ ...several, resource: [notes] });
    expect(tokens.access_token).toMatch(/^pc_at_[\w-]+$/);
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 120, scope: 'openid notes:read' });
    expect(await introspected(tokens.access_token)).toMatchObject({
      active: true,
      sub: decodeJwt(tokens.id_token).sub,
      aud: [notes, issuer],
      client_id: 'several',
      scope: 'openid notes:read',
    });
  });

  it('signed with the algorithm of the resource', async () => {
    const { tokens } = await granted({ ...several, resource: [legacy] });
    const { protectedHeader } = await jwtVerify(tokens.access_token, await jwks(), { audience: legacy });
    expect(protectedHeader).toMatchObject({ alg: 'RS256', typ: 'at+jwt' });
  });

  it('for several that agree: the shortest life, and only claims that all of them get', async () => {
    const { tokens, person } = await granted({ ...several, resource: [api, reports] });
    const claims = decodeJwt(tokens.access_token);
    expect(claims).toMatchObject({ aud: [api, reports, issuer], email: person.email });
    expect(claims).not.toHaveProperty('name');
    expect(lifetime(tokens.access_token)).toBe(60);
    expect(tokens.expires_in).toBe(60);
    const alone = await granted({ ...several, resource: [reports] });
    expect(decodeJwt(alone.tokens.access_token)).toMatchObject({ name: 'Ada' });
  });

  it('bound to the key of a DPoP proof, in both formats', async () => {
    const key = await ProofKey.make();
    for (const resource of [[api], [notes]]) {
      const { tokens } = await granted({ ...several, resource, key });
      expect(tokens.token_type).toBe('DPoP');
      expect(await introspected(tokens.access_token)).toMatchObject({
        token_type: 'DPoP',
        cnf: { jkt: key.jkt },
      });
    }
  });
});

describe('resources that cannot share a token', () => {
  it.each([
    [[api, notes], 'format'],
    [[api, legacy], 'algorithm'],
  ])('%j are refused together, before the code is used up', async (resource) => {
    const person = await signedUp();
    const code = await authorized(person, { ...several, resource });
    const response = await redeemed(code, { ...several, tokenResource: resource });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: 'invalid_target',
      error_description: `access tokens for ${resource[0]} and ${resource[1]} are of different kinds: ask for one at a time`,
    });
    expect((await redeemed(code, { ...several, tokenResource: resource.slice(1) })).status).toBe(200);
  });

  it('the first that was granted, and what goes with it, is the default', async () => {
    const { tokens } = await granted({ ...several, resource: [api, notes, reports] });
    expect(decodeJwt(tokens.access_token).aud).toEqual([api, reports, issuer]);
  });

  it('each gets its own token by a refresh that names it', async () => {
    const { tokens } = await granted({ ...several, resource: [api, notes] });
    const opaque = (await (
      await refresh(tokens.refresh_token, { client_id: 'several', resource: notes })
    ).json()) as Tokens;
    expect(opaque).toMatchObject({ expires_in: 120, scope: 'openid notes:read' });
    const again = (await (await refresh(opaque.refresh_token, { client_id: 'several' })).json()) as Tokens;
    expect(decodeJwt(again.access_token).aud).toEqual([api, issuer]);
  });
});

it('a scope stands in a token only where it means something', async () => {
  const { tokens } = await granted({ ...several, resource: [reports] });
  expect(decodeJwt(tokens.access_token).scope).toBe('openid reports:read');
  // The server of `api` may exchange its tokens for such of `notes`: there, notes:read means something.
  const exchangeable = await granted({ clientId: 'spa', scope: 'api:read notes:read', resource: [api] });
  expect(exchangeable.tokens.scope).toBe('api:read notes:read');
});
