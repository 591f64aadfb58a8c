import '../../src/worker.ts';
import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configure } from '../../src/config/configured.ts';
import { defineConfig } from '../../src/config/define.ts';
import { createGateSessions, type GateSessions } from '../../src/gate/identity/gate-sessions.ts';
import type { NewGateSession } from '../../src/gate/identity/session-object.ts';

const issuer = 'https://idp.example.net';
const IDLE_SECONDS = 600;
const ABSOLUTE_SECONDS = 86_400;

configure(
  defineConfig((environment) => ({
    issuer: environment.PORTCULLIS_ISSUER,
    identityProvider: { issuer, clientId: 'edge-gate' },
    routes: [],
  })),
);

/** The provider: how often UserInfo was asked, and what it says. */
const provider = {
  asked: 0,
  status: 200,
  claims: {} as Record<string, unknown>,
  answers: Promise.resolve(),
};
const json = (body: object, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  Object.assign(provider, {
    asked: 0,
    status: 200,
    claims: { sub: 'ada', name: 'Ada', groups: ['staff'] },
    answers: Promise.resolve(),
  });
  vi.stubGlobal('fetch', async (url: string) => {
    if (!url.endsWith('/me'))
      return json({
        issuer,
        authorization_endpoint: `${issuer}/authorize`,
        token_endpoint: `${issuer}/token`,
        userinfo_endpoint: `${issuer}/me`,
        jwks_uri: `${issuer}/jwks`,
      });
    provider.asked += 1;
    await provider.answers;
    return json(provider.claims, provider.status);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
const passSeconds = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);

const sessions: GateSessions = createGateSessions({
  sessions: env.GATE_SESSION,
  index: env.GATE_SESSION_INDEX,
  issuer,
});
const objectOf = (sessionId: string) => env.GATE_SESSION.getByName(sessionId);
let count = 0;

async function open(
  changes: Partial<NewGateSession> = {},
  subjects: Parameters<GateSessions['open']>[1] = [],
) {
  count += 1;
  const sessionId = `session ${count}`;
  const session: NewGateSession = {
    sessionId,
    subject: 'ada',
    signIn: { authTime: 1_700_000_000, amr: ['pwd'], acr: 'gold' },
    idClaims: { email: 'ada@example.com', email_verified: true, department: 'analysis' },
    userInfo: { name: 'Ada' },
    tokens: {
      accessToken: 'the-access-token',
      accessExpiresAt: undefined,
      refreshToken: undefined,
      idToken: 'the-id-token',
    },
    confirmedAt: Date.now(),
    idleSeconds: IDLE_SECONDS,
    absoluteSeconds: ABSOLUTE_SECONDS,
    ...changes,
  };
  await sessions.open(session, subjects);
  return sessionId;
}
const kindOf = async (sessionId: string, maximumAgeSeconds = 30) =>
  (await sessions.status(sessionId, maximumAgeSeconds)).kind;

describe('a gate session', () => {
  it('is answered for from storage while that is recent enough, and says how old it is', async () => {
    const sessionId = await open();
    const at = Date.now();
    passSeconds(29);
    expect(await sessions.status(sessionId, 30)).toEqual({
      kind: 'live',
      sessionId,
      authTime: 1_700_000_000,
      amr: ['pwd'],
      acr: 'gold',
      confirmedAt: at,
      profile: {
        userId: 'ada',
        email: 'ada@example.com',
        emailVerified: true,
        name: 'Ada',
        groups: [],
        claims: { department: 'analysis' },
      },
    });
    expect(provider.asked).toBe(0);
    passSeconds(1);
    const answer = await sessions.status(sessionId, 30);
    expect(answer).toMatchObject({ confirmedAt: Date.now(), profile: { groups: ['staff'] } });
    expect(provider.asked).toBe(1);
  });

  it('under strict is asked about each time; those that wait together share the next answer', async () => {
    const sessionId = await open();
    const { promise, resolve } = Promise.withResolvers<void>();
    provider.answers = promise;
    const first = kindOf(sessionId, 0);
    while (provider.asked === 0) await scheduler.wait(1);
    const others = Promise.all(Array.from({ length: 20 }, () => kindOf(sessionId, 0)));
    await scheduler.wait(20);
    expect(provider.asked).toBe(1);
    resolve();
    expect(new Set([await first, ...(await others)])).toEqual(new Set(['live']));
    // Not the one that was under way when they came: it may be older than a sign-out.
    expect(provider.asked).toBe(2);
    await kindOf(sessionId, 0);
    expect(provider.asked).toBe(3);
  });

  it('that was asked about later is not refused because an earlier question failed', async () => {
    const sessionId = await open();
    const { promise, reject } = Promise.withResolvers<void>();
    provider.answers = promise;
    const first = kindOf(sessionId, 0).catch(() => 'refused');
    while (provider.asked === 0) await scheduler.wait(1);
    const second = kindOf(sessionId, 0);
    await scheduler.wait(20);
    provider.answers = Promise.resolve();
    reject(new Error('the network is down'));
    expect([await first, await second]).toEqual(['refused', 'live']);
  });

  it('forgets what UserInfo does not say any more', async () => {
    const sessionId = await open();
    await kindOf(sessionId, 0);
    provider.claims = { sub: 'ada' };
    passSeconds(1);
    expect(await sessions.status(sessionId, 0)).toMatchObject({
      profile: { groups: [], name: undefined, email: 'ada@example.com' },
    });
  });

  it('goes on while it is used and ends after a pause', async () => {
    const sessionId = await open();
    for (let visits = 0; visits < 6; visits += 1) {
      passSeconds(IDLE_SECONDS / 2);
      await runDurableObjectAlarm(objectOf(sessionId));
      expect(await kindOf(sessionId)).toBe('live');
    }
    passSeconds(IDLE_SECONDS + 1);
    const asked = provider.asked;
    expect(await sessions.status(sessionId, 30)).toMatchObject({ kind: 'ended', cause: 'idle_expiry' });
    expect(provider.asked).toBe(asked);
  });

  it('ends at its absolute end however busy', async () => {
    const sessionId = await open({ absoluteSeconds: IDLE_SECONDS + 60 });
    passSeconds(IDLE_SECONDS - 1);
    expect(await kindOf(sessionId)).toBe('live');
    passSeconds(61);
    expect(await sessions.status(sessionId, 30)).toMatchObject({ kind: 'ended', cause: 'absolute_expiry' });
  });

  it('has the provider’s tokens sealed', async () => {
    const sessionId = await open();
    await runInDurableObject(objectOf(sessionId), (_, { storage }) => {
      const rows = JSON.stringify(storage.sql.exec('SELECT * FROM session').toArray());
      expect(rows).not.toContain('the-access-token');
      expect(rows).not.toContain('the-id-token');
      expect(rows).not.toContain(btoa('the-access-token'));
    });
  });

  it('ends once, tells what signing out needs each time, and removes itself', async () => {
    const sessionId = await open();
    const needed = { idToken: 'the-id-token', refreshToken: undefined };
    expect(await sessions.end(sessionId, 'sign_out')).toEqual(needed);
    expect(await sessions.end(sessionId, 'replaced')).toEqual(needed);
    expect(await sessions.status(sessionId, 30)).toMatchObject({ kind: 'ended', cause: 'sign_out' });
    passSeconds(3601);
    await runDurableObjectAlarm(objectOf(sessionId));
    expect(await kindOf(sessionId)).toBe('unknown');
    const tables = await runInDurableObject(objectOf(sessionId), (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_cf%' ESCAPE '\\'").toArray(),
    );
    expect(tables).toEqual([]);
  });

  it('that ended before it was opened never opens', async () => {
    const sessionId = `session ${count + 1}`;
    await sessions.end(sessionId, 'sign_out');
    await open();
    expect(await kindOf(sessionId)).toBe('ended');
  });
});

describe('a logout of the provider', () => {
  it('ends the sessions it names, and no others', async () => {
    const value = `sid ${count}`;
    const named = await open({}, [{ kind: 'sid', value }]);
    const other = await open({}, [{ kind: 'sub', value }]);
    const person = { kind: 'sub' as const, value };
    await sessions.endAll([{ kind: 'sid', value }, person]);
    expect([await kindOf(named), await kindOf(other)]).toEqual(['ended', 'live']);
    await sessions.endAll([{ kind: 'sid', value: `${value} of nobody` }, person]);
    expect(await kindOf(other)).toBe('ended');
  });

  it('misses none: where no more can be remembered, the oldest end', async () => {
    const subject = { kind: 'sub' as const, value: `sub ${count}` };
    const first = await open({}, [subject]);
    for (let times = 0; times < 200; times += 1) {
      passSeconds(1);
      await open({}, [subject]);
    }
    expect(await kindOf(first, 3600)).toBe('ended');
    expect(await kindOf(`session ${count}`, 3600)).toBe('live');
  });
});
