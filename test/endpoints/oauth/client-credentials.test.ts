import '../../issuer/inside.ts';
import { env } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { expect, it, vi } from 'vitest';
import { api, notes } from '../../issuer/config.ts';
import { basic, introspected, userinfo } from '../../issuer/granted.ts';
import { issuer, post, type Tokens } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

const ask = (form: Record<string, string> = {}, headers = basic('machine')) =>
  post('/oauth/token', { grant_type: 'client_credentials', ...form }, headers);
const tokensOf = async (form: Record<string, string> = {}) => (await (await ask(form)).json()) as Tokens;

it('speaks for the client itself: no session, no family, no refresh token', async () => {
  const response = await ask();
  expect(response.status).toBe(200);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  const tokens = (await response.json()) as Tokens;
  expect(Object.keys(tokens).sort()).toEqual(['access_token', 'expires_in', 'scope', 'token_type']);
  expect(tokens).toMatchObject({ scope: 'api:read notes:read', token_type: 'Bearer' });
  const claims = decodeJwt(tokens.access_token);
  expect(Object.keys(claims).sort()).toEqual([
    'aud',
    'client_id',
    'exp',
    'iat',
    'iss',
    'jti',
    'scope',
    'sub',
  ]);
  expect(claims).toMatchObject({ iss: issuer, sub: 'machine', client_id: 'machine', aud: api });
});

it('is of the format of its resource, and bound to the key of a proof', async () => {
  const { access_token: opaque } = await tokensOf({ resource: notes, scope: 'notes:read' });
  expect(opaque).toMatch(/^pc_at_/);
  expect(await introspected(opaque)).toMatchObject({
    active: true,
    sub: 'machine',
    aud: notes,
    scope: 'notes:read',
  });
  const key = await ProofKey.make();
  const response = await key.send((headers) => ask({}, { ...basic('machine'), ...headers }));
  const bound = (await response.json()) as Tokens;
  expect(bound.token_type).toBe('DPoP');
  expect(decodeJwt(bound.access_token).cnf).toEqual({ jkt: key.jkt });
});

it.each([
  [{ scope: 'openid' }, 'invalid_scope'],
  [{ scope: 'api:read api:write' }, 'invalid_scope'],
  [{ resource: 'https://elsewhere.test/' }, 'invalid_target'],
  [{ resource: issuer }, 'invalid_target'],
])('refuses %j', async (form, error) => {
  const response = await ask(form as Record<string, string>);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error });
});

it('is for confidential clients that may use it', async () => {
  expect(await (await ask({}, basic('basic'))).json()).toMatchObject({ error: 'unauthorized_client' });
  expect(await (await ask({ client_id: 'spa' }, {})).json()).toMatchObject({ error: 'unauthorized_client' });
});

it('opens nothing at UserInfo', async () => {
  const { access_token } = await tokensOf();
  expect((await userinfo(`Bearer ${access_token}`)).status).toBe(401);
});

it('calls no object', async () => {
  const spies = [env.USER, env.REPLAY].map((namespace) => vi.spyOn(namespace, 'getByName'));
  expect((await ask()).status).toBe(200);
  expect(spies.map((spy) => spy.mock.calls.length)).toEqual([0, 0]);
  vi.restoreAllMocks();
});
