import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { api } from '../issuer/addresses.ts';
import type {} from './apps/auth0-spa-js.ts';
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

// @auth0/auth0-spa-js, unmodified, in a real browser, against the issuer on https with `auth0Paths`.

let stage: LibraryStage;
beforeAll(async () => {
  stage = await setLibraryStage('auth0-spa-js');
});
afterAll(() => stage?.close());

const clickSignIn = (page: Page) =>
  page.evaluate(() => void window.auth0.client.loginWithRedirect({ appState: { from: 'here' } }));
const outcome = (page: Page) => page.evaluate(() => window.auth0.outcome);
const userOf = (page: Page) => page.evaluate(async () => (await window.auth0.client.getUser()) ?? null);
/** An access token, from the cache or by a refresh as the library sees fit; `off` always by a refresh. */
const tokenOf = (page: Page, cacheMode: 'on' | 'off' = 'on') =>
  page.evaluate(async (mode) => {
    const { client, told } = window.auth0;
    try {
      return { accessToken: await client.getTokenSilently({ cacheMode: mode }) };
    } catch (error) {
      return { error: told(error) };
    }
  }, cacheMode);
const userInfo = (page: Page, accessToken = '') =>
  page.evaluate(
    async ([url = '', token]) => {
      const response = await fetch(url, { headers: { Authorization: `Bearer ${token}` } });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    [`${stage.runtime.url}/oauth/userinfo`, accessToken],
  );

/** The refresh token in what the library keeps in localStorage. */
const refreshTokenIn = (page: Page): Promise<string> =>
  page.evaluate(() => /pc_rt_[\w-]+/.exec(JSON.stringify({ ...localStorage }))?.[0] ?? '');

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

describe.each(['memory', 'localstorage'])('auth0-spa-js with its tokens in %s', (clientId) => {
  test('signs in by redirect, comes back with what it had, knows the user, and calls with the token', async () => {
    const { page, context, person, faults } = await entered(clientId);
    expect(await outcome(page)).toEqual({ appState: { from: 'here' } });
    expect(await userOf(page)).toMatchObject({
      sub: expect.any(String),
      name: person.name,
      email: person.email,
    });
    const { accessToken } = await tokenOf(page);
    // Its `audience` is our resource.
    expect(claimsOf(accessToken ?? '')).toMatchObject({ aud: [api, stage.runtime.url], client_id: clientId });
    expect(await userInfo(page, accessToken)).toMatchObject({ status: 200, body: { email: person.email } });
    expect(faults).toEqual([]);
    await context.close();
  });

  test('renews by refresh token, again and again, and still knows the user', async () => {
    const { page, context, person, faults } = await entered(clientId);
    const cached = await tokenOf(page);
    expect(await tokenOf(page)).toEqual(cached);
    const seen = new Set([cached.accessToken]);
    for (let times = 0; times < 4; times += 1) seen.add((await tokenOf(page, 'off')).accessToken);
    expect([...seen].filter((token) => token !== undefined)).toHaveLength(5);
    expect((await userInfo(page, [...seen].at(-1))).status).toBe(200);
    expect(await userOf(page)).toMatchObject({ email: person.email });
    expect(faults).toEqual([]);
    await context.close();
  });

  test('after a reload is signed in again', async () => {
    const { page, context, person, address, faults } = await entered(clientId);
    await page.reload();
    await arrived(page, address);
    // What was in memory is gone; the session at the issuer is not.
    expect(await userOf(page)).toEqual(
      clientId === 'memory' ? null : expect.objectContaining({ email: person.email }),
    );
    if (clientId === 'memory') await away(page, address, clickSignIn);
    expect(await userOf(page)).toMatchObject({ email: person.email });
    expect(await tokenOf(page, 'off')).toHaveProperty('accessToken');
    expect(faults).toEqual([]);
    await context.close();
  });

  test('signs out once the person has confirmed it, and is asked for a password the next time', async () => {
    const { page, context, person, address, faults } = await entered(clientId);
    const { accessToken } = await tokenOf(page);
    await page.evaluate(
      (returnTo) => void window.auth0.client.logout({ logoutParams: { returnTo } }),
      address,
    );
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await arrived(page, address);
    expect(await userOf(page)).toBeNull();
    expect(accessToken).toBeDefined();
    await clickSignIn(page);
    await signIn(page, person);
    await arrived(page, address);
    expect(await userOf(page)).toMatchObject({ email: person.email });
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('auth0-spa-js', () => {
  test('signs out without a question if it shows its ID token', async () => {
    const { page, context, address } = await entered('localstorage');
    await page.evaluate(async (returnTo) => {
      const { client } = window.auth0;
      const claims = await client.getIdTokenClaims();
      void client.logout({ logoutParams: { returnTo, id_token_hint: claims?.__raw } });
    }, address);
    await page.waitForURL(address);
    await arrived(page, address);
    expect(await userOf(page)).toBeNull();
    await clickSignIn(page);
    await page.getByLabel('Password').waitFor();
    await context.close();
  });

  test('goes back to no address that is not registered', async () => {
    const { page, context, address } = await entered('localstorage');
    await page.evaluate(
      (returnTo) => void window.auth0.client.logout({ logoutParams: { returnTo, federated: true } }),
      `${address}elsewhere`,
    );
    await page.getByRole('heading', { name: 'You were not signed out' }).waitFor();
    await context.close();
  });

  test('renews a token that is about to expire by itself', async () => {
    const { page, context } = await entered('brief-auth0');
    const [one, two] = [await tokenOf(page), await tokenOf(page)];
    expect(one.accessToken).toBeDefined();
    expect(two.accessToken).not.toBe(one.accessToken);
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

  test('hears that a sign-in is over when it renews, and signs in again', async () => {
    const { page, context, address } = await entered('localstorage');
    const { accessToken } = await tokenOf(page);
    await endFamily(stage, 'localstorage', await refreshTokenIn(page));
    expect((await tokenOf(page, 'off')).error).toMatchObject({ error: 'invalid_grant' });
    expect((await userInfo(page, accessToken)).status).toBe(401);
    await away(page, address, clickSignIn);
    expect(await tokenOf(page, 'off')).toHaveProperty('accessToken');
    await context.close();
  });

  test('two tabs renew as one', async () => {
    const { page, context, address } = await entered('localstorage');
    const other = await context.newPage();
    await other.goto(address);
    await arrived(other, address);
    const renewed = await Promise.all([page, other, page, other].map((tab) => tokenOf(tab, 'off')));
    for (const one of renewed) expect(one).toHaveProperty('accessToken');
    expect(await tokenOf(other, 'off')).toHaveProperty('accessToken');
    await context.close();
  });
});
