import '../../issuer/inside.ts';
import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { type Asked, granted, postForm } from '../../issuer/granted.ts';
import { issuer } from '../../workerd/person.ts';

type Answer = Record<string, string>;

async function refreshed(asked: Asked, changes: Record<string, string> = {}) {
  const { person, tokens } = await granted(asked);
  const form = {
    grant_type: 'refresh_token',
    client_id: asked.clientId ?? 'spa',
    refresh_token: tokens.refresh_token,
  };
  const response = await postForm('/oauth/token', new URLSearchParams({ ...form, ...changes }));
  expect(response.status).toBe(200);
  return { person, first: tokens, answer: (await response.json()) as Answer };
}

const clientId = 'renews-id-token';
const claims = JSON.stringify({ id_token: { email: null, name: null } });

it('a refresh brings an ID token of the same sign-in where the client wants one', async () => {
  const { first, answer } = await refreshed({ clientId });
  const [before, after] = [decodeJwt(first.id_token), decodeJwt(answer.id_token ?? '')];
  const { nonce, at_hash, iat, exp, ...same } = before;
  expect(nonce).toBe('n-1');
  // OpenID Connect Core §12.2: the same iss, sub, aud and auth_time, its own iat, and no nonce.
  expect(after).toMatchObject(same);
  expect(same).toMatchObject({ iss: issuer, aud: clientId, auth_time: expect.any(Number) });
  expect(after).not.toHaveProperty('nonce');
  expect(after.at_hash).not.toBe(at_hash);
});

it('it has the claims that the sign-in asked for, and no others', async () => {
  const { person, answer } = await refreshed({ clientId, also: { claims } });
  expect(decodeJwt(answer.id_token ?? '')).toMatchObject({ email: person.email, name: expect.any(String) });
  const { answer: without } = await refreshed({ clientId });
  expect(decodeJwt(without.id_token ?? '')).not.toHaveProperty('email');
});

it.each<[string, Asked, Record<string, string>]>([
  ['for another client', { clientId: 'spa' }, {}],
  ['without openid', { clientId, scope: 'api:read' }, {}],
  ['narrowed to less than openid', { clientId, scope: 'openid api:read' }, { scope: 'api:read' }],
])('%s there is none', async (_, asked, changes) => {
  const { answer } = await refreshed(asked, changes);
  expect(answer).toHaveProperty('refresh_token');
  expect(answer).not.toHaveProperty('id_token');
});
