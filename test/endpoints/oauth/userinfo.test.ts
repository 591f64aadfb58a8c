import { SELF } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { issuer, personWithTokens, post } from '../../workerd/person.ts';

const ask = (token?: string, method = 'GET') =>
  SELF.fetch(`${issuer}/oauth/userinfo`, {
    method,
    headers: token === undefined ? {} : { Authorization: `Bearer ${token}` },
  });

it('tells what the scope allows, by GET and by POST', async () => {
  const { person, tokens } = await personWithTokens();
  const expected = {
    sub: decodeJwt(tokens.access_token).sub,
    name: 'Ada',
    email: person.email,
    email_verified: false,
    updated_at: expect.any(Number),
  };
  for (const method of ['GET', 'POST']) {
    const response = await ask(tokens.access_token, method);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await response.json()).toEqual(expected);
  }
});

it('tells only the subject to a client that asked for no more', async () => {
  const { tokens } = await personWithTokens({ scope: 'openid' });
  expect(await (await ask(tokens.access_token)).json()).toEqual({ sub: decodeJwt(tokens.access_token).sub });
});

it('asks for credentials without an error code when there are none', async () => {
  const response = await ask();
  expect(response.status).toBe(401);
  expect(response.headers.get('WWW-Authenticate')).toBe('Bearer, DPoP algs="ES256 Ed25519 EdDSA"');
});

it('refuses garbage, ID tokens, refresh tokens and tokens without openid', async () => {
  const { tokens } = await personWithTokens();
  for (const token of [
    'garbage',
    'a.b.c',
    'pc_at_AAAAA',
    tokens.id_token,
    tokens.refresh_token,
    `${tokens.access_token.slice(0, -4)}AAAA`,
  ]) {
    const response = await ask(token);
    expect(response.status, token.slice(0, 12)).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toContain('error="invalid_token"');
  }
  const narrow = await personWithTokens({ scope: 'demo:read' });
  expect((await ask(narrow.tokens.access_token)).status).toBe(401);
});

it('refuses an access token at once after its session or its family ended', async () => {
  const signedOut = await personWithTokens();
  await signedOut.person.submit('/account/sign-out-everywhere', {});
  expect((await ask(signedOut.tokens.access_token)).status).toBe(401);
  const revoked = await personWithTokens();
  await post('/oauth/revoke', { client_id: 'demo', token: revoked.tokens.refresh_token });
  expect((await ask(revoked.tokens.access_token)).status).toBe(401);
});
