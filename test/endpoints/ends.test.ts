import { env, runInDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { codeFor, exchange, Person, personWithTokens, refresh, type Tokens } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const causeOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { cause?: string }).cause;
const administration = exports.Administration;
const userIdOf = (tokens: Tokens) => decodeJwt(tokens.access_token).sub ?? '';

async function another(
  person: Person,
  changes: Record<string, string> = {},
): Promise<{ browser: Person; tokens: Tokens }> {
  const browser = new Person(person.email);
  await browser.signIn();
  const { code, codeVerifier } = await codeFor(browser, changes);
  return { browser, tokens: (await (await exchange(code, codeVerifier)).json()) as Tokens };
}

const offline = { scope: 'openid demo:read offline_access' };

describe('a family with offline_access', () => {
  it('outlives the sign-out of its session, and not the sign-out of everything', async () => {
    const { person, tokens } = await personWithTokens(offline);
    await person.get(`/oauth/logout?id_token_hint=${tokens.id_token}`);
    const next = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
    expect(next.refresh_token).toMatch(/^pc_rt_/);
    await person.signIn();
    expect(await (await person.get('/account')).text()).toContain('keep their access while you are away');
    await person.submit('/account/sign-out-everywhere', {});
    expect(await causeOf(refresh(next.refresh_token))).toBe('sign_out_everywhere');
  });

  it('outlives the expiry of its session, as one without does not', async () => {
    const { person, tokens } = await personWithTokens();
    const { tokens: kept } = await another(person, offline);
    const stub = env.USER.getByName(userIdOf(tokens));
    await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec('UPDATE session SET absolute_expires_at = ?', Date.now() - 1),
    );
    expect(await causeOf(refresh(tokens.refresh_token))).toBe('absolute_expiry');
    expect((await refresh(kept.refresh_token)).status).toBe(200);
  });
});

describe('a change of the password', () => {
  const change = (person: Person, form: Record<string, string>) =>
    person.submit('/account/password', {
      current_password: 'correct horse battery',
      new_password: 'battery staple correct',
      ...form,
    });

  it('ends everything but the session that changed it, those with offline_access too', async () => {
    const { person, tokens } = await personWithTokens();
    const other = await another(person);
    const offlineOther = await another(person, offline);
    expect((await change(person, {})).headers.get('Location')).toBe('/account');
    expect(await causeOf(refresh(other.tokens.refresh_token))).toBe('password_change');
    expect(await causeOf(refresh(offlineOther.tokens.refresh_token))).toBe('password_change');
    expect((await other.browser.get('/account')).status).toBe(303);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await person.signIn()).status, 'the old password').toBe(401);
    expect((await person.signIn({ password: 'battery staple correct' })).status).toBe(303);
  });

  it('works while strangers guess, and leaves a copy of the cookie worthless', async () => {
    const { person } = await personWithTokens();
    const copy = new Person(person.email);
    for (const [name, value] of person.cookies) copy.cookies.set(name, value);
    await Promise.all(
      Array.from({ length: 11 }, () =>
        new Person(person.email).signIn({ password: 'a wrong guess of mine' }),
      ),
    );
    expect((await change(person, {})).headers.get('Location')).toBe('/account');
    expect((await person.get('/account')).status).toBe(200);
    expect((await copy.get('/account')).status).toBe(303);
  }, 60_000);

  it('ends the families with offline_access of its own session too', async () => {
    const { person, tokens } = await personWithTokens(offline);
    await change(person, {});
    expect(await causeOf(refresh(tokens.refresh_token))).toBe('password_change');
  });

  it('asks for the present password, and counts the guesses', async () => {
    const { person, tokens } = await personWithTokens();
    for (let count = 0; count < 10; count += 1) {
      expect((await change(person, { current_password: 'a wrong guess of mine' })).status).toBe(401);
    }
    expect((await change(person, {})).status).toBe(429);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  }, 60_000);

  it('refuses a weak new one before it computes anything, and needs somebody signed in', async () => {
    const { person } = await personWithTokens();
    const response = await change(person, { new_password: 'short' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('id="new_password-error"');
    expect((await change(new Person(), {})).headers.get('Location')).toBe('/signin');
    expect((await new Person().get('/account/password')).headers.get('Location')).toBe('/signin');
    expect((await person.get('/account/password')).status).toBe(200);
  });
});

describe('an administrator', () => {
  it('disables an account: everything ends, nobody signs in, until it is enabled', async () => {
    const { person, tokens } = await personWithTokens(offline);
    const userId = await administration.find(person.email.toUpperCase());
    expect(userId).toBe(userIdOf(tokens));
    await administration.disable(userId ?? '');
    expect(await causeOf(refresh(tokens.refresh_token))).toBe('account_disabled');
    const refused = await person.signIn();
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('disabled this account');
    expect(
      (await person.signIn({ password: 'not the password at all' })).status,
      'only who knows the password is told',
    ).toBe(401);
    await administration.enable(userId ?? '');
    expect((await person.signIn()).status).toBe(303);
  });

  it('ends one session or everything, and reads why things ended', async () => {
    const { person, tokens } = await personWithTokens();
    const other = await another(person);
    const userId = userIdOf(tokens);
    await administration.endSession(userId, String(decodeJwt(other.tokens.access_token).sid));
    expect(await causeOf(refresh(other.tokens.refresh_token))).toBe('administrator');
    await refresh(tokens.refresh_token);
    await administration.endEverything(userId);
    const account = await administration.inspect(userId);
    expect(account?.sessions).toEqual([]);
    expect(account?.ends).toContainEqual(
      expect.objectContaining({ what: 'family', cause: 'administrator', clientId: 'demo', generation: 1 }),
    );
    expect(await administration.inspect('AAAAAAAAAAAAAAAAAAAAAA')).toBeUndefined();
  });
});

it('a person whose session ended is told why when they are asked to sign in again', async () => {
  const { person, tokens } = await personWithTokens();
  await administration.endEverything(userIdOf(tokens));
  const page = await (await person.get('/signin')).text();
  expect(page).toContain('An administrator ended it.');
  expect(await (await person.get('/signin')).text()).not.toContain('Your sign-in here has ended.');
});
