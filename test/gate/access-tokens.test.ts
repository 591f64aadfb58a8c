import { SignJWT } from 'jose';
import { expect, it } from 'vitest';
import type { SessionAnswer } from '../../src/user/types.ts';
import { accessToken, gateCookie, gateUnderTest, issuer, live, rsa, sessionId, userId } from './setup.ts';

const revokedTokens = ['family.one'];
const withRevoked = { ...live, revokedTokens } as SessionAnswer;

it('refuses a revoked token and what it was exchanged for, and lets the rest of its family pass', async () => {
  const world = gateUnderTest();
  world.world.status = async () => withRevoked;
  const status = async (jti: string) => {
    const headers = { Authorization: `Bearer ${await accessToken({ jti })}` };
    return (await world.send('/session/a', { headers })).status;
  };
  expect(await status('family.one')).toBe(401);
  expect(await status('family.one.exchanged')).toBe(401);
  expect(await status('family.two')).toBe(200);
  expect(await status('family.oneandmore')).toBe(200);
  expect((await world.send('/session/a', { headers: { Cookie: await gateCookie() } })).status).toBe(200);
  // One answer serves them all: revoking costs no question more.
  expect(world.calls.status).toHaveLength(2);
});

it('takes the algorithm that the resource is configured with, and no other', async () => {
  const world = gateUnderTest();
  const aud = 'https://second.test';
  const exp = Math.floor(Date.now() / 1000) + 300;
  const claims = { iss: issuer, aud, sub: userId, sid: sessionId, client_id: 'spa', scope: 'openid', exp };
  const right = await new SignJWT(claims)
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'rsa' })
    .sign(rsa.privateKey);
  const send = (token: string) => world.send(`${aud}/x`, { headers: { Authorization: `Bearer ${token}` } });
  expect((await send(right)).status).toBe(200);
  expect((await send(await accessToken({ aud }))).status).toBe(401);
});
