import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newRecordId } from '../../src/crypto/token.ts';
import { accessToken, gateUnderTest, host, issuer, navigation, readAssertion } from './setup.ts';

const resource = `https://${host}/jobs`;
const job = (clientId: string) => ({
  clientId,
  clientName: clientId,
  scope: ['read', 'write'],
  grantTypes: ['client_credentials' as const],
  resources: [resource],
  tokenEndpointAuthMethod: 'client_secret_basic' as const,
  clientSecretHashes: ['A'.repeat(43)],
});
const gate = () =>
  gateUnderTest({
    clients: [job('nightly'), job('backend')],
    routes: (origin) => {
      const allow = { clients: ['nightly', 'backend'] };
      return [
        { host, path: '/jobs/*', origin, allow, freshness: { within: 30 } },
        { host, path: '/jobs-strict/*', origin, allow, freshness: 'strict', resource },
        { host, path: '/jobs-token/*', origin, allow, freshness: 'token', resource },
        { host, path: '/jobs-scope/*', origin, allow: { ...allow, scope: ['write'] }, resource },
        { host, path: '/people/*', origin, allow: 'session', resource },
        {
          host,
          path: '/either/*',
          origin,
          allow: [{ clients: ['nightly'] }, { groups: ['staff'] }],
          resource,
        },
      ];
    },
  });

let world: ReturnType<typeof gate>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = gate();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A token in which a client speaks for itself (RFC 6749 §4.4, RFC 9068 §2.2). */
const ownToken = (claims: Record<string, unknown> = {}) =>
  accessToken({
    aud: resource,
    sub: 'nightly',
    client_id: 'nightly',
    sid: undefined,
    scope: 'read',
    jti: newRecordId(),
    ...claims,
  });
const call = (token: string, path = '/jobs/x', headers = {}) =>
  world.send(path, { headers: { Authorization: `Bearer ${token}`, ...headers } });

describe('a client that speaks for itself', () => {
  it('passes where it is named, as itself', async () => {
    expect((await call(await ownToken())).status).toBe(200);
    const [received] = world.received;
    const read = received && (await readAssertion(received, resource));
    const { claims } = read?.ok ? read : { claims: undefined };
    expect(claims).toMatchObject({ iss: issuer, sub: 'client:nightly', client_id: 'nightly', scope: 'read' });
    expect(claims).not.toHaveProperty('sid');
    expect(claims).not.toHaveProperty('email');
    expect(received?.headers.get('Authorization')).toBeNull();
    // No person, so no person's object.
    expect(world.calls.status).toEqual([]);
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['where people pass', '/people/x', {}],
    ['where others are named', '/jobs/x', { sub: 'other', client_id: 'other' }],
    ['by a group that it says it is in', '/either/x', { sub: 'o', client_id: 'o', groups: ['staff'] }],
  ])('does not pass %s', async (_, path, claims) => {
    const response = await call(await ownToken(claims), path);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: 'forbidden' });
    expect(world.received).toEqual([]);
  });

  it('passes by one of several conditions', async () => {
    expect((await call(await ownToken(), '/either/x')).status).toBe(200);
  });

  it('needs the scope as well, where one is asked for', async () => {
    const response = await call(await ownToken(), '/jobs-scope/x');
    expect(response.status).toBe(403);
    expect(response.headers.get('WWW-Authenticate')).toContain('error="insufficient_scope", scope="write"');
    expect((await call(await ownToken({ scope: 'read write' }), '/jobs-scope/x')).status).toBe(200);
  });

  it('may have exchanged its token (RFC 8693): then the one that it was issued to counts', async () => {
    const exchanged = {
      client_id: 'backend',
      jti: `${newRecordId()}.${newRecordId()}`,
      act: { sub: 'backend' },
    };
    expect((await call(await ownToken(exchanged))).status).toBe(200);
    const [received] = world.received;
    const read = received && (await readAssertion(received, resource));
    expect(read).toMatchObject({ ok: true, claims: { sub: 'client:nightly', client_id: 'backend' } });
    const stranger = { ...exchanged, client_id: 'stranger', jti: `${newRecordId()}.${newRecordId()}` };
    expect((await call(await ownToken(stranger))).status).toBe(403);
  });

  it.each<[string, Record<string, unknown>]>([
    ['without a name', { jti: undefined }],
    ['of a person without a session', { sub: 'somebody' }],
    ['issued to nobody', { client_id: undefined }],
    ['whose session is no text', { sid: 7 }],
  ])('is nobody with a token %s', async (_, claims) => {
    const response = await call(await ownToken(claims));
    expect(response.status).toBe(401);
    expect(await response.json()).toMatchObject({ error: 'invalid_token' });
    expect(world.received).toEqual([]);
  });
});

describe('a person at a route for clients', () => {
  it('passes by a client that is named, and by no other', async () => {
    const status = async (client_id: string) =>
      (await call(await accessToken({ aud: resource, client_id }))).status;
    expect(await status('backend')).toBe(200);
    expect(await status('spa')).toBe(403);
  });

  it('is not sent to sign in, which would not help', async () => {
    expect((await world.send('/jobs/x', { headers: navigation })).status).toBe(401);
    // Where a group would do as well it helps.
    expect((await world.send('/either/x', { headers: navigation })).status).toBe(302);
  });
});

describe('whether a client’s token was revoked', () => {
  const asked = async (token: string, path: string) => {
    world.calls.anyUsed.length = 0;
    for (const _ of [1, 2, 3]) expect((await call(token, path)).status).toBe(200);
    return world.calls.anyUsed.length;
  };

  it('is asked every time under `strict`, once in the window, and not under `token`', async () => {
    const token = await ownToken();
    expect(await asked(token, '/jobs-token/x')).toBe(0);
    expect(await asked(token, '/jobs/x')).toBe(1);
    expect(await asked(token, '/jobs-strict/x')).toBe(3);
    expect(world.calls.status).toEqual([]);
  });

  it('is known at once under `strict`, after the window otherwise, and then for good', async () => {
    const token = await ownToken();
    expect((await call(token)).status).toBe(200);
    const claims = await world.accessTokens.read(token);
    if (!claims) throw new Error('the token is none');
    await world.accessTokens.revoke(claims);
    vi.advanceTimersByTime(29_000);
    expect((await call(token)).status).toBe(200);
    const refused = await call(token, '/jobs-strict/x');
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error_description: 'the token has been revoked' });
    // What `strict` found out is known to all.
    expect((await call(token)).status).toBe(401);
    expect(world.calls.anyUsed).toHaveLength(2);
  });

  it('is answered for each token by itself', async () => {
    const [one, two] = [await ownToken(), await ownToken()];
    const claims = await world.accessTokens.read(one);
    if (!claims) throw new Error('the token is none');
    await world.accessTokens.revoke(claims);
    expect((await call(one)).status).toBe(401);
    expect((await call(two)).status).toBe(200);
  });

  it('reaches what the token was exchanged for', async () => {
    const token = await ownToken();
    const claims = await world.accessTokens.read(token);
    if (!claims) throw new Error('the token is none');
    await world.accessTokens.revoke(claims);
    const exchanged = await ownToken({ client_id: 'backend', jti: `${claims.jti}.${newRecordId()}` });
    expect((await call(exchanged)).status).toBe(401);
    expect(world.received).toEqual([]);
  });

  it('cannot be found out: 503, the origin saw nothing', async () => {
    const report = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    world.world.anyUsed = () => Promise.reject(new Error('down'));
    expect((await call(await ownToken())).status).toBe(503);
    expect(world.received).toEqual([]);
    report.mockRestore();
  });
});
