import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enterDemo, isOutside, isWelcome, newPerson, type Stage, setStage, signIn } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await setStage();
});
afterAll(() => stage.close());

/** Counts the requests to a path from here on. */
function count(page: Page, path: string): () => number {
  let requests = 0;
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === path) requests++;
  });
  return () => requests;
}

/** A page that sends the browser on: a redirect cannot be made up by interception. */
const goTo = (url: URL) => `<meta http-equiv="refresh" content="0;url=${url.href.replaceAll('&', '&amp;')}">`;

const refreshNow = (page: Page) => page.getByRole('button', { name: 'Refresh now' }).click();
const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();

describe('a reload', () => {
  test('comes back signed in to the same place, and leaves no step in the history', async () => {
    const { context, page, faults } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person);
    await page.goto('/demo/?note=7&state=open#paragraph');
    await isWelcome(page, person);
    expect(page.url()).toBe(`${stage.runtime.url}/demo/?note=7&state=open#paragraph`);
    const steps = await page.evaluate(() => history.length);
    await page.reload();
    await isWelcome(page, person);
    expect(page.url()).toBe(`${stage.runtime.url}/demo/?note=7&state=open#paragraph`);
    expect(await page.evaluate(() => history.length)).toBe(steps);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('asks the issuer once when its session is gone, and not again', async () => {
    const { context, page, faults } = await stage.visit();
    await enterDemo(page, newPerson());
    await context.clearCookies();
    const asked = count(page, '/oauth/authorize');
    await page.reload();
    await isOutside(page);
    expect(asked()).toBe(1);
    await page.reload();
    await isOutside(page);
    expect(asked()).toBe(1);
    expect(page.url()).toBe(`${stage.runtime.url}/demo/`);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('of a browser that never signed in asks nobody', async () => {
    const { context, page, faults } = await stage.visit();
    const asked = count(page, '/oauth/authorize');
    await page.goto('/demo/');
    await isOutside(page);
    expect(asked()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('an answer that is not for this tab', () => {
  test('is refused without asking for tokens, and leaves the address bar', async () => {
    const { context, page } = await stage.visit();
    const asked = count(page, '/oauth/token');
    await page.goto(
      `/demo/?code=pc_ac_stolen&state=somebody&iss=${encodeURIComponent(stage.runtime.url)}&keep=1`,
    );
    await page.getByText('Signing in did not work: no sign-in was begun here').waitFor();
    await isOutside(page);
    expect(page.url()).toBe(`${stage.runtime.url}/demo/?keep=1`);
    expect(asked()).toBe(0);
    await context.close();
  });

  test.each([
    ['from another issuer', 'https://evil.example'],
    ['that names no issuer', ''],
  ])('%s is refused before its code goes anywhere', async (_, issuer) => {
    const { context, page } = await stage.visit();
    const asked = count(page, '/oauth/token');
    await page.route('**/oauth/authorize?*', async (route: Route) => {
      const request = new URL(route.request().url()).searchParams;
      const answer = new URL(request.get('redirect_uri') ?? '');
      answer.searchParams.set('code', 'pc_ac_mixed_up');
      answer.searchParams.set('state', request.get('state') ?? '');
      if (issuer) answer.searchParams.set('iss', issuer);
      await route.fulfill({ contentType: 'text/html', body: goTo(answer) });
    });
    await page.goto('/demo/');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('the answer is not from the configured issuer').waitFor();
    expect(asked()).toBe(0);
    expect(page.url()).toBe(`${stage.runtime.url}/demo/`);
    await context.close();
  });

  test('with the ID token of another sign-in is refused', async () => {
    const { context, page } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person);
    // The nonce that the issuer sees is not the one that this tab made.
    const meddle = async (route: Route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('nonce', 'another');
      await route.fulfill({ contentType: 'text/html', body: goTo(url) });
    };
    await page.route('**/oauth/authorize?*', meddle, { times: 1 });
    await page.reload();
    await page.getByText("the ID token's nonce is not as it must be").waitFor();
    await isOutside(page);
    await context.close();
  });
});

describe('refreshing', () => {
  test('a lost response does not sign anybody out', async () => {
    const { context, page } = await stage.visit();
    await enterDemo(page, newPerson());
    const presented: (string | null)[] = [];
    const brought: string[] = [];
    await page.route('**/oauth/token', async (route: Route) => {
      presented.push(new URLSearchParams(route.request().postData() ?? '').get('refresh_token'));
      const response = await route.fetch();
      brought.push((await response.json()).refresh_token);
      if (presented.length === 1) await route.abort('connectionreset');
      else await route.fulfill({ response });
    });
    await refreshNow(page);
    await status(page, 'was refreshed');
    await refreshNow(page);
    await page.getByText('2 times').waitFor();
    // The issuer answered the repeated token with the same successor, which then worked.
    expect(presented).toEqual([presented[0], presented[0], brought[0]]);
    expect(brought[1]).toBe(brought[0]);
    await context.close();
  });

  test('a copied refresh token that is used elsewhere ends the sign-in, and the app shows why', async () => {
    const { context, page } = await stage.visit();
    await enterDemo(page, newPerson());
    const copied: string[] = [];
    page.on('request', (request) => {
      const token = new URLSearchParams(request.postData() ?? '').get('refresh_token');
      if (token) copied.push(token);
    });
    await refreshNow(page);
    await status(page, 'was refreshed');
    await refreshNow(page);
    await page.getByText('2 times').waitFor();

    const form = { grant_type: 'refresh_token', client_id: 'demo', refresh_token: copied[0] ?? '' };
    const thief = await fetch(`${stage.runtime.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(thief.status).toBe(400);

    await refreshNow(page);
    await isOutside(page);
    await page.getByText('A copy of your refresh token was used.').waitFor();
    await context.close();
  });
});

describe('the other tabs', () => {
  test('hear of a sign-out at once, and their refresh tokens end with it', async () => {
    const { context, page, faults } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person);
    const other = await context.newPage();
    await other.goto('/demo/');
    await isWelcome(other, person);
    const revoked = count(other, '/oauth/revoke');

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await isOutside(other);
    await expect.poll(revoked).toBe(1);
    await status(page, 'Nobody is signed in');
    await other.reload();
    await isOutside(other);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('hear of a sign-in, and follow without a question', async () => {
    const { context, page, faults } = await stage.visit();
    const person = newPerson();
    const other = await context.newPage();
    await other.goto('/demo/');
    await isOutside(other);
    await enterDemo(page, person);
    await other.getByText('You signed in in another tab').waitFor();
    await other.getByRole('button', { name: 'Sign in' }).click();
    await isWelcome(other, person);
    expect(faults).toEqual([]);
    await context.close();
  });

  test('do not go on as somebody else when the user changes', async () => {
    const { context, page } = await stage.visit();
    const [first, second] = [newPerson('Ada'), newPerson('Grace')];
    const elsewhere = await stage.visit();
    await enterDemo(elsewhere.page, second);
    await enterDemo(page, first);
    const other = await context.newPage();
    await other.goto('/demo/');
    await isWelcome(other, first);
    // The issuer's session of this browser is gone; the tab in front signs somebody else in.
    await context.clearCookies();
    await page.reload();
    await isOutside(page);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page, second);
    await isWelcome(page, second);
    await isOutside(other);
    await other.getByText('Somebody else signed in in another tab.').waitFor();
    await Promise.all([context.close(), elsewhere.context.close()]);
  });
});
