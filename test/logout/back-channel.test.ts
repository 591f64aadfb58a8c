import { env, runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { configOf } from '../../src/config/configured.ts';
import { tellOfLogout } from '../../src/logout/back-channel.ts';
import { RETRIES } from '../../src/user/logouts.ts';
import { codeFor, issuer, Person, password, refresh } from '../workerd/person.ts';
import { tokensFor } from './issuer.ts';

// Several sign-ins each, and alarms that are waited for.
vi.setConfig({ testTimeout: 20_000 });

interface Post {
  url: string;
  init: RequestInit;
  token: string;
}

/** What the clients were sent, and how they answer: 200 unless a test says otherwise. */
let posts: Post[] = [];
let answer: (url: URL, signal: AbortSignal | null | undefined) => Response | Promise<Response>;

beforeEach(() => {
  posts = [];
  answer = () => new Response();
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    const token = new URLSearchParams(String(init.body)).get('logout_token') ?? '';
    posts.push({ url, init, token });
    return answer(new URL(url), init.signal);
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** The time is this much later, and what was due is done. */
async function later(userId: string, milliseconds: number): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
  await runDurableObjectAlarm(env.USER.getByName(userId));
}

/** Milliseconds until the alarm, or NaN when none is set. */
const dueIn = (userId: string): Promise<number> =>
  runInDurableObject(
    env.USER.getByName(userId),
    async (_, state) => ((await state.storage.getAlarm()) ?? Number.NaN) - Date.now(),
  );

const told = () => posts.map(({ url }) => new URL(url).hostname.replace('.test', '')).sort();
const patience = { timeout: 5000 };
const toldWithin = (hosts: string[]) => vi.waitFor(() => expect(told()).toEqual(hosts.toSorted()), patience);

async function someone() {
  const person = new Person();
  await person.signUp();
  return person;
}

/** A person who is signed in to clients, in one session. */
async function signedIn(...clientIds: string[]) {
  const person = await someone();
  const tokens = [];
  for (const clientId of clientIds) tokens.push(await tokensFor(person, clientId));
  const { sub = '', sid } = decodeJwt(tokens[0]?.id_token ?? '');
  return { person, tokens, userId: sub, sessionId: String(sid) };
}

const trail = async (userId: string, type: string) =>
  (
    await env.AUDIT.prepare('SELECT detail FROM security_event WHERE user_id = ? AND type = ?')
      .bind(userId, type)
      .all<{ detail: string }>()
  ).results.map(({ detail }) => JSON.parse(detail) as Record<string, unknown>);

const queued = (userId: string) =>
  runInDurableObject(env.USER.getByName(userId), (_, state) =>
    Number(state.storage.sql.exec('SELECT COUNT(*) AS rows FROM logout_notice').one().rows),
  );

describe('a logout token', () => {
  it('has the claims of the specification and no others, and is signed as the client’s ID tokens are', async () => {
    const { person, userId, sessionId, tokens } = await signedIn('one', 'two');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one', 'two']);
    const keys = (await (await SELF.fetch(`${issuer}/.well-known/jwks.json`)).json()) as JSONWebKeySet;
    const algorithms = { one: 'RS256', two: 'ES256' };
    for (const [clientId, alg] of Object.entries(algorithms)) {
      const token = posts.find(({ url }) => url.includes(clientId))?.token ?? '';
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
        issuer,
        audience: clientId,
        typ: 'logout+jwt',
      });
      expect(protectedHeader).toEqual({ alg, typ: 'logout+jwt', kid: expect.any(String) });
      const { iat = 0, jti, ...claims } = payload;
      expect(claims).toEqual({
        iss: issuer,
        sub: userId,
        aud: clientId,
        sid: sessionId,
        exp: iat + 120,
        events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
      });
      expect(jti).toMatch(/^[\w-]{11,}$/);
      expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(30);
    }
    expect(new Set(posts.map(({ token }) => decodeJwt(token).jti)).size).toBe(2);
  });

  it('is posted as a form to the very URI, query and all, and no redirect is followed', async () => {
    const { person, tokens } = await signedIn('one');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    const [{ url, init }] = posts as [Post];
    expect(url).toBe('https://one.test/logout?tenant=a');
    expect(init).toMatchObject({
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      redirect: 'manual',
    });
    expect([...new URLSearchParams(String(init.body)).keys()]).toEqual(['logout_token']);
  });

  it('is no ID token: the authorization server itself takes it for none', async () => {
    const { person, tokens } = await signedIn('one');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    expect(decodeProtectedHeader(posts[0]?.token ?? '').typ).toBe('logout+jwt');
    expect((await person.get(`/oauth/logout?id_token_hint=${posts[0]?.token}`)).status).toBe(400);
  });
});

describe('clients are told of', () => {
  const administration = exports.Administration;
  type Signed = Awaited<ReturnType<typeof signedIn>>;
  const ends: [string, (signed: Signed) => Promise<unknown>][] = [
    [
      'a sign-out that an app asked for',
      ({ person, tokens }) => person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`),
    ],
    ['a sign-out of every device', ({ person }) => person.submit('/account/sign-out-everywhere', {})],
    [
      'a sign-out on the account page',
      ({ person, sessionId }) => person.submit('/account/sign-out', { session_id: sessionId }),
    ],
    [
      'a sign-out from another browser',
      async ({ person }) => {
        const elsewhere = new Person(person.email);
        await elsewhere.signIn();
        await elsewhere.submit('/account/sign-out-others', {});
      },
    ],
    [
      'a change of the password in another browser',
      async ({ person }) => {
        const elsewhere = new Person(person.email);
        await elsewhere.signIn();
        await elsewhere.submit('/account/password', {
          current_password: password,
          new_password: `${password} again`,
        });
      },
    ],
    [
      'somebody else signing in in the same browser',
      async ({ person }) => {
        const other = await someone();
        await person.submit('/signin', { email: other.email, password });
      },
    ],
    ['an account that is disabled', ({ userId }) => administration.disable(userId)],
    [
      'a session that an administrator ends',
      ({ userId, sessionId }) => administration.endSession(userId, sessionId),
    ],
    ['everything that an administrator ends', ({ userId }) => administration.endEverything(userId)],
    [
      'an expiry that somebody notices',
      async ({ person, userId }) => {
        await runInDurableObject(env.USER.getByName(userId), (_, state) =>
          state.storage.sql.exec('UPDATE session SET absolute_expires_at = ?', Date.now() - 1),
        );
        await person.get('/account');
      },
    ],
    ['an expiry that nobody notices', ({ userId }) => later(userId, 15 * 86_400_000)],
  ];

  it.each(ends)('%s, within a moment, each once', async (_, end) => {
    const signed = await signedIn('one', 'two');
    await end(signed);
    await toldWithin(['one', 'two']);
    await later(signed.userId, 3 * 60 * 60_000);
    expect(told()).toEqual(['one', 'two']);
    expect(await queued(signed.userId)).toBe(0);
  });

  it('an expiry on time: the alarm is set for it', async () => {
    const { userId } = await signedIn('one');
    // A code that was redeemed is cleaned up first.
    await later(userId, 2 * 60 * 60_000);
    expect(await dueIn(userId)).toBeLessThanOrEqual(14 * 86_400_000);
    expect(await dueIn(userId)).toBeGreaterThan(13 * 86_400_000);
  });
});

describe('nobody is told who was not there:', () => {
  it('no client without a URI, none that was not used, none of another session', async () => {
    const { person, tokens, sessionId } = await signedIn('one', 'unheard', 'framed');
    const elsewhere = new Person(person.email);
    await elsewhere.signIn();
    await tokensFor(elsewhere, 'two');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    await later(decodeJwt(tokens[0]?.id_token ?? '').sub ?? '', 60_000);
    expect(told()).toEqual(['one']);
    expect(decodeJwt(posts[0]?.token ?? '').sid).toBe(sessionId);
  });

  it('once for a client that was signed in to twice in a session, and again for the next session', async () => {
    const { person, tokens } = await signedIn('one', 'one');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    await person.signIn();
    const again = await tokensFor(person, 'one');
    await person.get(`/oauth/logout?id_token_hint=${again.id_token}`);
    await toldWithin(['one', 'one']);
    const [first, second] = posts.map(({ token }) => decodeJwt(token).sid);
    expect(first).not.toBe(second);
  });

  it('a client that holds a code and never redeemed it', async () => {
    const { person, tokens, userId } = await signedIn('one');
    const redirectUri = 'https://two.test/callback';
    const { code } = await codeFor(person, { client_id: 'two', redirect_uri: redirectUri, scope: 'openid' });
    expect(code).toMatch(/^pc_ac_/);
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    await later(userId, 60_000);
    expect(told()).toEqual(['one']);
  });
});

it('a refresh of a client that is told of the end writes one row still', async () => {
  const { tokens, userId } = await signedIn('one');
  const rows = await runInDurableObject(env.USER.getByName(userId), (_, state) => {
    const { sql } = state.storage;
    const exec = sql.exec.bind(sql);
    const counted = { rows: 0 };
    Object.defineProperty(sql, 'exec', {
      configurable: true,
      value: (...query: Parameters<typeof exec>) => {
        const cursor = exec(...query);
        counted.rows += cursor.rowsWritten;
        return cursor;
      },
    });
    return counted;
  });
  expect((await refresh(tokens[0]?.refresh_token ?? '', { client_id: 'one' })).status).toBe(200);
  expect(rows.rows).toBe(1);
});

describe('a client that does not take it', () => {
  const failures: [string, typeof answer][] = [
    ['answers with an error', () => new Response('', { status: 500 })],
    ['says that the request is bad', () => Response.json({ error: 'invalid_request' }, { status: 400 })],
    ['redirects', () => new Response('', { status: 302, headers: { Location: 'https://two.test/' } })],
    [
      'cannot be reached',
      () => {
        throw new TypeError('connection refused');
      },
    ],
  ];
  it.each(failures)(
    'and %s is asked again, ever more seldom, and at last not any more',
    async (_, failing) => {
      answer = failing;
      const { person, tokens, userId, sessionId } = await signedIn('one');
      await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
      await toldWithin(['one']);
      await vi.waitFor(async () => expect(await dueIn(userId)).toBeGreaterThan(0), patience);
      for (const [index, delay] of RETRIES.entries()) {
        await later(userId, delay - 5000);
        expect(posts).toHaveLength(index + 1);
        await later(userId, 5001);
        expect(posts).toHaveLength(index + 2);
      }
      expect(new Set(posts.map(({ token }) => decodeJwt(token).jti)).size).toBe(RETRIES.length + 1);
      await later(userId, 1);
      await later(userId, 86_400_000);
      expect(posts).toHaveLength(RETRIES.length + 1);
      expect(await queued(userId)).toBe(0);
      expect(await trail(userId, 'logout_undelivered')).toEqual([
        { by: 'system', sessionId, clientId: 'one', attempts: RETRIES.length + 1 },
      ]);
      expect(await trail(userId, 'logout_notice')).toEqual([]);
    },
  );

  it('and comes back is told, once', async () => {
    answer = () => new Response('', { status: 503 });
    const { person, tokens, userId } = await signedIn('one');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    answer = () => new Response(null, { status: 204 });
    await vi.waitFor(async () => {
      await later(userId, 10_001);
      expect(told()).toEqual(['one', 'one']);
    }, patience);
    await later(userId, 86_400_000);
    expect(posts).toHaveLength(2);
    expect(await trail(userId, 'logout_undelivered')).toEqual([]);
  });

  it('holds up neither the others nor the outbox’s events', async () => {
    let release = () => {};
    const silence = new Promise<Response>((resolve) => {
      release = () => resolve(new Response());
    });
    answer = ({ hostname }) => (hostname === 'one.test' ? silence : new Response());
    const { person, tokens, userId } = await signedIn('one', 'two', 'both');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one', 'two', 'both']);
    await vi.waitFor(async () => expect(await trail(userId, 'session_ended')).toHaveLength(1), patience);
    // What the others took is settled although the first one has not answered.
    await vi.waitFor(async () => expect(await queued(userId)).toBe(1), patience);
    release();
    await vi.waitFor(async () => expect(await queued(userId)).toBe(0), patience);
  });

  it('is asked again while the audit trail is down, too', async () => {
    const { person, tokens, userId } = await signedIn('one');
    const prepare = () => {
      throw new Error('down');
    };
    await runInDurableObject(env.USER.getByName(userId), (object) => {
      Object.assign(object, { env: { ...env, AUDIT: { prepare } } });
    });
    answer = () => new Response('', { status: 503 });
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    // Not only when the trail is tried again, after half a minute.
    await vi.waitFor(async () => expect(await dueIn(userId)).toBeGreaterThan(0), patience);
    expect(await dueIn(userId)).toBeLessThanOrEqual(10_000);
    answer = () => new Response();
    await later(userId, 10_001);
    expect(told()).toEqual(['one', 'one']);
    expect(await queued(userId)).toBe(0);
    expect(await trail(userId, 'session_ended')).toEqual([]);
  });

  it('is left when its time is over', async () => {
    const timeouts: number[] = [];
    const timeout = AbortSignal.timeout.bind(AbortSignal);
    vi.spyOn(AbortSignal, 'timeout').mockImplementation((milliseconds) => {
      timeouts.push(milliseconds);
      return timeout(20);
    });
    answer = (_, signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const { person, tokens, userId } = await signedIn('one');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await toldWithin(['one']);
    await vi.waitFor(async () => {
      await later(userId, 10_001);
      expect(posts.length).toBeGreaterThan(1);
    }, patience);
    expect(new Set(timeouts)).toEqual(new Set([5000]));
    vi.restoreAllMocks();
  });
});

describe('the answer of a client', () => {
  it('is not read, however long it is', async () => {
    const cancelled = vi.fn();
    answer = () => new Response(new ReadableStream({ cancel: cancelled }, { highWaterMark: 0 }));
    const { person, tokens, userId } = await signedIn('one');
    await person.get(`/oauth/logout?id_token_hint=${tokens[0]?.id_token}`);
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled(), patience);
    await vi.waitFor(async () => expect(await queued(userId)).toBe(0), patience);
  });
});

describe('in production', () => {
  const end = { userId: 'user', sessionId: 'session', clientId: 'one' };
  const signed = vi.fn(async () => 'token');
  const dependencies = (backchannelLogoutUri: string | undefined) => {
    const config = { ...configOf(env), environment: 'production' as const };
    const client = { ...config.clients.find(({ clientId }) => clientId === 'one'), backchannelLogoutUri };
    return {
      config,
      keys: { sign: signed, jwks: async () => ({ keys: [] }) },
      clients: { find: async () => client as (typeof config.clients)[number] },
    };
  };

  it.each([
    'http://one.test.example.org/logout',
    'https://127.0.0.1/logout',
    'https://[::1]/logout',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/logout',
    'https://db.internal/logout',
    'https://user:secret@one.example.org/logout',
  ])('nothing is sent to %s', async (uri) => {
    await expect(tellOfLogout(dependencies(uri), end)).rejects.toThrow();
    expect(posts).toEqual([]);
  });

  it('a public name is sent one, and a client that has no URI any more none', async () => {
    await tellOfLogout(dependencies('https://one.example.org/logout'), end);
    expect(posts.map(({ url }) => url)).toEqual(['https://one.example.org/logout']);
    await tellOfLogout(dependencies(undefined), end);
    expect(posts).toHaveLength(1);
  });
});

it('is announced in the metadata', async () => {
  const metadata = await (await SELF.fetch(`${issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({
    end_session_endpoint: `${issuer}/oauth/logout`,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
  });
});
