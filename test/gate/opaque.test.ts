import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as sealed from '../../src/crypto/sealed-token.ts';
import { newRecordId } from '../../src/crypto/token.ts';
import { ProofKey } from '../workerd/proof-key.ts';
import { gateUnderTest, host, issuer, live, secrets, sessionId, userId } from './setup.ts';

const resource = `https://${host}/opaque`;
const gate = () =>
  gateUnderTest({
    routes: (origin) => [
      { host, path: '/opaque/*', origin, allow: 'session', freshness: { within: 30 } },
      { host, path: '/opaque-strict/*', origin, allow: 'session', freshness: 'strict', resource },
      { host, path: '/opaque-token/*', origin, allow: 'session', freshness: 'token', resource },
    ],
    resources: [{ resource, accessTokenFormat: 'opaque' }],
  });

let world: ReturnType<typeof gate>;
beforeEach(() => {
  world = gate();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** An opaque access token of the issuer; `undefined` takes a claim out. */
function opaqueToken(claims: Record<string, unknown> = {}): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  const usual = {
    iss: issuer,
    aud: resource,
    sub: userId,
    sid: sessionId,
    client_id: 'spa',
    scope: 'openid',
    jti: `family.${newRecordId()}`,
    iat,
    exp: iat + 300,
  };
  return sealed.sealToken(secrets, { ...usual, ...claims });
}

const send = (token: string, path = '/opaque/x', scheme = 'Bearer', headers = {}) =>
  world.send(path, { headers: { Authorization: `${scheme} ${token}`, ...headers } });

describe('an opaque token', () => {
  it('passes, and the origin never sees it', async () => {
    const token = await opaqueToken();
    expect((await send(token)).status).toBe(200);
    expect(JSON.stringify([...(world.received[0]?.headers ?? [])])).not.toContain(token);
    expect(world.received[0]?.headers.get('Portcullis-Assertion')).not.toBeNull();
  });

  it('is opened once, however often it comes', async () => {
    const opened = vi.spyOn(crypto.subtle, 'decrypt');
    const token = await opaqueToken();
    for (const _ of [1, 2, 3]) expect((await send(token)).status).toBe(200);
    expect(opened).toHaveBeenCalledTimes(1);
  });

  it('costs no question under `token`, one in the window, and one each time under `strict`', async () => {
    const token = await opaqueToken();
    const asked = async (path: string) => {
      world.calls.status.length = 0;
      for (const _ of [1, 2, 3]) expect((await send(token, path)).status).toBe(200);
      return world.calls.status.length;
    };
    expect(await asked('/opaque-token/x')).toBe(0);
    expect(await asked('/opaque/x')).toBe(1);
    expect(await asked('/opaque-strict/x')).toBe(3);
  });

  it('is over when it expires, also where it is remembered', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const token = await opaqueToken();
    expect((await send(token, '/opaque-token/x')).status).toBe(200);
    vi.advanceTimersByTime(300_000);
    expect((await send(token, '/opaque-token/x')).status).toBe(401);
  });

  it('is over with its session, and when it is revoked', async () => {
    const token = await opaqueToken({ jti: 'family.one' });
    world.world.status = async () => ({ ...live, revokedTokens: ['family.one'] }) as typeof live;
    expect((await send(token, '/opaque-strict/x')).status).toBe(401);
    world = gate();
    world.world.status = async () => ({ kind: 'ended', cause: 'sign_out', endedAt: 0 });
    expect((await send(token, '/opaque-strict/x')).status).toBe(401);
    expect(world.received).toEqual([]);
  });

  it.each<[string, () => Promise<string>]>([
    ['for another resource', () => opaqueToken({ aud: `https://${host}/session` })],
    ['for UserInfo alone', () => opaqueToken({ aud: issuer })],
    ['of another issuer', () => opaqueToken({ iss: 'https://other.test' })],
    ['that has expired', () => opaqueToken({ exp: Math.floor(Date.now() / 1000) })],
    ['without a session', () => opaqueToken({ sid: undefined, jti: newRecordId() })],
    ['that is bound to a key', () => opaqueToken({ cnf: { jkt: 'x' } })],
    ['changed by one character', async () => `${(await opaqueToken()).slice(0, -2)}AA`],
    ['of another kind', async () => (await opaqueToken()).replace('pc_at_', 'pc_rt_')],
    ['cut short', async () => (await opaqueToken()).slice(0, 40)],
    ['of tens of kilobytes', async () => `pc_at_${'A'.repeat(50_000)}`],
  ])('%s is 401 invalid_token', async (_, make) => {
    const response = await send(await make());
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toMatch(/^Bearer error="invalid_token"/);
    expect(world.received).toEqual([]);
    expect(world.calls.status).toEqual([]);
  });

  it('for another resource is refused although it is remembered', async () => {
    const token = await opaqueToken();
    expect((await send(token)).status).toBe(200);
    expect((await send(token, '/session/x')).status).toBe(401);
    expect(world.received).toHaveLength(1);
  });

  it('that is bound to a key passes with its proof, and only so', async () => {
    const key = await ProofKey.make();
    const token = await opaqueToken({ cnf: { jkt: key.jkt } });
    const withProof = async (nonce?: string) =>
      send(token, '/opaque/x', 'DPoP', {
        DPoP: await key.proof({
          method: 'GET',
          accessToken: token,
          claims: { htu: `https://${host}/opaque/x`, nonce },
        }),
      });
    const first = await withProof();
    expect(await first.json()).toMatchObject({ error: 'use_dpop_nonce' });
    expect((await withProof(first.headers.get('DPoP-Nonce') ?? '')).status).toBe(200);
    expect((await send(token)).status).toBe(401);
    expect(world.received).toHaveLength(1);
  });

  it('never reaches an origin on a public route either', async () => {
    const token = await opaqueToken();
    for (const Authorization of [`Bearer ${token}`, `DPoP ${token}`, `Bearer x, Bearer ${token}`]) {
      await world.send('/public/x', { headers: { Authorization } });
      expect(world.received.at(-1)?.headers.get('Authorization')).toBeNull();
    }
    await world.send('/public/x', { headers: { Authorization: 'Bearer of-somebody-else' } });
    expect(world.received.at(-1)?.headers.get('Authorization')).toBe('Bearer of-somebody-else');
  });
});
