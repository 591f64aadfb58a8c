import type { Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ways } from './refreshes.ts';
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

const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();

describe('a reload', () => {
  test('comes back signed in to the same place, without leaving the page', async () => {
    const { context, page, faults } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person);
    const asked = count(page, '/oauth/authorize');
    await page.goto('/demo/?note=7&state=open#paragraph');
    await isWelcome(page, person);
    expect(page.url()).toBe(`${stage.runtime.url}/demo/?note=7&state=open#paragraph`);
    const steps = await page.evaluate(() => history.length);
    await page.reload();
    await isWelcome(page, person);
    expect(await page.evaluate(() => history.length)).toBe(steps);
    expect(asked()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });

  test.each([
    ['cookie', '/demo/'],
    ['key', '/demo/key-bound/'],
  ])(
    'that finds its %s gone goes round by the issuer, to the same place, and leaves no step in the history',
    async (_, path) => {
      const { context, page } = await stage.visit();
      const person = newPerson();
      await enterDemo(page, person, path);
      await page.goto(`${path}?note=7#paragraph`);
      await isWelcome(page, person);
      await page.evaluate(() => history.replaceState({ step: 'two' }, ''));
      const steps = await page.evaluate(() => history.length);
      const [refresh] = (await context.cookies()).filter(({ name }) => name.includes('-refresh'));
      if (refresh) await context.clearCookies({ name: refresh.name });
      await page.evaluate(() => indexedDB.deleteDatabase('portcullis'));
      const asked = count(page, '/oauth/authorize');
      await page.reload();
      await isWelcome(page, person);
      expect(asked()).toBe(1);
      expect(page.url()).toBe(`${stage.runtime.url}${path}?note=7#paragraph`);
      expect(await page.evaluate(() => [history.length, history.state])).toEqual([steps, { step: 'two' }]);
      await context.close();
    },
  );

  test('asks the issuer once when its session is gone, and not again', async () => {
    const { context, page } = await stage.visit();
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
    await context.close();
  });

  test.each(['/demo/', '/demo/key-bound/'])(
    'of %s in a browser that never signed in asks nobody',
    async (path) => {
      const { context, page, faults } = await stage.visit();
      const asked = [
        count(page, '/oauth/authorize'),
        count(page, '/session/refresh'),
        count(page, '/oauth/token'),
      ];
      await page.goto(path);
      await isOutside(page);
      expect(asked.map((requests) => requests())).toEqual([0, 0, 0]);
      expect(faults).toEqual([]);
      await context.close();
    },
  );

  test('goes round by the issuer where the browser keeps no database: the page itself holds the key', async () => {
    const { context, page } = await stage.visit();
    await context.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('closed', 'InvalidStateError');
      };
    });
    const person = newPerson();
    await enterDemo(page, person, '/demo/key-bound/');
    for (const button of ['Call the API', 'Refresh now', 'Call the API'])
      await page.getByRole('button', { name: button }).click();
    await status(page, 'The API answered 200');
    const asked = count(page, '/oauth/authorize');
    await page.reload();
    await isWelcome(page, person);
    expect(asked()).toBe(1);
    await context.close();
  });
});

describe('an answer that is not for this tab', () => {
  test('is refused without asking for tokens, and leaves the address bar', async () => {
    const { context, page } = await stage.visit();
    const asked = count(page, '/session/token');
    await page.goto(
      `/demo/?code=pc_ac_stolen&state=somebody&iss=${encodeURIComponent(stage.runtime.url)}&keep=1`,
    );
    await page.getByText('Signing in did not work: no sign-in was begun in this tab').waitFor();
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
    const asked = count(page, '/session/token');
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
    await page.getByText('another issuer answered').waitFor();
    expect(asked()).toBe(0);
    expect(page.url()).toBe(`${stage.runtime.url}/demo/`);
    await context.close();
  });

  test('with the ID token of another sign-in is refused', async () => {
    const { context, page } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person);
    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await isOutside(page);
    // The nonce that the issuer sees is not the one that this tab made.
    const meddle = async (route: Route) => {
      const url = new URL(route.request().url());
      url.searchParams.set('nonce', 'another');
      await route.fulfill({ contentType: 'text/html', body: goTo(url) });
    };
    await page.route('**/oauth/authorize?*', meddle, { times: 1 });
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page, person);
    await page.getByText('the ID token has a wrong nonce').waitFor();
    await isOutside(page);
    await context.close();
  });
});

describe('the other tabs', () => {
  test.each(Object.values(ways).map(({ path }) => path))('of %s hear of a sign-out at once', async (path) => {
    const { context, page } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person, path);
    const other = await context.newPage();
    await other.goto(path);
    await isWelcome(other, person);

    await page.getByRole('button', { name: 'Sign out', exact: true }).click();
    await isOutside(other);
    await isOutside(page);
    await Promise.all([page.reload(), other.reload()]);
    await Promise.all([isOutside(page), isOutside(other)]);
    // The issuer's session is over as well.
    await page.goto('/account');
    expect(new URL(page.url()).pathname).toBe('/signin');
    await context.close();
  });

  test.each(Object.values(ways).map(({ path }) => path))(
    'of %s hear of a sign-in, and follow',
    async (path) => {
      const { context, page, faults } = await stage.visit();
      const person = newPerson();
      const other = await context.newPage();
      await other.goto(path);
      await isOutside(other);
      await enterDemo(page, person, path);
      await isWelcome(other, person);
      await other.getByRole('button', { name: 'Call the API' }).click();
      await status(other, 'The API answered 200');
      expect(faults.filter((fault) => !/status of 40[01]/.test(fault))).toEqual([]);
      await context.close();
    },
  );

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
    await isWelcome(other, first);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page, second);
    await isWelcome(page, second);
    await isOutside(other);
    await other.getByText('Somebody else signed in in another tab.').waitFor();
    await Promise.all([context.close(), elsewhere.context.close()]);
  });
});
