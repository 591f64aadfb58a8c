import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { AuthError } from '../../src/client/errors.ts';
import { createSession, type Session, type Tokens } from '../../src/client/session.ts';
import { idToken, type Received, type Reply, startStandIn } from './stand-in.ts';

type StandIn = Awaited<ReturnType<typeof startStandIn>>;

// Only the clock is turned by hand; timers and the network are real.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));

let issuer: StandIn;
let session: Session;
let refreshed: Tokens[];
let ended: AuthError[];
/** What the token endpoint says to the nth refresh; by default it rotates. */
let onRefresh: (request: Received, count: number) => Reply | Promise<Reply>;

const refreshes = () =>
  issuer.received.filter((request) => request.parameters.grant_type === 'refresh_token');
const later = (milliseconds: number) => vi.setSystemTime(Date.now() + milliseconds);

/** The successor of a token is a function of it, as at the real issuer: asked twice, it is the same. */
const rotate = ({ parameters }: Received): Reply => {
  const generation = Number(parameters.refresh_token?.split('-')[1]) + 1;
  return {
    body: {
      access_token: `access-${generation}`,
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: `refresh-${generation}`,
    },
  };
};

const claims = () => ({
  iss: issuer.origin,
  aud: 'app',
  sub: 'ada',
  nonce: 'nonce',
  exp: Math.floor(Date.now() / 1000) + 300,
});

beforeEach(async () => {
  refreshed = [];
  ended = [];
  onRefresh = rotate;
  issuer = await startStandIn((request) =>
    request.parameters.grant_type === 'refresh_token'
      ? onRefresh(request, refreshes().length)
      : {
          body: {
            access_token: 'access-1',
            token_type: 'Bearer',
            expires_in: 300,
            refresh_token: 'refresh-1',
            id_token: idToken(claims()),
          },
        },
  );
  session = createSession({
    issuer: issuer.origin,
    clientId: 'app',
    onRefreshed: (tokens) => refreshed.push(tokens),
    onEnded: (error) => ended.push(error),
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await issuer.stop();
});

const signIn = () => session.redeem('code', 'verifier', 'https://app.example/', 'nonce');

describe('redeeming a code', () => {
  test('sends the code, its verifier and the client, and no cookie or client secret', async () => {
    const tokens = await signIn();
    expect(tokens.user.sub).toBe('ada');
    expect(issuer.received[0]?.path).toBe('/oauth/token');
    expect(issuer.received[0]?.parameters).toEqual({
      grant_type: 'authorization_code',
      code: 'code',
      code_verifier: 'verifier',
      redirect_uri: 'https://app.example/',
      client_id: 'app',
    });
    expect(issuer.received[0]?.headers).not.toHaveProperty('cookie');
    expect(issuer.received[0]?.headers).not.toHaveProperty('authorization');
  });

  test('an ID token with another nonce is refused and leaves nobody signed in', async () => {
    await expect(session.redeem('code', 'verifier', 'https://app.example/', 'another')).rejects.toMatchObject(
      {
        code: 'invalid_id_token',
      },
    );
    expect(session.tokens()).toBeUndefined();
  });

  test('a lost answer is not tried again, since a code that is used twice ends what it issued', async () => {
    await issuer.stop();
    issuer = await startStandIn(() => ({ lost: 'connection closed' }));
    session = createSession({ issuer: issuer.origin, clientId: 'app', onRefreshed() {}, onEnded() {} });
    await expect(signIn()).rejects.toMatchObject({ code: 'unavailable' });
    expect(issuer.received).toHaveLength(1);
  });
});

describe('refreshing', () => {
  test('a young token is answered without a request', async () => {
    await signIn();
    later(269_000);
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
    expect(refreshes()[0]?.parameters).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-1',
      client_id: 'app',
    });
  });

  test('each refresh presents the token that the one before brought', async () => {
    await signIn();
    for (let generation = 2; generation <= 5; generation++) {
      expect(await session.accessToken(true)).toBe(`access-${generation}`);
    }
    expect(refreshes().map((request) => request.parameters.refresh_token)).toEqual([
      'refresh-1',
      'refresh-2',
      'refresh-3',
      'refresh-4',
    ]);
  });

  test('a lost response does not sign anybody out: the same token is sent again at once', async () => {
    await signIn();
    onRefresh = (request, count) => (count <= 2 ? { lost: 'connection closed' } : rotate(request));
    expect(await session.accessToken(true)).toBe('access-2');
    expect(refreshes().map((request) => request.parameters.refresh_token)).toEqual(
      Array(3).fill('refresh-1'),
    );
    const [first, , third] = refreshes();
    // Well inside the 10 seconds in which the issuer answers with the same successor.
    expect((third?.at ?? 0) - (first?.at ?? 0)).toBeLessThan(2000);
    expect(await session.accessToken(true)).toBe('access-3');
    expect(ended).toEqual([]);
  });

  test('an answer that never comes is given up and asked for again', async () => {
    await signIn();
    onRefresh = (request, count) => (count === 1 ? { lost: 'silence' } : rotate(request));
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
    onRefresh = (request, count) =>
      count === 1
        ? { status: 429, headers: { 'retry-after': '1' }, body: { error: 'slow_down' } }
        : rotate(request);
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
    onRefresh = (request, count) =>
      count === 1 ? { body: '<h1>Welcome to the hotel network</h1>' } : rotate(request);
    expect(await session.accessToken(true)).toBe('access-2');
  });

  test('a redirect is not followed: the refresh token goes to the token endpoint only', async () => {
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
    onRefresh = (request) => ({ ...rotate(request), after: 300 });
    const waiting = session.accessToken(true);
    const refused = expect(waiting).rejects.toMatchObject({ code: 'signed_out' });
    await vi.waitFor(() => expect(refreshes()).toHaveLength(1));
    expect(session.end()?.refreshToken).toBe('refresh-1');
    await refused;
    expect(session.tokens()).toBeUndefined();
    expect(refreshed).toEqual([]);
    expect(ended).toEqual([]);
  });

  test('an ID token for somebody else ends the session', async () => {
    await signIn();
    onRefresh = (request) => {
      const { body } = rotate(request);
      return { body: { ...Object(body), id_token: idToken({ ...claims(), sub: 'eve', nonce: undefined }) } };
    };
    await expect(session.accessToken(true)).rejects.toMatchObject({ code: 'invalid_id_token' });
    expect(ended).toMatchObject([{ code: 'invalid_id_token' }]);
    expect(session.tokens()).toBeUndefined();
  });

  test('a new ID token renews what is known of the user', async () => {
    await signIn();
    onRefresh = (request) => ({
      body: {
        ...Object(rotate(request).body),
        id_token: idToken({ ...claims(), nonce: undefined, name: 'Ada' }),
      },
    });
    await session.accessToken(true);
    expect(session.tokens()?.user.name).toBe('Ada');
  });

  test('without a refresh token the session ends when the access token does, and not before', async () => {
    await issuer.stop();
    issuer = await startStandIn(() => ({
      body: { access_token: 'only', token_type: 'Bearer', expires_in: 300, id_token: idToken(claims()) },
    }));
    session = createSession({
      issuer: issuer.origin,
      clientId: 'app',
      onRefreshed() {},
      onEnded: (error) => ended.push(error),
    });
    await signIn();
    later(290_000);
    expect(await session.accessToken(false)).toBe('only');
    later(10_000);
    await expect(session.accessToken(false)).rejects.toMatchObject({ reason: 'access_token_expired' });
    expect(ended).toMatchObject([{ reason: 'access_token_expired' }]);
    expect(issuer.received).toHaveLength(1);
  });
});
