import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ConfigInput } from '../../src/config/schema.ts';
import type { SessionAnswer } from '../../src/user/types.ts';
import { assertionVerifier, publicUrl, verifier } from '../../src/verify/index.ts';
import {
  accessToken,
  gateCookie,
  gateUnderTest,
  host,
  issuer,
  jwk,
  live,
  readAssertion,
  sessionId,
  userId,
} from './setup.ts';

const at = (path: string) => `https://${host}${path}`;
const backend = 'https://backend.test/api';
const gateSecret = 'a secret of the gate, "quoted"';

const routes = (origin: Fetcher): ConfigInput['routes'] => [
  { host, path: '/bound/*', origin, allow: 'session', assertion: 'request' },
  { host, path: '/fresh/*', origin, allow: 'session', freshness: 'strict' },
  {
    host,
    path: '/plain/*',
    origin,
    allow: 'session',
    freshness: 'strict',
    identityHeaders: {
      'The-Email': 'email',
      'The-Name': 'name',
      'The-Groups': 'groups',
      'The-Client': 'client_id',
      'The-Time': 'auth_time',
    },
  },
  { host, path: '/passing/*', origin, allow: 'session', accessToken: 'pass' },
  {
    host,
    path: '/exchanging/*',
    origin,
    allow: [{ clients: ['spa'] }, { acrValues: ['urn:portcullis:acr:single-factor'] }],
    accessToken: { exchange: { resource: backend, scope: ['a', 'b'] } },
  },
  {
    host,
    path: '/with-secret/*',
    origin,
    allow: 'session',
    originSecret: { header: 'X-Gate-Secret', value: gateSecret },
  },
  {
    host,
    path: '/public-with-secret/*',
    origin,
    allow: 'public',
    originSecret: { header: 'Authorization', value: 'Basic Z2F0ZTpzZWNyZXQ=' },
  },
  { host, path: '/mutual/*', origin: { url: 'https://internal.test', through: origin }, allow: 'session' },
];

let gate: ReturnType<typeof gateUnderTest>;
beforeEach(() => {
  gate = gateUnderTest({ routes });
});
afterEach(() => {
  vi.useRealTimers();
});

const cookie = async () => ({ Cookie: await gateCookie() });
const bearer = async (path: string, claims = {}) => ({
  Authorization: `Bearer ${await accessToken({ aud: at(path), jti: 'family.token', auth_time: 1_700_000_000, amr: ['pwd'], ...claims })}`,
});

/** What the origin received of a request that must pass. */
async function headersOf(path: string, headers: HeadersInit, init: RequestInit = {}): Promise<Headers> {
  const response = await gate.send(path, { ...init, headers });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const { headers: received } = gate.received.at(-1) ?? {};
  if (!received) throw new Error('nothing was received');
  return received;
}
const assertionIn = (headers: Headers) => headers.get('Portcullis-Assertion') ?? '';
const isLive = (changed: Partial<Extract<SessionAnswer, { kind: 'live' }>>) => {
  gate.world.status = async () => ({ ...live, ...changed }) as SessionAnswer;
};
const profile = { userId, email: 'ada@example.test', emailVerified: true, name: 'Ada' };

describe('an assertion that is remembered', () => {
  it('is used again when a fresh answer says the same, in other words', async () => {
    const headers = await cookie();
    isLive({
      amr: ['pwd'],
      profile: { ...profile, groups: ['staff'], claims: { address: { locality: 'Paris' } } },
    });
    const first = assertionIn(await headersOf('/fresh/x', headers));
    expect(decodeJwt(first)).toMatchObject({ groups: ['staff'] });
    isLive({
      amr: ['pwd'],
      profile: { ...profile, groups: ['staff'], claims: { address: { locality: 'Paris' } } },
    });
    expect(assertionIn(await headersOf('/fresh/x', headers))).toBe(first);
    expect(gate.calls.status).toHaveLength(2);
  });

  it.each([
    ['groups', { profile: { ...profile, groups: ['staff', 'admins'] } }],
    ['fewer groups', { profile }],
    ['an email', { profile: { ...profile, email: 'ada@elsewhere.test', groups: ['staff'] } }],
    [
      'an email that is no longer verified',
      { profile: { ...profile, emailVerified: false, groups: ['staff'] } },
    ],
    ['a sign-in', { authTime: 1_700_000_001, profile: { ...profile, groups: ['staff'] } }],
    ['another kind of sign-in', { amr: ['pwd', 'mfa'], profile: { ...profile, groups: ['staff'] } }],
  ])('is not used again after a fresh answer with %s', async (_, changed) => {
    const headers = await cookie();
    isLive({ profile: { ...profile, groups: ['staff'] } });
    const first = assertionIn(await headersOf('/fresh/x', headers));
    isLive(changed);
    const second = assertionIn(await headersOf('/fresh/x', headers));
    expect(second).not.toBe(first);
    const { groups, email, email_verified, auth_time, amr, acr } = decodeJwt(second);
    const now = { ...live, ...changed } as Extract<SessionAnswer, { kind: 'live' }>;
    expect({ groups, email, email_verified, auth_time, amr }).toEqual({
      groups: now.profile.groups,
      email: now.profile.email,
      email_verified: now.profile.emailVerified,
      auth_time: now.authTime,
      amr: now.amr,
    });
    expect(acr).toBe(now.amr.includes('mfa') ? 'urn:portcullis:acr:mfa' : 'urn:portcullis:acr:single-factor');
  });

  it('outlives no access token, and is made anew at half of its own life', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const now = Math.floor(Date.now() / 1000);
    vi.setSystemTime(now * 1000);
    const headers = await bearer('/token', { exp: now + 20 });
    const first = assertionIn(await headersOf('/token/x', headers));
    expect(decodeJwt(first)).toMatchObject({ iat: now, exp: now + 20 });
    vi.setSystemTime((now + 9) * 1000);
    expect(assertionIn(await headersOf('/token/x', headers))).toBe(first);
    vi.setSystemTime((now + 10) * 1000);
    const second = assertionIn(await headersOf('/token/x', headers));
    expect(decodeJwt(second)).toMatchObject({ iat: now + 10, exp: now + 20 });
  });

  it.each([
    ['client:robot', 'client%3Arobot'],
    ['client%3Arobot', 'client%253Arobot'],
  ])('names %s, whom another provider calls so, as nobody else is named', async (id, sub) => {
    const headers = { Cookie: await gateCookie({ userId: id }) };
    expect(decodeJwt(assertionIn(await headersOf('/session/x', headers))).sub).toBe(sub);
  });

  it('outlives no cookie', async () => {
    const end = Math.floor(Date.now() / 1000) + 20;
    const headers = { Cookie: await gateCookie({}, end * 1000) };
    expect(decodeJwt(assertionIn(await headersOf('/session/x', headers))).exp).toBe(end);
  });

  it('says what the token says, where nobody is asked', async () => {
    const headers = await bearer('/token', {
      acr: 'high',
      groups: ['staff'],
      email: 'of@the.token',
      name: 'T',
    });
    expect(decodeJwt(assertionIn(await headersOf('/token/x', headers)))).toMatchObject({
      sub: userId,
      acr: 'high',
      amr: ['pwd'],
      auth_time: 1_700_000_000,
      groups: ['staff'],
      email: 'of@the.token',
      name: 'T',
    });
  });

  it('says of a token’s sign-in what the token says, though the session has had a newer one', async () => {
    isLive({ authTime: 1_800_000_000, amr: ['pwd', 'mfa'] });
    const said = decodeJwt(assertionIn(await headersOf('/fresh/x', await bearer('/fresh'))));
    expect(said).toMatchObject({ auth_time: 1_700_000_000, amr: ['pwd'], name: 'Ada' });
    expect(said.acr).toBeUndefined();
  });
});

describe('an assertion that is bound to its request', () => {
  const verify = assertionVerifier({
    issuer,
    audience: at('/bound'),
    keys: async () => ({ keys: [jwk] }),
    request: true,
  });

  it('names its method, address and query, lives ten seconds, and is never used again', async () => {
    const headers = await cookie();
    const first = assertionIn(await headersOf("/bound/%61?q='x'&y=%2F", headers));
    const { url } = gate.received[0] ?? { url: '' };
    const { iat = 0, exp = 0, ...claims } = decodeJwt(first);
    expect(exp - iat).toBe(10);
    expect(claims).toMatchObject({
      sub: userId,
      sid: sessionId,
      htm: 'GET',
      htu: at('/bound/a'),
      name: 'Ada',
    });
    expect(await verify(first, { method: 'GET', url })).toMatchObject({ ok: true });
    expect(await verify(first, { method: 'POST', url })).toMatchObject({ code: 'request_mismatch' });
    expect(await verify(first, { method: 'GET', url: at('/bound/a') })).toMatchObject({ ok: false });
    const second = decodeJwt(assertionIn(await headersOf("/bound/%61?q='x'&y=%2F", headers)));
    expect(second.jti).not.toBe(claims.jti);
    expect(gate.calls.status).toHaveLength(1);
  });

  it.each(['/bound/x', '/bound/x?', '/bound/x??', '/bound', '/bound/caf%C3%A9?caf%C3%A9=%20"<>`'])(
    'fits %s as it arrives',
    async (target) => {
      const response = await gate.send(target, { method: 'HEAD', headers: await cookie() });
      if (target.includes('"')) return expect([200, 400]).toContain(response.status);
      const [received] = gate.received;
      if (!received) throw new Error('nothing was received');
      const { url, headers, method } = received;
      expect(await verify(assertionIn(headers), { method, url: publicUrl({ url, headers }) })).toMatchObject({
        ok: true,
        claims: { htm: 'HEAD' },
      });
    },
  );

  it('outlives no access token', async () => {
    const exp = Math.floor(Date.now() / 1000) + 5;
    const said = decodeJwt(assertionIn(await headersOf('/bound/x', await bearer('/bound', { exp }))));
    expect(said.exp).toBe(exp);
  });
});

describe('plain headers', () => {
  it('say what the assertion says, for as long as it is so', async () => {
    const headers = {
      ...(await cookie()),
      'The-Client': 'forged',
      the_groups: 'forged',
      'THE-EMAIL': 'forged',
    };
    isLive({ profile: { ...profile, name: 'Zoë, 100%', groups: ['staff', 'a,admins'] } });
    const told = await headersOf('/plain/x', headers);
    expect(told.get('The-Email')).toBe('ada@example.test');
    expect(told.get('The-Name')).toBe('Zo%C3%AB, 100%25');
    expect(told.get('The-Groups')).toBe('staff,a%2Cadmins');
    expect(told.get('The-Time')).toBe('1700000000');
    expect([told.get('The-Client'), told.get('the_groups')]).toEqual([null, null]);
    isLive({ profile });
    expect((await headersOf('/plain/x', headers)).get('The-Groups')).toBeNull();
  });

  it('name the client of a token', async () => {
    expect((await headersOf('/plain/x', await bearer('/plain'))).get('The-Client')).toBe('spa');
  });

  it.each(['/session/x', '/public/x'])(
    'of one route can be sent by no caller to another: %s',
    async (path) => {
      const forged = {
        'The-Email': 'eve',
        The_Groups: 'admins',
        'X-Gate-Secret': 'guessed',
        x_gate_secret: 'guessed',
      };
      const told = await headersOf(path, { ...(await cookie()), ...forged });
      for (const name of Object.keys(forged)) expect(told.has(name)).toBe(false);
    },
  );
});

describe('an access token', () => {
  it('stays at the gate unless the route passes it on', async () => {
    expect((await headersOf('/session/x', await bearer('/session'))).has('Authorization')).toBe(false);
    const sent = await bearer('/passing');
    expect((await headersOf('/passing/x', sent)).get('Authorization')).toBe(sent.Authorization);
    expect((await headersOf('/passing/x', await cookie())).has('Authorization')).toBe(false);
  });

  const verify = verifier({ issuer, audience: backend, keys: async () => ({ keys: [jwk] }) });
  const tokenIn = (headers: Headers) => /^Bearer (.+)$/.exec(headers.get('Authorization') ?? '')?.[1] ?? '';
  const exchanged = async (headers: HeadersInit) => {
    const verified = await verify(tokenIn(await headersOf('/exchanging/x', headers)));
    if (!verified.ok) throw new Error(verified.code);
    return verified.claims;
  };

  it('is issued for the origin to who came with the cookie', async () => {
    const { iat = 0, exp, jti, ...claims } = await exchanged(await cookie());
    expect(exp - iat).toBe(300);
    // Of the handle, and of no family: what ends the one ends the other.
    expect(jti).toMatch(/^gate~handle\.[\w-]+$/);
    expect(claims).toEqual({
      iss: issuer,
      aud: backend,
      sub: userId,
      sid: sessionId,
      client_id: 'portcullis-gate',
      scope: 'a b',
      auth_time: 1_700_000_000,
      amr: ['pwd'],
      acr: 'urn:portcullis:acr:single-factor',
    });
  });

  it('is exchanged: no wider, no longer lived, revoked with it, and it names who acts', async () => {
    const exp = Math.floor(Date.now() / 1000) + 100;
    const claims = await exchanged(await bearer('/exchanging', { scope: 'b c openid', exp }));
    expect(claims).toMatchObject({
      sub: userId,
      client_id: 'portcullis-gate',
      scope: 'b',
      exp,
      act: { sub: 'spa' },
    });
    expect(claims.jti).toMatch(/^family\.token\.[\w-]+$/);
    const act = { sub: 'first' };
    const second = await exchanged(await bearer('/exchanging', { scope: 'c', act, jti: 'family.other' }));
    expect(second.act).toEqual({ sub: 'spa', act });
    expect(second.scope).toBeUndefined();
  });

  it('of a client that speaks for itself is exchanged for one that does', async () => {
    const own = {
      sub: 'spa',
      client_id: 'spa',
      sid: undefined,
      jti: 'own',
      auth_time: undefined,
      amr: undefined,
    };
    const claims = await exchanged(await bearer('/exchanging', { ...own, scope: 'a c' }));
    expect(claims).toMatchObject({ sub: 'spa', client_id: 'portcullis-gate', scope: 'a' });
    expect(claims.jti).toMatch(/^own\.[\w-]+$/);
    expect([claims.sid, claims.act]).toEqual([undefined, undefined]);
  });

  it('ends when the session does, whoever asks about it', async () => {
    for (const headers of [await cookie(), await bearer('/exchanging')]) {
      gate.world.status = async () => live;
      const claims = await gate.accessTokens.read(tokenIn(await headersOf('/exchanging/x', headers)));
      if (!claims) throw new Error('not readable');
      expect(await gate.accessTokens.status(claims)).toMatchObject({ kind: 'live' });
      gate.world.status = async () => ({ kind: 'ended', cause: 'sign_out', endedAt: 0 });
      expect(await gate.accessTokens.status(claims)).toEqual({ kind: 'ended' });
      isLive({ revokedTokens: ['family.token'] });
      const isOfToken = 'Authorization' in headers;
      expect((await gate.accessTokens.status(claims)).kind).toBe(isOfToken ? 'ended' : 'live');
    }
    expect(gate.calls.status.at(-1)).toEqual([userId, { sessionId, familyId: 'family' }]);
  });

  it('is issued anew at half of its life, and when what is known of the person has changed', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const headers = await cookie();
    const send = async () => tokenIn(await headersOf('/exchanging/x', headers));
    const first = await send();
    vi.advanceTimersByTime(149_000);
    expect(await send()).toBe(first);
    vi.advanceTimersByTime(1000);
    const second = await send();
    expect(second).not.toBe(first);
    vi.advanceTimersByTime(31_000);
    isLive({ authTime: 1_700_000_002 });
    const third = await send();
    expect(decodeJwt(third).auth_time).toBe(1_700_000_002);
  });

  it('is not issued for a session that has ended, though one is remembered', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const headers = await cookie();
    await headersOf('/exchanging/x', headers);
    vi.advanceTimersByTime(31_000);
    gate.world.status = async () => ({ kind: 'ended', cause: 'sign_out', endedAt: 0 });
    expect((await gate.send('/exchanging/x', { headers })).status).toBe(401);
    expect(gate.received).toHaveLength(1);
  });

  it('that nothing tells from others of its client is not exchanged', async () => {
    const response = await gate.send('/exchanging/x', {
      headers: await bearer('/exchanging', { jti: undefined }),
    });
    expect(response.status).toBe(403);
    expect(gate.received).toEqual([]);
  });
});

describe('the origin knows that it is the gate', () => {
  it('by a secret, whatever the caller sends under its name', async () => {
    const headers = { ...(await cookie()), 'X-Gate-Secret': 'guessed', x_gate_secret: 'guessed' };
    const told = await headersOf('/with-secret/x', headers);
    expect(told.get('X-Gate-Secret')).toBe(gateSecret);
    expect(told.has('x_gate_secret')).toBe(false);
    const known = await headersOf('/public-with-secret/x', { Authorization: 'Basic eDp5' });
    expect(known.get('Authorization')).toBe('Basic Z2F0ZTpzZWNyZXQ=');
  });

  it('and nobody learns the secret from a failure', async () => {
    const reported = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    gate.world.respond = () => Promise.reject(new Error('connection refused'));
    const response = await gate.send('/with-secret/x', { headers: await cookie() });
    expect(response.status).toBe(502);
    const said =
      (await response.text()) + JSON.stringify([...response.headers]) + reported.mock.calls.flat().join();
    expect(said).not.toContain('a secret of the gate');
    reported.mockRestore();
  });

  it('by its client certificate: the request goes through the binding, to the URL', async () => {
    await headersOf('/mutual/x?y=1', await cookie());
    expect(gate.received[0]?.url).toBe('https://internal.test/mutual/x?y=1');
    expect(await readAssertion(gate.received[0] as never, at('/mutual'))).toMatchObject({ ok: true });
  });
});
