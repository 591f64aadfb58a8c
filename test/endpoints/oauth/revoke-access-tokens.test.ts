import '../../issuer/inside.ts';
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, expect, it, vi } from 'vitest';
import { api, notes } from '../../issuer/config.ts';
import { basic, granted, introspected, userinfo } from '../../issuer/granted.ts';
import { post, refresh, type Tokens } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const scope = 'openid api:read notes:read';
const objectOf = ({ id_token }: Tokens) => env.USER.getByName(decodeJwt(id_token).sub ?? '');
const revoke = (token: string, headers: Record<string, string> = {}, clientId = 'spa') =>
  post('/oauth/revoke', { token, ...(!headers.Authorization && { client_id: clientId }) }, headers);
const clientsOwn = async (resource: string) =>
  (await (
    await post('/oauth/token', { grant_type: 'client_credentials', resource }, basic('machine'))
  ).json()) as Tokens;

it.each([
  ['JWT', api],
  ['opaque', notes],
])('a revoked %s is refused at once by whoever asks, and its family goes on', async (_, resource) => {
  const { tokens } = await granted({ scope, resource: [resource] });
  expect((await userinfo(`Bearer ${tokens.access_token}`)).status).toBe(200);
  expect((await revoke(tokens.access_token)).status).toBe(200);
  expect((await userinfo(`Bearer ${tokens.access_token}`)).status).toBe(401);
  expect(await introspected(tokens.access_token)).toEqual({ active: false });
  const next = (await (await refresh(tokens.refresh_token, { client_id: 'spa' })).json()) as Tokens;
  expect((await introspected(next.access_token)).active).toBe(true);
});

it('leaves the token of another client alone, with the same answer', async () => {
  const { tokens } = await granted({ scope, resource: [notes] });
  for (const answer of [
    await revoke(tokens.access_token, {}, 'native'),
    await revoke(tokens.access_token, basic('notes-server')),
  ]) {
    expect(answer.status).toBe(200);
  }
  expect((await introspected(tokens.access_token)).active).toBe(true);
});

it.each([
  ['JWT', api],
  ['opaque', notes],
])('takes a client’s own %s back, which no user’s object knows', async (_, resource) => {
  const { access_token: token } = await clientsOwn(resource);
  const { access_token: other } = await clientsOwn(resource);
  expect((await introspected(token)).active).toBe(true);
  expect((await revoke(token, basic('machine'))).status).toBe(200);
  expect(await introspected(token)).toEqual({ active: false });
  expect((await introspected(other)).active).toBe(true);
});

it('answers trouble with 503 and never with 200', async () => {
  const { tokens } = await granted({ scope, resource: [notes] });
  const { access_token: clients } = await clientsOwn(notes);
  for (const namespace of [env.USER, env.REPLAY]) {
    vi.spyOn(namespace, 'getByName').mockImplementation(() => {
      throw new Error('the object is gone');
    });
  }
  for (const answer of [
    await revoke(tokens.access_token),
    await revoke(tokens.refresh_token),
    await revoke(clients, basic('machine')),
  ]) {
    expect(answer.status).toBe(503);
    expect(answer.headers.get('Retry-After')).toBe('1');
  }
  vi.restoreAllMocks();
  expect((await introspected(tokens.access_token)).active).toBe(true);
});

it('asks one object, once', async () => {
  const { tokens } = await granted({ scope, resource: [notes] });
  const spy = vi.spyOn(env.USER, 'getByName');
  await revoke(tokens.access_token);
  expect(spy).toHaveBeenCalledTimes(1);
});

it('is remembered until the token expires, and no longer', async () => {
  const { tokens } = await granted({ scope, resource: [notes] });
  const rows = () =>
    runInDurableObject(objectOf(tokens), (_, { storage }) =>
      storage.sql.exec('SELECT token_id FROM revoked_token').toArray(),
    );
  await revoke(tokens.access_token);
  await revoke(tokens.access_token);
  expect(await rows()).toHaveLength(1);
  await runDurableObjectAlarm(objectOf(tokens));
  expect(await rows()).toHaveLength(1);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 121_000 });
  await runDurableObjectAlarm(objectOf(tokens));
  expect(await rows()).toHaveLength(0);
});

it('ends the family of a client that revokes more than can be remembered', async () => {
  const { tokens } = await granted({ scope, resource: [notes] });
  const { jti = '' } = (await introspected(tokens.access_token)) as { jti?: string };
  await runInDurableObject(objectOf(tokens), (_, { storage }) => {
    const insert = 'INSERT INTO revoked_token (token_id, expires_at) VALUES (?, ?)';
    for (let count = 0; count < 50; count += 1) {
      storage.sql.exec(insert, `${jti.split('.')[0]}.another-${count}`, Date.now() + 60_000);
    }
  });
  expect((await introspected(tokens.access_token)).active).toBe(true);
  await revoke(tokens.access_token);
  expect((await introspected(tokens.access_token)).active).toBe(false);
  expect((await refresh(tokens.refresh_token, { client_id: 'spa' })).status).toBe(400);
});
