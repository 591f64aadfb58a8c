import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import type { AccessTokenClaims } from '../../src/grants/access-token.ts';
import { createUsers } from '../../src/user/users.ts';
import { gateCookie, gateUnderTest, host, navigation, signed } from './setup.ts';

// The gate before real user objects: what keeps a session alive, and what ends a part of it.

const users = createUsers(env.USER);
const second = 'second.test';
const IDLE_SECONDS = 600;
const absoluteSeconds = 86_400;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});
const passSeconds = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);

/** Somebody with a session at the issuer, and a handle of it on each host. */
async function somebody(idleSeconds = IDLE_SECONDS) {
  const userId = newUserId();
  await users.create(
    { userId, email: `${userId}@example.com`, emailVerified: false, name: 'Ada' },
    { passwordHash: 'hash' },
  );
  const token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const policy = { idleSeconds, absoluteSeconds, secondFactor: { rule: 'off' as const, groups: [] } };
  await users.openSession(token, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
  const sessionId = token.recordId;
  const handle = async (at: string, handleId = newRecordId()) => ({
    Cookie: await gateCookie({ userId, sessionId, handleId, host: at }, Date.now() + absoluteSeconds * 1000),
  });
  return {
    userId,
    sessionId,
    handle,
    here: await handle(host),
    there: await handle(second),
    isSignedIn: async () => (await users.status(userId, { sessionId })).kind === 'live',
  };
}

/** Each is an isolate of its own, with nothing in its memory. */
const gate = (idleSeconds = IDLE_SECONDS) =>
  gateUnderTest({
    users,
    session: { idleSeconds, absoluteSeconds },
    routes: (origin) => [
      {
        host: 'own.test',
        path: '/exchanging/*',
        origin,
        allow: 'session',
        signOut: 'host',
        accessToken: { exchange: { resource: `https://${host}/strict`, scope: [] } },
      },
      { host: 'own.test', path: '/*', origin, allow: 'session', signOut: 'host', freshness: { within: 30 } },
    ],
  });

describe('a person who uses nothing but the gate', () => {
  it.each(['/strict/a', '/session/a', '/token/a'])(
    'stays signed in as long as there is no pause, and is out after one: %s',
    async (path) => {
      const { here, isSignedIn } = await somebody();
      const { send } = gate();
      const status = async () => (await send(path, { headers: here })).status;
      for (let visits = 0; visits < 12; visits += 1) {
        expect(await status()).toBe(200);
        passSeconds(IDLE_SECONDS / 3);
      }
      expect(await isSignedIn()).toBe(true);
      passSeconds(IDLE_SECONDS + 1);
      expect(await status()).toBe(401);
      expect(await isSignedIn()).toBe(false);
    },
  );

  it('stays signed in where the issuer’s patience is shorter than that of the route', async () => {
    const { here } = await somebody(120);
    const { send } = gate(120);
    for (let visits = 0; visits < 20; visits += 1) {
      expect((await send('/token/a', { headers: here })).status).toBe(200);
      passSeconds(50);
    }
  });

  it('is out at the absolute end however busy', async () => {
    const { here } = await somebody();
    const { send } = gate();
    let last = 200;
    for (let seconds = 0; seconds <= absoluteSeconds; seconds += IDLE_SECONDS / 2) {
      last = (await send('/session/a', { headers: here })).status;
      passSeconds(IDLE_SECONDS / 2);
    }
    expect(last).toBe(401);
  });
});

const signOut = (send: ReturnType<typeof gate>['send'], headers: HeadersInit) =>
  send('https://own.test/.portcullis/sign-out', {
    method: 'POST',
    headers: { ...headers, 'Sec-Fetch-Site': 'same-origin' },
  });

describe('an access token that a browser’s session was exchanged for', () => {
  /** As the origin has it, and what it was exchanged for once more, at any isolate and at introspection. */
  async function exchanged() {
    const person = await somebody();
    const world = gate();
    const mine = await person.handle('own.test');
    const next = async () => {
      expect((await world.send('https://own.test/exchanging/a', { headers: mine })).status).toBe(200);
      const token = world.received.at(-1)?.headers.get('Authorization')?.slice('Bearer '.length) ?? '';
      return { token, claims: decodeJwt(token) as AccessTokenClaims };
    };
    const { token, claims } = await next();
    const { iss, aud, sub, sid, exp } = claims;
    const further = { iss, aud, sub, sid, exp, client_id: 'spa', jti: `${claims.jti}.${newRecordId()}` };
    const onward = await signed(further, 'at+jwt');
    const states = async () => {
      const isolate = gate();
      const byGate = async (one: string) =>
        (await isolate.send('/strict/a', { headers: { Authorization: `Bearer ${one}` } })).status;
      const byIssuer = async (one: string) => {
        const read = await isolate.accessTokens.read(one);
        return read && (await isolate.accessTokens.status(read)).kind;
      };
      return [
        ...[await byGate(token), await byGate(onward)],
        ...[await byIssuer(token), await byIssuer(onward)],
      ];
    };
    return { ...person, world, mine, next, claims, states };
  }
  const good = [200, 200, 'live', 'live'];
  const over = [401, 401, 'ended', 'ended'];

  it('is good while the session lives, on and on', async () => {
    const { states, userId, sessionId } = await exchanged();
    expect(await states()).toEqual(good);
    await users.endSession(userId, sessionId, 'sign_out');
    expect(await states()).toEqual(over);
  });

  it('ends with its handle, and no other does', async () => {
    const [one, another] = [await exchanged(), await exchanged()];
    await signOut(one.world.send, one.mine);
    expect(await one.states()).toEqual(over);
    expect(await another.states()).toEqual(good);
    expect(await one.isSignedIn()).toBe(true);
  });

  it('is revoked with what it was exchanged for, and the session goes on', async () => {
    const { world, claims, states, isSignedIn, mine } = await exchanged();
    await world.accessTokens.revoke(claims);
    expect(await states()).toEqual(over);
    expect(await isSignedIn()).toBe(true);
    expect((await gate().send('https://own.test/exchanging/a', { headers: mine })).status).toBe(200);
  });

  it('more often revoked than can be remembered ends the session', async () => {
    const { world, claims, isSignedIn } = await exchanged();
    for (let times = 0; times <= 50; times += 1) {
      expect(await isSignedIn()).toBe(true);
      await world.accessTokens.revoke({ ...claims, jti: `${claims.jti}.${times}` });
    }
    expect(await isSignedIn()).toBe(false);
  });
});

describe('signing out of one host', () => {
  const ask = async (send: ReturnType<typeof gate>['send'], url: string, headers: HeadersInit) =>
    (await send(url, { headers })).status;

  it('ends its copy of the cookie in every isolate within the freshness, and nothing else', async () => {
    const { there, handle, isSignedIn } = await somebody();
    const [mine, another] = [await handle('own.test'), await handle('own.test')];
    const [first, elsewhere] = [gate(), gate()];
    expect(await ask(elsewhere.send, 'https://own.test/a', mine)).toBe(200);
    const response = await signOut(first.send, mine);
    expect([response.status, response.headers.get('Location')]).toEqual([
      303,
      'https://own.test/.portcullis/signed-out',
    ]);
    expect(response.headers.getSetCookie()[0]).toMatch(/^__Host-portcullis-gate=; Max-Age=0;/);
    expect(await ask(first.send, 'https://own.test/a', mine)).toBe(401);
    passSeconds(30);
    expect(await ask(elsewhere.send, 'https://own.test/a', mine)).toBe(401);
    expect(await ask(elsewhere.send, 'https://own.test/a', another)).toBe(200);
    expect(await ask(elsewhere.send, `https://${second}/a`, there)).toBe(200);
    expect(await isSignedIn()).toBe(true);
  });

  it('is told by a page that signs nobody in again by itself', async () => {
    const { send } = gate();
    const page = await send('https://own.test/.portcullis/signed-out', { headers: navigation });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('href="/"');
    expect(page.headers.get('Content-Security-Policy')).toContain("default-src 'none'");
  });

  it('by a link asks first, here and not at the issuer', async () => {
    const { handle } = await somebody();
    const mine = await handle('own.test');
    const { send } = gate();
    const page = await send('https://own.test/.portcullis/sign-out', { headers: { ...navigation, ...mine } });
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('action="/.portcullis/sign-out"');
    expect(await ask(send, 'https://own.test/a', mine)).toBe(200);
  });

  it('more often than can be remembered ends the session: no copy comes back', async () => {
    const { handle, isSignedIn } = await somebody();
    const { send } = gate();
    const first = await handle('own.test');
    await signOut(send, first);
    for (let times = 0; times < 50; times += 1) await signOut(send, await handle('own.test'));
    expect(await isSignedIn()).toBe(false);
    passSeconds(60);
    expect(await ask(gate().send, 'https://own.test/a', first)).toBe(401);
  });

  it('is forgotten when the handle would be over anyway', async () => {
    const { handle, userId } = await somebody();
    await signOut(gate().send, await handle('own.test'));
    const stub = env.USER.getByName(userId);
    const rows = () =>
      runInDurableObject(
        stub,
        (_, { storage }) => storage.sql.exec('SELECT * FROM revoked_token').toArray().length,
      );
    await runDurableObjectAlarm(stub);
    expect(await rows()).toBe(1);
    passSeconds(absoluteSeconds);
    await runDurableObjectAlarm(stub);
    expect(await rows()).toBe(0);
  });
});
