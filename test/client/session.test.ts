import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuthError } from '../../src/client/errors.ts';
import { createSession, type Session, type Tokens } from '../../src/client/session.ts';
import { openTabs } from '../../src/client/tabs.ts';
import { cookieTransport } from '../../src/client/transport/cookie.ts';
import { idToken, type Received, type Reply, startStandIn } from './stand-in.ts';

type StandIn = Awaited<ReturnType<typeof startStandIn>>;

// Only the clock is turned by hand; timers and the network are real.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));

let issuer: StandIn;
let session: Session;
let refreshed: Tokens[];
let ended: (AuthError | undefined)[];
let onSignIn: () => Reply;
/** What the token endpoint says to the nth refresh; by default it rotates. */
let onRefresh: (request: Received, count: number) => Reply | Promise<Reply>;

const refreshes = () => issuer.received.filter(({ path }) => path === '/session/refresh');
const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

/** The token is in a cookie, which is the browser's affair: here each answer counts up. */
let generation = 1;
const rotate = (): Reply => {
  generation++;
  return {
    body: { access_token: `access-${generation}`, token_type: 'Bearer', expires_in: 300, sub: 'ada' },
  };
};

const claims = () => ({
  iss: issuer.origin,
  aud: 'app',
  sub: 'ada',
  nonce: 'nonce',
  exp: Math.floor(Date.now() / 1000) + 300,
});

const signedIn = (): Reply => ({
  body: {
    access_token: 'access-1',
    token_type: 'Bearer',
    expires_in: 300,
    id_token: idToken(claims()),
  },
});

/** A tab of its own, as far as the SDK can tell. */
function openTab(tab: { refreshed: Tokens[]; ended: (AuthError | undefined)[] }): Session {
  const transport = cookieTransport({ issuer: issuer.origin, clientId: 'app', name: issuer.origin });
  const session: Session = createSession({
    issuer: issuer.origin,
    clientId: 'app',
    transport: async () => transport,
    tabs: () => tabs,
    onTokens: (tokens, first) => !first && tab.refreshed.push(tokens),
    onEnded: (error) => tab.ended.push(error),
  });
  const tabs = openTabs(issuer.origin, session.hear);
  return session;
}

beforeEach(async () => {
  refreshed = [];
  ended = [];
  generation = 1;
  onRefresh = rotate;
  issuer = await startStandIn((request) =>
    request.path === '/session/refresh' ? onRefresh(request, refreshes().length) : onSignIn(),
  );
  onSignIn = signedIn;
  session = openTab({ refreshed, ended });
});
afterEach(async () => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  await issuer.stop();
});

const signIn = () => session.redeem('code', 'verifier', 'https://app.example/', { nonce: 'nonce' });

describe('redeeming a code', () => {
  test('sends the code, its verifier and the client, and no client secret', async () => {
    const tokens = await signIn();
    expect(tokens.user.sub).toBe('ada');
    expect(issuer.received[0]?.path).toBe('/session/token');
    expect(issuer.received[0]?.parameters).toEqual({
      code: 'code',
      code_verifier: 'verifier',
      redirect_uri: 'https://app.example/',
      client_id: 'app',
    });
    expect(issuer.received[0]?.headers).not.toHaveProperty('authorization');
  });

  test('an ID token with another nonce is refused and leaves nobody signed in', async () => {
    await expect(
      session.redeem('code', 'verifier', 'https://app.example/', { nonce: 'another' }),
    ).rejects.toMatchObject({ code: 'invalid_id_token' });
    expect(session.tokens()).toBeUndefined();
  });

  test('a code that is refused does not keep the browser from taking up what it holds', async () => {
    onSignIn = () => ({ status: 400, body: { error: 'invalid_grant' } });
    await expect(signIn()).rejects.toMatchObject({ code: 'invalid_grant' });
    onRefresh = () => ({ body: { ...Object(rotate().body), user: { sub: 'ada' } } });
    expect((await session.restore()).user.sub).toBe('ada');
  });

  test('a lost answer is not tried again, since a code that is used twice ends what it issued', async () => {
    onSignIn = () => ({ lost: 'connection closed' });
    await expect(signIn()).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.received).toHaveLength(1);
  });
});

describe('refreshing', () => {
  test('a young token is answered without a request', async () => {
    await signIn();
    later(239_000);
    expect(await session.accessToken(false)).toBe('access-1');
    expect(refreshes()).toHaveLength(0);
  });

  test('a token near its end is renewed while nobody waits', async () => {
    await signIn();
    later(271_000);
    expect(await session.accessToken(false)).toBe('access-1');
    await vi.waitFor(() => expect(refreshed).toHaveLength(1));
    expect(await session.accessToken(false)).toBe('access-2');
    expect(refreshes()).toHaveLength(1);
  });

  test('callers with an expired token share one refresh', async () => {
    await signIn();
    later(300_000);
    const answers = await Promise.all(Array.from({ length: 30 }, () => session.accessToken(false)));
    expect(new Set(answers)).toEqual(new Set(['access-2']));
    expect(refreshes()).toHaveLength(1);
    expect(refreshes()[0]?.parameters).toEqual({ client_id: 'app' });
  });

  test('not everybody asks at the same time: the margin is between 30 and 60 seconds, at random', async () => {
    const dueAfter: number[] = [];
    for (let round = 0; round < 40; round++) {
      const { due } = await signIn();
      const start = Date.now();
      for (let seconds = 230; !due(); seconds++) vi.setSystemTime(start + seconds * 1000);
      dueAfter.push((Date.now() - start) / 1000);
    }
    expect(Math.min(...dueAfter)).toBeGreaterThanOrEqual(239);
    expect(Math.max(...dueAfter)).toBeLessThanOrEqual(271);
    expect(Math.max(...dueAfter) - Math.min(...dueAfter)).toBeGreaterThan(10);
  });

  test('a lost response does not sign anybody out: it is asked for again at once', async () => {
    await signIn();
    onRefresh = (_, count) => (count <= 2 ? { lost: 'connection closed' } : rotate());
    expect(await session.accessToken(true)).toBe('access-2');
    expect(refreshes()).toHaveLength(3);
    const [first, , third] = refreshes();
    // Well inside the 10 seconds in which the issuer answers with the same successor.
    expect((third?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(2000);
    expect(await session.accessToken(true)).toBe('access-3');
    expect(ended).toEqual([]);
  });

  test('an answer that never comes is given up and asked for again', async () => {
    await signIn();
    onRefresh = (_, count) => (count === 1 ? { lost: 'silence' } : rotate());
    expect(await session.accessToken(true)).toBe('access-2');
    const [first, second] = refreshes();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(8000);
  });

  test('an error of the server is tried again, with growing pauses, and not for ever', async () => {
    await signIn();
    onRefresh = () => ({ status: 503, body: 'upstream' });
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'unavailable' });
    expect(refreshes()).toHaveLength(4);
    const pauses = refreshes()
      .slice(1)
      .map((request, index) => request.at - (refreshes()[index]?.at ?? 0));
    expect(pauses[0]).toBeGreaterThan(100);
    expect(pauses[2]).toBeGreaterThan(500);
    expect(ended).toEqual([]);
  });

  test('while the issuer is away, callers do not make a storm of requests, and afterwards all is well', async () => {
    await signIn();
    onRefresh = () => ({ status: 500 });
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'unavailable' });
    const asked = refreshes().length;
    const answers = await Promise.allSettled(Array.from({ length: 20 }, () => session.accessToken(true)));
    expect(answers.every((answer) => answer.status === 'rejected')).toBe(true);
    expect(refreshes()).toHaveLength(asked);
    // A token that still works is still given out.
    expect(await session.accessToken(false)).toBe('access-1');
    onRefresh = rotate;
    later(30_000);
    expect(await session.accessToken(true)).toBe('access-2');
  });

  test('a short Retry-After is waited for', async () => {
    await signIn();
    onRefresh = (_, count) =>
      count === 1 ? { status: 429, headers: { 'retry-after': '1' }, body: { error: 'slow_down' } } : rotate();
    expect(await session.accessToken(true)).toBe('access-2');
    const [first, second] = refreshes();
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(950);
  });

  test.each([
    ['seconds', () => '60'],
    ['a date', () => new Date(Date.now() + 60_000).toUTCString()],
  ])('a long Retry-After in %s fails at once and is kept to', async (_, retryAfter) => {
    await signIn();
    onRefresh = () => ({ status: 429, headers: { 'retry-after': retryAfter() } });
    const before = Date.now();
    const error = await session.accessToken(true).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'unavailable' });
    expect((error as { retryAt: number }).retryAt - before).toBeGreaterThanOrEqual(58_000);
    expect(refreshes()).toHaveLength(1);
    onRefresh = rotate;
    later(57_000);
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'unavailable' });
    expect(refreshes()).toHaveLength(1);
    later(4_000);
    expect(await session.accessToken(true)).toBe('access-2');
  });

  test('something that is not a token endpoint signs nobody out', async () => {
    await signIn();
    onRefresh = (_, count) => (count === 1 ? { body: '<h1>Welcome to the hotel network</h1>' } : rotate());
    expect(await session.accessToken(true)).toBe('access-2');
  });

  test('a redirect is not followed: what stands for the browser goes to the issuer only', async () => {
    const elsewhere = await startStandIn(() => ({}));
    await signIn();
    onRefresh = () => ({ status: 307, headers: { location: `${elsewhere.origin}/oauth/token` } });
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'unavailable' });
    expect(elsewhere.received).toEqual([]);
    await elsewhere.stop();
  });

  test('invalid_grant ends the session once, with the reason, and nothing more is asked', async () => {
    await signIn();
    onRefresh = () => ({
      status: 400,
      body: { error: 'invalid_grant', error_description: 'It has ended.', cause: 'sign_out_everywhere' },
    });
    const answers = await Promise.allSettled(Array.from({ length: 5 }, () => session.accessToken(true)));
    for (const answer of answers) {
      expect(answer).toMatchObject({ reason: { code: 'signed_out', reason: 'sign_out_everywhere' } });
    }
    expect(ended).toMatchObject([
      { code: 'signed_out', reason: 'sign_out_everywhere', message: 'It has ended.' },
    ]);
    await expect(session.accessToken(false)).rejects.toMatchObject({ code: 'signed_out' });
    expect(session.tokens()).toBeUndefined();
    expect(refreshes()).toHaveLength(1);
  });

  test('what a new sign-in in another tab has superseded is asked for again, with the new cookie', async () => {
    await signIn();
    onRefresh = (_, count) =>
      count === 1 ? { status: 401, body: { error: 'invalid_grant', cause: 'superseded' } } : rotate();
    expect(await session.accessToken(true)).toBe('access-2');
    expect(ended).toEqual([]);

    onRefresh = () => ({ status: 401, body: { error: 'invalid_grant', cause: 'superseded' } });
    await expect(session.accessToken(true)).rejects.toMatchObject({ reason: 'superseded' });
    expect(refreshes().length).toBeLessThan(8);
  });

  test('another refusal is reported, keeps the session, and is not asked for again at once', async () => {
    await signIn();
    onRefresh = () => ({ status: 401, body: { error: 'invalid_client' } });
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'invalid_client' });
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'unavailable' });
    expect(refreshes()).toHaveLength(1);
    expect(ended).toEqual([]);
    expect(await session.accessToken(false)).toBe('access-1');
  });

  test('an answer that arrives after signing out does not bring the session back', async () => {
    await signIn();
    onRefresh = () => ({ ...rotate(), after: 300 });
    const waiting = session.accessToken(true);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'signed_out' });
    await vi.waitFor(() => expect(refreshes()).toHaveLength(1));
    session.forget();
    await refused;
    expect(session.tokens()).toBeUndefined();
    expect(refreshed).toEqual([]);
    expect(ended).toEqual([]);
  });

  test('an ID token for somebody else ends the session', async () => {
    await signIn();
    onRefresh = () => {
      const { body } = rotate();
      return { body: { ...Object(body), id_token: idToken({ ...claims(), sub: 'eve', nonce: undefined }) } };
    };
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'invalid_id_token' });
    expect(ended).toMatchObject([{ code: 'invalid_id_token' }]);
    expect(session.tokens()).toBeUndefined();
  });

  test('a new ID token renews what is known of the user', async () => {
    await signIn();
    onRefresh = () => ({
      body: {
        ...Object(rotate().body),
        id_token: idToken({ ...claims(), nonce: undefined, name: 'Ada' }),
      },
    });
    await session.accessToken(true);
    expect(session.tokens()?.user.name).toBe('Ada');
  });

  test('an answer about somebody else ends what this page shows, and is not taken', async () => {
    await signIn();
    onRefresh = () => ({ body: { ...Object(rotate().body), sub: 'eve' } });
    await expect(session.accessToken(true)).rejects.toMatchObject({ reason: 'user_changed' });
    expect(ended).toMatchObject([{ code: 'signed_out', reason: 'user_changed' }]);
    expect(session.tokens()).toBeUndefined();
  });

  test('the same with an ID token: whoever signed in in another tab is not signed out by it', async () => {
    vi.stubGlobal('document', {});
    const [here, other] = [
      { refreshed, ended },
      { refreshed: [], ended: [] as (AuthError | undefined)[] },
    ];
    session = openTab(here);
    await signIn();
    openTab(other);
    const eve = { sub: 'eve', id_token: idToken({ ...claims(), sub: 'eve', nonce: undefined }) };
    onRefresh = () => ({ body: { ...Object(rotate().body), ...eve } });
    await expect(session.accessToken(true)).rejects.toMatchObject({ reason: 'user_changed' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(here.ended).toHaveLength(1);
    expect(other.ended).toEqual([]);
  });

  test('a token of another kind than asked for is no answer', async () => {
    await signIn();
    onRefresh = (_, count) =>
      count === 1 ? { body: { ...Object(rotate().body), token_type: 'DPoP' } } : rotate();
    await session.accessToken(true);
    expect(refreshes()).toHaveLength(2);
  });
});

describe('taking up what the browser holds', () => {
  test('asks who that is', async () => {
    onRefresh = () => ({ body: { ...Object(rotate().body), user: { sub: 'ada', name: 'Ada' } } });
    expect((await session.restore()).user).toEqual({ sub: 'ada', name: 'Ada' });
    expect(refreshes()[0]?.parameters).toEqual({ client_id: 'app', user: true });
    expect(await session.accessToken(false)).toBe('access-2');
  });

  test('an answer that does not say who is refused', async () => {
    await expect(session.restore()).rejects.toMatchObject({ code: 'invalid_id_token' });
    expect(session.tokens()).toBeUndefined();
  });

  test.each([
    ['here', (tab: Session) => tab.forget()],
    ['in another tab', (tab: Session) => tab.hear({ kind: 'signed_out' })],
  ])('a sign-out %s while it asks is not undone by the answer', async (_, signOut) => {
    onRefresh = () => ({ body: { ...Object(rotate().body), user: { sub: 'ada' } }, after: 300 });
    const restoring = expect(session.restore()).rejects.toMatchObject({ code: 'signed_out' });
    await vi.waitFor(() => expect(refreshes()).toHaveLength(1));
    signOut(session);
    await restoring;
    expect(session.tokens()).toBeUndefined();
    // Nor by what another tab, which has not heard of it, brings meanwhile.
    const again = expect(session.restore()).rejects.toMatchObject({ code: 'signed_out' });
    await vi.waitFor(() => expect(refreshes()).toHaveLength(2));
    signOut(session);
    session.hear({ kind: 'tokens', accessToken: 'late', user: { sub: 'ada' }, left: 300_000, signIn: false });
    await again;
    expect(session.tokens()).toBeUndefined();
  });

  test('nothing there is no event: nobody was signed out', async () => {
    onRefresh = () => ({ status: 401, body: { error: 'invalid_grant', cause: 'no_session' } });
    await expect(session.restore()).rejects.toMatchObject({ reason: 'no_session' });
    expect(ended).toEqual([]);
  });
});

describe('the clock', () => {
  test.each([
    ['forward', 5 * 3_600_000],
    ['back', -5 * 3_600_000],
  ])('set %s by hours signs nobody out', async (_, milliseconds) => {
    await signIn();
    later(milliseconds);
    expect(await session.accessToken(false)).toMatch(/^access-[12]$/);
    expect(await session.accessToken(true)).toMatch(/^access-[23]$/);
    expect(ended).toEqual([]);
  });

  test('set back while the issuer is away does not keep anybody waiting for hours', async () => {
    await signIn();
    onRefresh = () => ({ status: 429, headers: { 'retry-after': '4' } });
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'unavailable' });
    later(-3 * 3_600_000);
    onRefresh = rotate;
    await vi.waitFor(() => session.accessToken(true), { timeout: 8_000, interval: 500 });
  });

  test('hours off when somebody signs in: the issuer says what time it is', async () => {
    const reply = signedIn();
    const issuedAt = Date.now();
    onSignIn = () => ({ ...reply, headers: { date: new Date(issuedAt).toUTCString() } });
    later(7 * 3_600_000);
    expect((await signIn()).user.sub).toBe('ada');
    expect(await session.accessToken(false)).toBe('access-1');
  });
});

describe('many tabs', () => {
  /** Tabs of one browser: the first one has just signed in. */
  async function openTabsOfOneBrowser(count: number) {
    vi.stubGlobal('document', {});
    const tabs = Array.from({ length: count }, () => {
      const heard = { refreshed: [] as Tokens[], ended: [] as (AuthError | undefined)[] };
      return { ...heard, session: openTab(heard) };
    });
    const [first, ...others] = tabs;
    await first?.session.redeem('code', 'verifier', 'https://app.example/', { nonce: 'nonce' });
    await vi.waitFor(() => {
      for (const { session } of others) expect(session.tokens()?.accessToken).toBe('access-1');
    });
    return tabs;
  }

  test('renew once, all of them at the same moment, and all have the new token', async () => {
    const tabs = await openTabsOfOneBrowser(20);
    onRefresh = () => ({ ...rotate(), after: 100 });
    later(300_000);
    const answers = await Promise.all(tabs.map(({ session }) => session.accessToken(false)));
    expect(new Set(answers)).toEqual(new Set(['access-2']));
    expect(refreshes()).toHaveLength(1);
    expect(tabs.flatMap((tab) => tab.ended)).toEqual([]);
  });

  test('do not wait for ever for one that holds the lock and does nothing', async () => {
    const [tab] = await openTabsOfOneBrowser(1);
    const released = Promise.withResolvers<void>();
    void navigator.locks.request(issuer.origin, () => released.promise);
    const start = performance.now();
    expect(await tab?.session.accessToken(true)).toBe('access-2');
    expect(performance.now() - start).toBeLessThan(8_000);
    released.resolve();
  });

  test('do not ask one after the other an issuer that is away', async () => {
    const tabs = await openTabsOfOneBrowser(20);
    onRefresh = () => ({ status: 503 });
    later(300_000);
    const answers = await Promise.allSettled(tabs.map(({ session }) => session.accessToken(false)));
    for (const answer of answers) expect(answer).toMatchObject({ reason: { code: 'unavailable' } });
    expect(refreshes()).toHaveLength(4);
    expect(tabs.flatMap((tab) => tab.ended)).toEqual([]);
  });

  test('hear why the session ended', async () => {
    const tabs = await openTabsOfOneBrowser(3);
    onRefresh = () => ({ status: 401, body: { error: 'invalid_grant', cause: 'reuse' } });
    await expect(tabs[0]?.session.accessToken(true)).rejects.toMatchObject({ reason: 'reuse' });
    await vi.waitFor(() => {
      for (const tab of tabs) expect(tab.ended).toMatchObject([{ reason: 'reuse' }]);
    });
    expect(refreshes()).toHaveLength(1);
  });

  test('do not go on as somebody else, nor come back as such later', async () => {
    const [first, other] = await openTabsOfOneBrowser(2);
    onSignIn = () => {
      const { body } = signedIn();
      return { body: { ...Object(body), id_token: idToken({ ...claims(), sub: 'eve' }) } };
    };
    first?.session.forget();
    await first?.session.redeem('code', 'verifier', 'https://app.example/', { nonce: 'nonce' });
    await vi.waitFor(() => expect(other?.ended).toMatchObject([{ reason: 'user_changed' }]));
    onRefresh = () => ({ body: { ...Object(rotate().body), sub: 'eve' } });
    await first?.session.accessToken(true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(other?.session.tokens()).toBeUndefined();
  });

  test('a refresh that was under way in one does not undo the sign-out of another', async () => {
    const [first, other] = await openTabsOfOneBrowser(2);
    onRefresh = () => ({ ...rotate(), after: 300 });
    const late = other?.session.accessToken(true);
    await vi.waitFor(() => expect(refreshes()).toHaveLength(1));
    first?.session.forget();
    await late;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(first?.session.tokens()).toBeUndefined();
  });
});
