import '../../logout/issuer.ts';
import { env, runDurableObjectAlarm } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { AppPerson, bodyOf } from '../../workerd/app-person.ts';
import { codeFor } from '../../workerd/person.ts';

// Several sign-ins each, and alarms that are waited for.
vi.setConfig({ testTimeout: 30_000 });

/** The sessions that the client was told the end of. */
const told: unknown[] = [];

// For good: alarms that nobody waits for may still tell a client when their test is over.
vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
  told.push(decodeJwt(new URLSearchParams(String(body)).get('logout_token') ?? '').sid);
  return new Response();
});
afterEach(() => {
  vi.useRealTimers();
});

const app = { client_id: 'one' };
const clockForward = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
};

async function signedIn(scope = 'openid', email?: string) {
  const person = new AppPerson(email);
  await (email === undefined ? person.signUp() : person.signIn());
  const redirect = { ...app, redirect_uri: 'https://one.test/callback' };
  const response = await person.redeem(await codeFor(person, { ...redirect, scope }), redirect);
  const claims = decodeJwt((await bodyOf(response)).access_token ?? '');
  return { person, userId: claims.sub ?? '', sessionId: String(claims.sid) };
}

const out = (person: AppPerson, path = '/session/logout') => person.call('POST', path, app);
const sessionStatus = async (userId: string, sessionId: string) =>
  env.USER.getByName(userId).status({ sessionId });
const isTold = async (userId: string, sessionId: string) => {
  await runDurableObjectAlarm(env.USER.getByName(userId));
  await vi.waitFor(() => expect(told).toContain(sessionId), { timeout: 5000 });
};

/** The cookies of a browser, to be tried again after they were cleared. */
const copyOf = (person: AppPerson) => {
  const copy = new AppPerson(person.email);
  for (const [name, value] of person.cookies) copy.cookies.set(name, value);
  return copy;
};

describe.each([
  ['/session/logout', 'sign_out', 'revoked_by_client'],
  ['/session/logout-all', 'sign_out_everywhere', 'sign_out_everywhere'],
])('%s', (path, cause, causeOfOffline) => {
  it('ends session and family, and tells the clients', async () => {
    const { person, userId, sessionId } = await signedIn();
    const copy = copyOf(person);
    expect((await out(person, path)).status).toBe(204);
    expect(await sessionStatus(userId, sessionId)).toMatchObject({ kind: 'ended', cause });
    expect(await bodyOf(copy.refresh(app))).toMatchObject({ error: 'invalid_grant', cause });
    await isTold(userId, sessionId);
  });

  it('does the same when the session’s cookie is gone and the refresh token is left', async () => {
    const { person, userId, sessionId } = await signedIn();
    person.keepOnly('portcullis-refresh');
    const copy = copyOf(person);
    expect((await out(person, path)).status).toBe(204);
    expect(person.refreshCookie).toBeUndefined();
    expect(await sessionStatus(userId, sessionId)).toMatchObject({ kind: 'ended', cause });
    expect(await bodyOf(copy.refresh(app))).toMatchObject({ error: 'invalid_grant', cause });
    await isTold(userId, sessionId);
  });

  it('ends what outlived its session', async () => {
    const { person, userId, sessionId } = await signedIn('openid offline_access');
    await env.USER.getByName(userId).endSession(sessionId, 'sign_out');
    const copy = copyOf(person);
    expect((await out(person, path)).status).toBe(204);
    expect(person.refreshCookie).toBeUndefined();
    expect(await bodyOf(copy.refresh(app))).toMatchObject({ cause: causeOfOffline });
  });

  it('does nothing for an old copy of a refresh token but to clear it', async () => {
    const { person, userId, sessionId } = await signedIn();
    const copy = copyOf(person);
    copy.keepOnly('portcullis-refresh');
    await person.refresh(app);
    clockForward(11_000);
    await out(copy, path);
    expect(copy.refreshCookie).toBeUndefined();
    expect((await sessionStatus(userId, sessionId)).kind).toBe('live');
  });
});

describe('when the session has expired', () => {
  it('a sign-out is done, and one of all says that nobody is here; both clear the refresh cookie', async () => {
    const { person } = await signedIn();
    const all = copyOf(person);
    clockForward(15 * 86_400_000);
    expect((await out(person)).status).toBe(204);
    const response = await out(all, '/session/logout-all');
    expect(response.status).toBe(401);
    expect(await bodyOf(response)).toMatchObject({ error: 'invalid_grant', cause: 'no_session' });
    for (const browser of [person, all]) expect(browser.refreshCookie).toBeUndefined();
  });
});

it('does no harm where nobody is signed in', async () => {
  const nobody = new AppPerson();
  expect((await out(nobody)).status).toBe(204);
  expect((await out(nobody, '/session/logout-all')).status).toBe(401);
});

it('of all reaches the other browsers by the refresh token alone', async () => {
  const { person } = await signedIn();
  const { person: other } = await signedIn('openid', person.email);
  person.keepOnly('portcullis-refresh');
  expect((await out(person, '/session/logout-all')).status).toBe(204);
  expect(await bodyOf(other.refresh(app))).toMatchObject({ cause: 'sign_out_everywhere' });
});

describe('where the app shows somebody else than the browser’s session is of', () => {
  /** Ada's app has outlived her session; Bob signed in at the issuer since, and not in the app. */
  async function two() {
    const ada = await signedIn('openid offline_access');
    await env.USER.getByName(ada.userId).endSession(ada.sessionId, 'sign_out');
    const bob = await signedIn();
    const browser = copyOf(bob.person);
    browser.keepOnly('portcullis-session', 'portcullis-device');
    const [name, value] = ada.person.refreshCookie ?? ['', ''];
    browser.cookies.set(name, value);
    return { ada, bob, browser };
  }

  it.each(['/session/logout', '/session/logout-all'])('%s leaves neither behind', async (path) => {
    const { ada, bob, browser } = await two();
    expect((await out(browser, path)).status).toBe(204);
    expect((await ada.person.refresh(app)).status).toBe(401);
    expect(await sessionStatus(bob.userId, bob.sessionId)).toMatchObject({ cause: 'sign_out' });
  });

  it('“everywhere” is everywhere for the one whom the app shows', async () => {
    const { ada, bob, browser } = await two();
    const elsewhere = await signedIn('openid', ada.person.email);
    const bobElsewhere = await signedIn('openid', bob.person.email);
    await out(browser, '/session/logout-all');
    expect(await sessionStatus(ada.userId, elsewhere.sessionId)).toMatchObject({
      cause: 'sign_out_everywhere',
    });
    expect((await sessionStatus(bob.userId, bobElsewhere.sessionId)).kind).toBe('live');
  });
});
