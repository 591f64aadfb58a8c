import '../../issuer/inside.ts';
import { exports } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import { api, staff } from '../../issuer/config.ts';
import { type Asked, authorized, redeemed, signedUp, userinfo } from '../../issuer/granted.ts';
import { refresh, type Tokens } from '../../workerd/person.ts';

const groups = ['admins', 'staff'];

/** Somebody in two groups, with the tokens of a client. */
async function tokensOfMember(asked: Asked): Promise<Tokens> {
  const person = await signedUp();
  const tokensFor = async (those: Asked) =>
    (await (await redeemed(await authorized(person, those), those)).json()) as Tokens;
  const { id_token } = await tokensFor({});
  await exports.Administration.setProfile(decodeJwt(id_token).sub ?? '', { groups });
  return tokensFor(asked);
}
const answered = async ({ access_token }: Tokens) =>
  (await (await userinfo(`Bearer ${access_token}`)).json()) as Record<string, unknown>;

it('UserInfo tells the groups to whom the scope was granted, and to nobody else', async () => {
  const member = await tokensOfMember({ clientId: 'staff', scope: 'openid groups', resource: [api] });
  expect(await answered(member)).toEqual({ sub: decodeJwt(member.id_token).sub, groups });
  expect(decodeJwt(member.access_token)).not.toHaveProperty('groups');
  expect(decodeJwt(member.id_token)).not.toHaveProperty('groups');
  const without = await tokensOfMember({ clientId: 'staff', scope: 'openid', resource: [api] });
  expect(await answered(without)).toEqual({ sub: decodeJwt(without.id_token).sub });
});

it('a client names its way to them by claims only where the scope is registered for it', async () => {
  const claims = JSON.stringify({ id_token: { groups: null }, userinfo: { groups: null } });
  const allowed = await tokensOfMember({ clientId: 'staff', resource: [api], also: { claims } });
  expect(decodeJwt(allowed.id_token).groups).toEqual(groups);
  expect((await answered(allowed)).groups).toEqual(groups);
  const stranger = await tokensOfMember({ clientId: 'spa', resource: [api], also: { claims } });
  expect(decodeJwt(stranger.id_token)).not.toHaveProperty('groups');
  expect(await answered(stranger)).not.toHaveProperty('groups');
});

it('a token for a resource that is to see them has them, after a refresh too, as they are by then', async () => {
  const tokens = await tokensOfMember({
    clientId: 'staff',
    scope: 'openid offline_access',
    resource: [staff],
  });
  expect(decodeJwt(tokens.access_token).groups).toEqual(groups);
  const next = async (token: string | undefined) =>
    (await (await refresh(token ?? '', { client_id: 'staff' })).json()) as Tokens;
  const second = await next(tokens.refresh_token);
  expect(decodeJwt(second.access_token).groups).toEqual(groups);
  await exports.Administration.setProfile(decodeJwt(tokens.id_token).sub ?? '', { groups: [] });
  const third = await next(second.refresh_token);
  expect(decodeJwt(third.access_token)).not.toHaveProperty('groups');
  expect(decodeJwt(third.access_token).sub).toBe(decodeJwt(tokens.id_token).sub);
});
