import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { ObjectUnavailable } from '../../src/durable/call.ts';
import { readIdTokenHint } from '../../src/keys/id-token-hint.ts';
import type { Keys } from '../../src/keys/keys.ts';

const issuer = 'https://auth.test';
const { publicKey, privateKey } = await generateKeyPair('RS256');
const jwk: JWK = { ...(await exportJWK(publicKey)), kid: 'new', alg: 'RS256', use: 'sig' };

const keys = (known: JWK[], asked: JWK[]) =>
  ({ jwks: async (missing?: string) => ({ keys: missing === 'new' ? asked : known }) }) as Keys;
const hint = new SignJWT({ sid: 'session' })
  .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'new' })
  .setIssuer(issuer)
  .setSubject('user')
  .setAudience('app')
  .setExpirationTime('5m')
  .sign(privateKey);

it('a hint is read though its key is newer than the set that the isolate has', async () => {
  expect(await readIdTokenHint({ config: { issuer }, keys: keys([], [jwk]) }, await hint)).toEqual({
    kind: 'ours',
    userId: 'user',
    sessionId: 'session',
    audience: ['app'],
  });
});

it('a hint whose key nobody has any more cannot be verified', async () => {
  expect(await readIdTokenHint({ config: { issuer }, keys: keys([], []) }, await hint)).toEqual({
    kind: 'unverifiable',
  });
});

it('a token that names no key is none of ours, and a hint waits for keys that cannot be had', async () => {
  const nameless = await new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuer(issuer)
    .setSubject('user')
    .setExpirationTime('5m')
    .sign(privateKey);
  const config = { issuer };
  expect(await readIdTokenHint({ config, keys: keys([jwk], [jwk]) }, nameless)).toEqual({ kind: 'foreign' });
  const away = { jwks: () => Promise.reject(new Error('away')) } as unknown as Keys;
  await expect(readIdTokenHint({ config, keys: away }, await hint)).rejects.toThrow(ObjectUnavailable);
});

it.each(['', '.', 'a.b.c', 'x'.repeat(9000)])('garbage is no hint, and asks for no key: %j', async (text) => {
  const none = { jwks: () => Promise.reject(new Error('asked')) } as unknown as Keys;
  expect(await readIdTokenHint({ config: { issuer }, keys: none }, text)).toEqual({ kind: 'foreign' });
});
