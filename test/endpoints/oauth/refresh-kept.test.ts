import '../../issuer/inside.ts';
import { env, runInDurableObject } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { authorized, basic, postForm, redeemed, signedUp } from '../../issuer/granted.ts';

const clientId = 'keeps';
const headers = basic(clientId);

const refresh = (refreshToken: string, by = headers) =>
  postForm(
    '/oauth/token',
    new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken }),
    by,
  );

async function tokens() {
  const person = await signedUp();
  const code = await authorized(person, { clientId, scope: 'openid' });
  const response = await redeemed(code, { clientId, headers });
  const { refresh_token: refreshToken } = (await response.json()) as { refresh_token: string };
  return { person, refreshToken };
}

it('a client that keeps its refresh token uses the same one again and again, and gets no other', async () => {
  const { refreshToken } = await tokens();
  for (let times = 0; times < 3; times += 1) {
    const response = await refresh(refreshToken);
    expect(response.status).toBe(200);
    const answer = await response.json();
    expect(answer).toHaveProperty('access_token');
    expect(answer).not.toHaveProperty('refresh_token');
  }
});

it('nobody else can use it, and it ends with its session', async () => {
  const { person, refreshToken } = await tokens();
  expect(await (await refresh(refreshToken, basic('basic'))).json()).toMatchObject({
    error: 'invalid_grant',
  });
  expect((await refresh(refreshToken)).status).toBe(200);
  await person.submit('/account/sign-out-everywhere', {});
  expect(await (await refresh(refreshToken)).json()).toMatchObject({
    error: 'invalid_grant',
    cause: 'sign_out_everywhere',
  });
});

it('each use moves its idle expiry', async () => {
  const { refreshToken } = await tokens();
  const { access_token } = (await (await refresh(refreshToken)).json()) as { access_token: string };
  const stub = env.USER.getByName(decodeJwt(access_token).sub ?? '');
  await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec('UPDATE family SET idle_expires_at = ?', Date.now() + 60_000),
  );
  expect((await refresh(refreshToken)).status).toBe(200);
  const family = await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec('SELECT generation, idle_expires_at AS idleExpiresAt FROM family').one(),
  );
  expect(family.generation).toBe(0);
  expect(family.idleExpiresAt).toBeGreaterThan(Date.now() + 24 * 60 * 60 * 1000);
});
