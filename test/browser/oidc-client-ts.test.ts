import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type {} from './apps/oidc-client-ts.ts';
import {
  arrived,
  away,
  claimsOf,
  endFamily,
  type LibraryStage,
  openApp,
  setLibraryStage,
} from './library-app.ts';
import { newPerson, type Person, signIn, signUp, type Visit } from './stage.ts';

// oidc-client-ts, unmodified, in a real browser, against the issuer on https.

let stage: LibraryStage;
beforeAll(async () => {
  stage = await setLibraryStage('oidc-client-ts');
});
afterAll(() => stage?.close());

const clickSignIn = (page: Page) =>
  page.evaluate(() => void window.oidc.manager.signinRedirect({ state: { from: 'here' } }));
const clickSignOut = (page: Page) =>
  page.evaluate(() => void window.oidc.manager.signoutRedirect({ state: { bye: 1 } }));
const outcome = (page: Page) => page.evaluate(() => window.oidc.outcome);
const userOf = (page: Page) =>
  page.evaluate(async () => {
    const user = await window.oidc.manager.getUser();
    return user && { ...user, expired: user.expired };
  });
const userInfo = (page: Page, accessToken?: string) =>
  page.evaluate((token) => window.oidc.userInfo(token), accessToken);
/** Renews by the refresh token. */
const renew = (page: Page) =>
  page.evaluate(async () => {
    const { manager, told } = window.oidc;
    try {
      const user = await manager.signinSilent();
      return { accessToken: user?.access_token, refreshToken: user?.refresh_token };
    } catch (error) {
      return { error: told(error) };
    }
  });

/** A new person, signed in to the app. */
async function entered(clientId: string): Promise<Visit & { person: Person; address: string }> {
  const visit = await openApp(stage, clientId);
  const person = newPerson();
  const address = stage.at(clientId);
  await clickSignIn(visit.page);
  await signUp(visit.page, person);
  await arrived(visit.page, address);
  return { ...visit, person, address };
}

async function revokeFamilyOf(page: Page, clientId: string): Promise<void> {
  await endFamily(stage, clientId, (await userOf(page))?.refresh_token ?? '');
}

describe('oidc-client-ts', () => {
  test('signs in by redirect, comes back with what it had, knows the user, and calls with the token', async () => {
    const { page, context, person, faults } = await entered('bearer');
    expect(await outcome(page)).toEqual({ state: { from: 'here' } });
    const user = await userOf(page);
    expect(user).toMatchObject({
      token_type: 'Bearer',
      expired: false,
      scope: expect.stringContaining('openid'),
    });
    expect(user?.profile).toMatchObject({
      iss: stage.runtime.url,
      aud: 'bearer',
      name: person.name,
      email: person.email,
    });
    expect(await userInfo(page)).toMatchObject({ status: 200, body: { email: person.email } });
    const cookies = await context.cookies(stage.runtime.url);
    expect(cookies.map(({ name }) => name)).toContain('__Host-portcullis-session');
    expect(faults).toEqual([]);
    await context.close();
  });

  test('renews by refresh token, again and again, and after a reload', async () => {
    const { page, context, address, faults } = await entered('bearer');
    const before = await userOf(page);
    const seen = new Set([before?.refresh_token]);
    for (let times = 0; times < 4; times += 1) {
      if (times === 2) {
        await page.reload();
        await arrived(page, address);
      }
      seen.add((await renew(page)).refreshToken);
      expect((await userInfo(page)).status).toBe(200);
    }
    expect(seen.size).toBe(5);
    expect((await userOf(page))?.profile.auth_time).toBe(before?.profile.auth_time);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('renews by itself before a token expires, and says so when the sign-in is over', async () => {
    const { page, context } = await entered('brief');
    const first = (await userOf(page))?.access_token;
    await expect.poll(async () => (await userOf(page))?.access_token, { timeout: 15_000 }).not.toBe(first);
    const second = (await userOf(page))?.access_token;
    await expect.poll(async () => (await userOf(page))?.access_token, { timeout: 15_000 }).not.toBe(second);
    await revokeFamilyOf(page, 'brief');
    await expect
      .poll(() => page.evaluate(() => window.oidc.renewalErrors[0]?.error), { timeout: 15_000 })
      .toBe('invalid_grant');
    expect((await userInfo(page)).status).toBe(401);
    await context.close();
  });

  test.each(['bearer', 'dpop'])(
    'of %s tokens: two tabs that refresh one token at once go on as one',
    async (clientId) => {
      const { page, context, address } = await entered(clientId);
      const other = await context.newPage();
      await other.goto(address);
      await arrived(other, address);
      // With the nonce that both need, so that each sends one request.
      await renew(page);
      const waiting: (() => void)[] = [];
      await context.route('**/oauth/token', async (route) => {
        await new Promise<void>((resume) => {
          waiting.push(resume);
          if (waiting.length === 2) for (const go of waiting) go();
        });
        await route.continue();
      });
      const [one, two] = await Promise.all([renew(page), renew(other)]);
      expect(waiting).toHaveLength(2);
      expect(one.refreshToken).toMatch(/^pc_rt_/);
      expect(two.refreshToken).toBe(one.refreshToken);
      await context.unroute('**/oauth/token');
      for (const tab of [page, other, page]) {
        expect(await renew(tab)).toHaveProperty('accessToken');
        expect((await userInfo(tab)).status).toBe(200);
      }
      await context.close();
    },
  );

  test('revokes its tokens, and comes back without a question while the session lasts', async () => {
    const { page, context, address } = await entered('bearer');
    const { access_token: accessToken } = (await userOf(page)) ?? {};
    await page.evaluate(() => window.oidc.manager.revokeTokens());
    expect((await userOf(page))?.refresh_token).toBeNull();
    expect((await userInfo(page, accessToken)).status).toBe(401);
    await away(page, address, clickSignIn);
    expect((await userOf(page))?.refresh_token).toMatch(/^pc_rt_/);
    expect((await userInfo(page)).status).toBe(200);
    await context.close();
  });

  test('signs out, comes back with what it had, and is asked for a password the next time', async () => {
    const { page, context, person, address, faults } = await entered('bearer');
    await away(page, address, clickSignOut);
    expect(await outcome(page)).toEqual({ state: { bye: 1 } });
    expect(await userOf(page)).toBeNull();
    await clickSignIn(page);
    await signIn(page, person);
    await arrived(page, address);
    expect((await userOf(page))?.profile.email).toBe(person.email);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('hears of a person who says no', async () => {
    const { page, context } = await openApp(stage, 'stranger');
    await clickSignIn(page);
    await signUp(page, newPerson());
    await page.getByRole('button', { name: 'Cancel' }).click();
    await arrived(page, stage.at('stranger'));
    expect((await outcome(page)).error).toMatchObject({ error: 'access_denied' });
    expect(await userOf(page)).toBeNull();
    await context.close();
  });

  test('hears that a sign-in is over when it renews', async () => {
    const { page, context } = await entered('bearer');
    await revokeFamilyOf(page, 'bearer');
    expect((await renew(page)).error).toMatchObject({ error: 'invalid_grant' });
    await context.close();
  });
});

describe('oidc-client-ts with DPoP', () => {
  test('binds code and tokens to its key, finds the nonces, and renews after a reload', async () => {
    const { page, context, person, address } = await entered('dpop');
    expect((await outcome(page)).error).toBeUndefined();
    const user = await userOf(page);
    expect(user?.token_type).toBe('DPoP');
    expect(user?.profile).toMatchObject({ name: person.name, email: person.email });
    expect(claimsOf(user?.access_token ?? '').cnf).toEqual({ jkt: expect.any(String) });
    expect(await userInfo(page)).toMatchObject({ status: 200, body: { email: person.email } });
    for (let times = 0; times < 3; times += 1) {
      await page.reload();
      await arrived(page, address);
      expect(await renew(page)).toHaveProperty('accessToken');
    }
    const renewed = await userOf(page);
    expect(renewed?.refresh_token).not.toBe(user?.refresh_token);
    expect(claimsOf(renewed?.access_token ?? '').cnf).toEqual(claimsOf(user?.access_token ?? '').cnf);
    expect(renewed?.profile.email).toBe(person.email);
    expect((await userInfo(page)).status).toBe(200);
    await context.close();
  });

  test('hears what is wrong, not that a nonce is needed, when the sign-in is over', async () => {
    const { page, context } = await entered('dpop');
    await revokeFamilyOf(page, 'dpop');
    expect((await renew(page)).error).toMatchObject({ error: 'invalid_grant' });
    await context.close();
  });

  test('signs out, and makes another key for the next sign-in', async () => {
    const { page, context, person, address } = await entered('dpop');
    const { jkt } = claimsOf((await userOf(page))?.access_token ?? '').cnf as { jkt: string };
    const revoked: string[] = [];
    page.on('request', (request) => {
      if (new URL(request.url()).pathname === '/oauth/revoke') revoked.push(request.postData() ?? '');
    });
    await away(page, address, clickSignOut);
    expect(revoked.map((form) => new URLSearchParams(form).get('token_type_hint'))).toEqual([
      'access_token',
      'refresh_token',
    ]);
    expect(await userOf(page)).toBeNull();
    await clickSignIn(page);
    await signIn(page, person);
    await arrived(page, address);
    expect(claimsOf((await userOf(page))?.access_token ?? '').cnf).not.toEqual({ jkt });
    await context.close();
  });
});
