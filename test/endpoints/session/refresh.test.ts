import { env } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Refresh } from '../../../src/user/types.ts';
import { AppPerson, bodyOf, signedInByCode } from '../../workerd/app-person.ts';

// Several sign-ins each.
vi.setConfig({ testTimeout: 30_000 });

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const clockForward = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
};
const MINUTES = 5 * 60_000;
const refreshToken = (person: AppPerson) => person.refreshCookie?.[1] ?? '';

/** A refresh whose answer never reaches the browser. */
async function lost(person: AppPerson): Promise<void> {
  const before = new Map(person.cookies);
  expect((await person.refresh()).status).toBe(200);
  person.cookies.clear();
  for (const [name, value] of before) person.cookies.set(name, value);
}

/** Whoever came by the refresh token of a browser, and by nothing else of it. */
function thiefOf(person: AppPerson): AppPerson {
  const thief = new AppPerson(person.email);
  const [name, value] = person.refreshCookie ?? ['', ''];
  thief.cookies.set(name, value);
  return thief;
}

describe('an answer that got lost', () => {
  it('minutes ago is given again: the same successor, and nobody is signed out', async () => {
    const { person } = await signedInByCode();
    const beside = new AppPerson();
    for (const [name, value] of person.cookies) beside.cookies.set(name, value);
    await beside.refresh();
    await lost(person);
    clockForward(MINUTES);
    expect((await person.refresh()).status).toBe(200);
    expect(refreshToken(person)).toBe(refreshToken(beside));
    expect((await person.refresh()).status).toBe(200);
  });

  it('is not given to whoever has the refresh token alone: the family ends', async () => {
    const { person } = await signedInByCode();
    const thief = thiefOf(person);
    await person.refresh();
    clockForward(11_000);
    expect(await bodyOf(thief.refresh())).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
    expect(await bodyOf(person.refresh())).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
  });

  it('is not given at the token endpoint, which takes no cookie', async () => {
    const { person } = await signedInByCode();
    const form = new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: 'demo',
      refresh_token: refreshToken(person),
    });
    await person.refresh();
    clockForward(11_000);
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = person.send('/oauth/token', { method: 'POST', headers, body: form.toString() });
    expect(await bodyOf(answer)).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
  });

  it.each(['another person', 'the same person elsewhere'])(
    'is not given with a session of %s: the family ends',
    async (whose) => {
      const { person } = await signedInByCode();
      const thief = thiefOf(person);
      const other = new AppPerson(whose === 'the same person elsewhere' ? person.email : undefined);
      await (whose === 'the same person elsewhere' ? other.signIn() : other.signUp());
      thief.cookies.set('portcullis-session', other.cookies.get('portcullis-session') ?? '');
      await person.refresh();
      clockForward(11_000);
      expect(await bodyOf(thief.refresh())).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
    },
  );

  it('tells of a thief who came first: the owner’s session does not hide the copy', async () => {
    const { person } = await signedInByCode();
    expect((await thiefOf(person).refresh()).status).toBe(200);
    clockForward(11_000);
    expect(await bodyOf(person.refresh())).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
  });

  it('has the bearer grace where offline access outlives the session', async () => {
    const { person } = await signedInByCode({ scope: 'openid offline_access' });
    await lost(person);
    const devices = (await (await person.call('GET', '/session/devices')).json()) as {
      devices: { id: string; current: boolean }[];
    };
    const own = devices.devices.find(({ current }) => current)?.id ?? '';
    const cookies = new Map(person.cookies);
    expect((await person.call('DELETE', `/session/devices/${own}`)).status).toBe(204);
    for (const [name, value] of cookies) person.cookies.set(name, value);
    expect((await person.refresh()).status).toBe(200);
    for (const [name, value] of cookies) person.cookies.set(name, value);
    clockForward(11_000);
    expect(await bodyOf(person.refresh())).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });
  });
});

describe('who is signed in', () => {
  it('is named in every answer, and described in none that does not ask for it', async () => {
    const { person, response } = await signedInByCode();
    const { sub } = decodeJwt((await bodyOf(response)).id_token ?? '');
    const answer = await bodyOf(person.refresh());
    expect(Object.keys(answer).sort()).toEqual(['access_token', 'expires_in', 'scope', 'sub', 'token_type']);
    expect(answer).toMatchObject({ sub });
    expect(await bodyOf(person.refresh({ user: false }))).not.toHaveProperty('user');
  });

  it('is described as UserInfo would, for all that was granted, with how they signed in', async () => {
    const claims = JSON.stringify({ userinfo: { updated_at: null }, id_token: { name: null } });
    const { person, response } = await signedInByCode({ scope: 'openid email demo:read', claims });
    const { access_token: accessToken, id_token: idToken = '' } = await bodyOf(response);
    const headers = { Authorization: `Bearer ${accessToken}` };
    const userinfo = (await (await person.send('/oauth/userinfo', { headers })).json()) as object;
    expect(userinfo).toMatchObject({ email: person.email, updated_at: expect.any(Number) });
    const { sub, auth_time, acr, amr } = decodeJwt(idToken);
    const whole = { user: userinfo, sub, auth_time, acr, amr };
    expect(await bodyOf(person.refresh({ user: true }))).toMatchObject(whole);
    const narrow = await bodyOf(person.refresh({ user: true, scope: 'demo:read' }));
    expect(narrow).toMatchObject({ ...whole, scope: 'demo:read' });
    expect((narrow as { user?: object }).user).toEqual(userinfo);
  });

  it('is only named where openid was not granted', async () => {
    const { person } = await signedInByCode({ scope: 'profile email' });
    const { user, sub } = (await bodyOf(person.refresh({ user: true }))) as { user?: object; sub?: string };
    expect(user).toEqual({ sub });
  });

  it.each(['yes', 1, null])('is asked for by true, not by %j', async (user) => {
    const { person } = await signedInByCode();
    const response = await person.refresh({ user });
    expect(response.status).toBe(400);
    expect((await person.refresh()).status).toBe(200);
  });
});

describe('what a refresh costs', () => {
  it.each([false, true])('is one call and one signature, user: %s', async (user) => {
    const { person } = await signedInByCode();
    const real = env.USER.getByName.bind(env.USER);
    const asked: Refresh[] = [];
    const calls = vi.spyOn(env.USER, 'getByName').mockImplementation((name) => {
      const stub = real(name);
      const perform: typeof stub.perform = (context, method, parameters) => {
        asked.push(parameters[0] as Refresh);
        return stub.perform(context, method, parameters);
      };
      return { perform } as unknown as typeof stub;
    });
    const signatures = vi.spyOn(crypto.subtle, 'sign');
    expect((await person.refresh({ user })).status).toBe(200);
    expect(calls).toHaveBeenCalledTimes(1);
    const nameOf = (algorithm: string | { name: string }) =>
      typeof algorithm === 'string' ? algorithm : algorithm.name;
    expect(signatures.mock.calls.filter(([algorithm]) => nameOf(algorithm) !== 'HMAC')).toHaveLength(1);
    // Whoever does not ask for the person has it stay where it is.
    expect(asked.map(({ withProfile }) => withProfile)).toEqual([user]);
  });
});
