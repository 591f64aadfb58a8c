import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SessionCaller } from '../../src/gate/admission/caller.ts';
import { createSessionStatus } from '../../src/gate/admission/session-status.ts';
import type { SessionAnswer } from '../../src/user/types.ts';
import { accessToken, gateCookie, gateUnderTest, host, live, navigation } from './setup.ts';

const ended: SessionAnswer = { kind: 'ended', cause: 'sign_out', endedAt: 0 };

let world: ReturnType<typeof gateUnderTest>;
let headers: { Cookie: string };
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  world = gateUnderTest();
  headers = { Cookie: await gateCookie() };
});
afterEach(() => {
  vi.useRealTimers();
});

const signOut = () => {
  world.world.status = async () => ended;
};
const status = async (path: string, init: RequestInit = { headers }) => (await world.send(path, init)).status;
const passSeconds = (seconds: number) => vi.advanceTimersByTime(seconds * 1000);

describe('strict', () => {
  it('asks every time, so that the next request after sign-out is refused', async () => {
    expect([await status('/strict/a'), await status('/strict/b')]).toEqual([200, 200]);
    expect(world.calls.status).toHaveLength(2);
    signOut();
    expect(await status('/strict/c')).toBe(401);
    expect(world.received).toHaveLength(2);
  });

  it('shares no answer that was asked for before the request came', async () => {
    let answerFirst: (answer: SessionAnswer) => void = () => undefined;
    world.world.status = () =>
      new Promise((resolve) => {
        answerFirst = resolve;
      });
    const first = status('/strict/a');
    // Not vi.waitFor: it would move the clock, and both questions are to be of the same millisecond.
    while (world.calls.status.length === 0) await scheduler.wait(1);
    signOut();
    expect(await status('/strict/b')).toBe(401);
    answerFirst(live);
    await first;
    // The late answer does not undo what is known by now.
    expect(await status('/session/c')).toBe(401);
  });
});

describe('within 30 seconds', () => {
  it('asks once in the window, and sees the sign-out after it', async () => {
    expect(await status('/session/a')).toBe(200);
    signOut();
    passSeconds(29.9);
    expect(await status('/session/b')).toBe(200);
    expect(world.calls.status).toHaveLength(1);
    passSeconds(0.1);
    expect(await status('/session/c')).toBe(401);
    expect(world.calls.status).toHaveLength(2);
  });

  it('counts from the question, not from the answer', async () => {
    world.world.status = async () => {
      passSeconds(20);
      return live;
    };
    expect(await status('/session/a')).toBe(200);
    signOut();
    passSeconds(10);
    expect(await status('/session/b')).toBe(401);
  });

  it('asks once for many at a time', async () => {
    const { promise, resolve } = Promise.withResolvers<SessionAnswer>();
    world.world.status = () => promise;
    const statuses = Promise.all(Array.from({ length: 20 }, (_, index) => status(`/session/${index}`)));
    await vi.waitFor(() => expect(world.calls.status).toHaveLength(1));
    resolve(live);
    expect(new Set(await statuses)).toEqual(new Set([200]));
    expect(world.calls.status).toHaveLength(1);
  });

  it('never asks again about what has ended', async () => {
    signOut();
    expect(await status('/session/a')).toBe(401);
    // The cookie itself is good for an hour.
    passSeconds(3000);
    expect(await status('/strict/b')).toBe(401);
    expect(world.calls.status).toHaveLength(1);
  });

  it('asks about each family of a session', async () => {
    for (const jti of ['one.a', 'one.b', 'two.a', 'no-family']) {
      expect(
        await status('/session/a', { headers: { Authorization: `Bearer ${await accessToken({ jti })}` } }),
      ).toBe(200);
    }
    expect(world.calls.status.map((call) => (call as [string, object])[1])).toMatchObject([
      { familyId: 'one' },
      { familyId: 'two' },
      expect.not.objectContaining({ familyId: expect.anything() }),
    ]);
  });
});

describe('token', () => {
  it('trusts a token for its life without asking anybody', async () => {
    const Authorization = `Bearer ${await accessToken({ aud: `https://${host}/token`, auth_time: 5 })}`;
    signOut();
    expect(await status('/token/a', { headers: { Authorization } })).toBe(200);
    expect(world.calls.status).toEqual([]);
    passSeconds(301);
    expect(await status('/token/a', { headers: { Authorization } })).toBe(401);
  });

  it('trusts a cookie for five minutes', async () => {
    expect(await status('/token/a')).toBe(200);
    signOut();
    passSeconds(299);
    expect(await status('/token/b')).toBe(200);
    passSeconds(1);
    expect(await status('/token/c')).toBe(401);
  });
});

describe('a session that is over', () => {
  it('sends a person to sign in, and tells a program why', async () => {
    signOut();
    expect(await status('/session/a', { headers: { ...headers, ...navigation } })).toBe(302);
    const byCookie = await world.send('/session/a', { headers });
    expect(await byCookie.json()).toMatchObject({
      error: 'login_required',
      error_description: 'the session has ended: sign_out',
    });
    const byToken = await world.send('/session/a', {
      headers: { Authorization: `Bearer ${await accessToken()}` },
    });
    expect(byToken.headers.get('WWW-Authenticate')).toContain(
      'error_description="the session has ended: sign_out"',
    );
  });

  it('is refused when nobody knows it', async () => {
    world.world.status = async () => ({ kind: 'unknown' });
    expect(await status('/session/a')).toBe(401);
    expect(world.received).toEqual([]);
  });
});

describe('the memory of an isolate', () => {
  const caller = (handleId: string): SessionCaller => ({
    kind: 'session',
    expiresAt: Number.POSITIVE_INFINITY,
    key: handleId,
    userId: 'u',
    sessionId: 's',
    handleId,
  });
  const statusBy = (status: () => Promise<SessionAnswer>) =>
    createSessionStatus({ identity: { status }, accessTokens: { status: () => Promise.reject() } });

  it('is bounded: the oldest answers are forgotten', async () => {
    const asked = vi.fn(async () => live);
    const sessionStatus = statusBy(asked);
    for (let index = 0; index <= 10_000; index += 1) await sessionStatus(caller(`s${index}`), 30);
    await sessionStatus(caller('s1'), 30);
    expect(asked).toHaveBeenCalledTimes(10_001);
    await sessionStatus(caller('s0'), 30);
    expect(asked).toHaveBeenCalledTimes(10_002);
  });

  it('is bounded by what is said, too: a provider may say a lot of everybody', async () => {
    const claims = { story: 'x'.repeat(1024 * 1024) };
    const asked = vi.fn(async () => ({ ...live, profile: { claims } }) as unknown as SessionAnswer);
    const sessionStatus = statusBy(asked);
    for (let index = 0; index < 8; index += 1) await sessionStatus(caller(`s${index}`), 30);
    expect(asked).toHaveBeenCalledTimes(8);
    // The last is there, also after it was asked about again and again.
    for (let times = 0; times < 20; times += 1) await sessionStatus(caller('s7'), 0);
    await sessionStatus(caller('s2'), 30);
    expect(asked).toHaveBeenCalledTimes(28);
    await sessionStatus(caller('s0'), 30);
    expect(asked).toHaveBeenCalledTimes(29);
  });

  it('answers at once with what it remembers, and makes nothing of it', async () => {
    const sessionStatus = statusBy(async () => live);
    const first = await sessionStatus(caller('s'), 30);
    expect(sessionStatus(caller('s'), 30)).toBe(first);
    expect(first).toMatchObject({ kind: 'live', session: live });
  });

  it('does not wait for ever: a question that nobody answers fails', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const sessionStatus = statusBy(() => new Promise(() => undefined));
    let outcome = 'waiting';
    const fail = (error: Error) => {
      outcome = error.message;
    };
    void Promise.resolve(sessionStatus(caller('s'), 30)).catch(fail);
    await vi.advanceTimersByTimeAsync(9_999);
    expect(outcome).toBe('waiting');
    await vi.advanceTimersByTimeAsync(1);
    expect(outcome).toContain('did not answer in time');
  });

  it('does not wait at all where every question counts', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const lost = new Promise<SessionAnswer>(() => undefined);
    const sessionStatus = statusBy(vi.fn(async () => live as SessionAnswer).mockReturnValueOnce(lost));
    void Promise.resolve(sessionStatus(caller('s'), 0)).catch(() => undefined);
    expect(await sessionStatus(caller('s'), 0)).toMatchObject({ session: live });
  });

  it('does not wait long for a question of another request, which may have been cancelled', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout'] });
    const lost = new Promise<SessionAnswer>(() => undefined);
    const asked = vi.fn(async () => live as SessionAnswer).mockReturnValueOnce(lost);
    const sessionStatus = statusBy(asked);
    void Promise.resolve(sessionStatus(caller('s'), 30)).catch(() => undefined);
    const second = Promise.resolve(sessionStatus(caller('s'), 30));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(asked).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await second).toMatchObject({ session: live });
    expect(asked).toHaveBeenCalledTimes(2);
  });
});
