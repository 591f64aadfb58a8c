import { beforeEach, describe, expect, it } from 'vitest';
import { ProofKey } from '../workerd/proof-key.ts';
import { accessToken, gateCookie, gateUnderTest, host, navigation } from './setup.ts';

let world: ReturnType<typeof gateUnderTest>;
let key: ProofKey;
let token: string;
beforeEach(async () => {
  world = gateUnderTest();
  key = await ProofKey.make();
  token = await accessToken({ cnf: { jkt: key.jkt } });
});

interface Sent {
  method?: string;
  path?: string;
  scheme?: string;
  proof?: Parameters<ProofKey['proof']>[0];
  accessToken?: string;
  headers?: Record<string, string>;
}

/** Sends a request with a proof for exactly that request, but for the changes. */
async function send({
  method = 'GET',
  path = '/session/x',
  scheme = 'DPoP',
  accessToken: sent = token,
  ...rest
}: Sent = {}) {
  const { pathname } = new URL(path, `https://${host}`);
  const claims = { htu: `https://${host}${pathname}`, ...rest.proof?.claims };
  const DPoP = await key.proof({ method, accessToken: sent, ...rest.proof, claims });
  const headers = { Authorization: `${scheme} ${sent}`, DPoP, ...rest.headers };
  const response = await world.send(path, { method, headers });
  key.nonce = response.headers.get('DPoP-Nonce') ?? key.nonce;
  return response;
}

const challenged = (response: Response) => response.headers.get('WWW-Authenticate');

/** As `send`, with the nonce that the gate asks for. */
async function sendWithNonce(sent: Sent = {}) {
  if (key.nonce === undefined) await send();
  return send(sent);
}

describe('a token that is bound to a key', () => {
  it('passes with a proof for this request, and gets the nonce for the next one', async () => {
    const first = await send();
    expect(first.status).toBe(401);
    expect(challenged(first)).toMatch(/^DPoP error="use_dpop_nonce"/);
    expect(await first.json()).toMatchObject({ error: 'use_dpop_nonce' });
    expect(first.headers.get('Access-Control-Expose-Headers')).toContain('DPoP-Nonce');
    expect(world.received).toEqual([]);

    const second = await send({ path: '/session/x?a=b' });
    expect(second.status).toBe(200);
    expect(second.headers.get('DPoP-Nonce')).toBe(key.nonce);
    expect(world.received).toHaveLength(1);
  });

  it('keeps token and proof from the origin', async () => {
    expect((await sendWithNonce()).status).toBe(200);
    expect(world.received[0]?.headers.get('Authorization')).toBeNull();
    expect(world.received[0]?.headers.get('DPoP')).toBeNull();
  });

  it('asks for no nonce where the configuration wants none', async () => {
    world = gateUnderTest({ dpop: { requireNonce: false } });
    const response = await send();
    expect(response.status).toBe(200);
    expect(response.headers.get('DPoP-Nonce')).toBeNull();
  });

  it('costs one question to the object of its key, and one about its session in the window', async () => {
    await send();
    expect([world.calls.status.length, world.calls.firstUse.length]).toEqual([0, 0]);
    for (const _ of [1, 2, 3]) expect((await send()).status).toBe(200);
    expect([world.calls.status.length, world.calls.firstUse.length]).toEqual([1, 3]);
    expect(new Set(world.calls.firstUse)).toEqual(new Set([key.jkt]));
  });

  it('is for the method that is sent', async () => {
    await send();
    for (const method of ['HEAD', 'POST', 'DELETE', 'OPTIONS']) {
      expect((await send({ method })).status).toBe(200);
      expect((await send({ method, proof: { method: 'GET' } })).status).toBe(401);
    }
    expect(world.received).toHaveLength(4);
  });

  it('is not sent on a second time with the same proof', async () => {
    await send();
    const DPoP = await key.proof({
      method: 'GET',
      accessToken: token,
      claims: { htu: `https://${host}/session/x` },
    });
    const headers = { Authorization: `DPoP ${token}`, DPoP };
    expect((await world.send('/session/x', { headers })).status).toBe(200);
    const again = await world.send('/session/x', { headers });
    expect(again.status).toBe(401);
    expect(challenged(again)).toContain('error="invalid_dpop_proof"');
    expect(world.received).toHaveLength(1);
  });

  const wrong: [string, Sent][] = [
    ['for another path', { proof: { claims: { htu: `https://${host}/session/y` } } }],
    ['for another host', { proof: { claims: { htu: 'https://second.test/session/x' } } }],
    ['for plain http', { proof: { claims: { htu: `http://${host}/session/x` } } }],
    ['for another method', { proof: { method: 'POST' } }],
    ['for another token', { proof: { accessToken: 'another' } }],
    ['for no token', { proof: { claims: { ath: undefined } } }],
    ['that is too old', { proof: { claims: { iat: Math.floor(Date.now() / 1000) - 90 } } }],
    ['from the future', { proof: { claims: { iat: Math.floor(Date.now() / 1000) + 90 } } }],
    ['of another type', { proof: { header: { typ: 'JWT' } } }],
    ['without a name', { proof: { claims: { jti: undefined } } }],
    ['that is garbage', { headers: { DPoP: 'garbage' } }],
    ['of tens of kilobytes', { headers: { DPoP: 'a'.repeat(60_000) } }],
    ['that is two', { headers: { DPoP: 'e30.e30.e30, e30.e30.e30' } }],
  ];
  it.each(wrong)('is refused with a proof %s', async (_, sent) => {
    const response = await sendWithNonce(sent);
    expect(response.status).toBe(401);
    expect(challenged(response)).toMatch(
      /^DPoP error="invalid_dpop_proof", error_description="[^"]+", algs="ES256 Ed25519 EdDSA", resource_metadata="/,
    );
    expect(await response.json()).toMatchObject({ error: 'invalid_dpop_proof' });
    expect(response.headers.get('DPoP-Nonce')).toBe(key.nonce);
    expect(world.received).toEqual([]);
    // What is no good uses nothing up.
    expect(world.calls.firstUse).toEqual([]);
  });

  it("is refused with another key's proof, and without any: it may have been stolen", async () => {
    await send();
    const mine = key;
    key = await ProofKey.make();
    key.nonce = mine.nonce;
    const stolen = await send();
    expect(stolen.status).toBe(401);
    expect(challenged(stolen)).toMatch(/^DPoP error="invalid_token"/);
    for (const scheme of ['DPoP', 'Bearer']) {
      const response = await world.send('/session/x', { headers: { Authorization: `${scheme} ${token}` } });
      expect(response.status).toBe(401);
      expect(challenged(response)).toContain('error="invalid_token"');
    }
    expect(world.received).toEqual([]);
  });

  it('is refused as a bearer token, even with its proof (RFC 9449 §7.2)', async () => {
    const response = await sendWithNonce({ scheme: 'Bearer' });
    expect(response.status).toBe(401);
    expect(challenged(response)).toContain('error="invalid_token"');
    expect(world.received).toEqual([]);
  });

  it('is refused when its binding is of a kind that cannot be checked here', async () => {
    for (const cnf of [{ 'x5t#S256': 'x' }, {}, null, 'x', { jkt: 7 }]) {
      const other = await accessToken({ cnf });
      expect((await sendWithNonce({ accessToken: other })).status).toBe(401);
      const headers = { Authorization: `Bearer ${other}` };
      expect((await world.send('/session/x', { headers })).status).toBe(401);
    }
    expect(world.received).toEqual([]);
  });

  it('sends no navigation to sign in, and is not helped by a cookie', async () => {
    const headers = { ...navigation, Cookie: await gateCookie() };
    const response = await sendWithNonce({ scheme: 'Bearer', headers });
    expect(response.status).toBe(401);
    expect(world.received).toEqual([]);
  });
});

it('a bearer token sent as if it were bound is refused: the proof would prove nothing', async () => {
  const response = await sendWithNonce({ accessToken: await accessToken() });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({
    error: 'invalid_token',
    error_description: 'the token is bound to no key',
  });
  expect(world.received).toEqual([]);
});

it('an object that cannot say whether a proof was used refuses: 503, the origin saw nothing', async () => {
  await send();
  world.world.firstUse = () => Promise.reject(new Error('down'));
  const response = await send();
  expect(response.status).toBe(503);
  expect(response.headers.get('Retry-After')).toBe('1');
  expect(world.received).toEqual([]);
});
