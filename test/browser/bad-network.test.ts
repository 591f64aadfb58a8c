import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { turnableClock } from './later.ts';
import { type Network, startNetwork } from './network.ts';
import { refreshesOf, successorsByGeneration, ways } from './refreshes.ts';
import { enterDemo, isWelcome, newPerson, type Stage, setStage } from './stage.ts';

// Sleep, tunnels and clocks that are wrong: nobody is signed out for any of it.

let stage: Stage;
let network: Network;
beforeAll(async () => {
  stage = await setStage();
});
beforeEach(async () => {
  network = await startNetwork();
});
afterEach(() => network.stop());
afterAll(() => stage.close());

const refreshNow = (page: Page) => page.getByRole('button', { name: 'Refresh now' }).click();
const status = (page: Page, text: string) => page.getByRole('status').filter({ hasText: text }).waitFor();
/** As soon as the pause is over that follows what failed. */
const refreshWhenPossible = (page: Page) =>
  vi.waitFor(
    async () => {
      await refreshNow(page);
      await page.getByRole('status').filter({ hasText: 'was refreshed' }).waitFor({ timeout: 1_000 });
    },
    { timeout: 20_000, interval: 500 },
  );
/** For which the issuer answers a repeated token with the same successor, whoever sends it. */
const grace = 10_000;

describe.each([ways.cookie, ways['bound to a key']])('at $path', ({ path, endpoint }) => {
  test('a refresh whose answer is lost may be repeated long after the grace', {
    timeout: 60_000,
  }, async () => {
    const { context, page } = await stage.visit({ proxy: network.proxy });
    const person = newPerson();
    await enterDemo(page, person, path);
    network.forget();
    network.decide((method, url) => (method === 'POST' && url.pathname === endpoint ? 'lose' : 'pass'));
    await refreshNow(page);
    await status(page, 'the server cannot be reached');
    await isWelcome(page, person);
    const [lost] = refreshesOf(network);
    expect(lost?.successor).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, grace + 2_000));

    network.decide(() => 'pass');
    // As when the laptop wakes up, and is on the network again.
    await context.setOffline(true);
    await context.setOffline(false);
    await refreshWhenPossible(page);
    for (const successors of successorsByGeneration(refreshesOf(network)).values())
      expect(successors.size).toBe(1);
    expect(refreshesOf(network).at(-1)?.successor?.text).toBe(lost?.successor?.text);
    await refreshNow(page);
    await expect.poll(() => page.locator('#refreshed').innerText()).not.toBe('once');
    await isWelcome(page, person);
    await context.close();
  });

  test('offline nobody is signed out, and a reload brings them back', async () => {
    const { context, page } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person, path);
    await context.setOffline(true);
    await refreshNow(page);
    await status(page, 'the server cannot be reached');
    await isWelcome(page, person);
    await context.setOffline(false);
    await refreshWhenPossible(page);
    await page.reload();
    await isWelcome(page, person);
    await context.close();
  });

  test.each([
    ['ahead', 5],
    ['behind', -5],
  ])('a clock that is hours %s changes nothing', async (_, hours) => {
    const { context, page } = await stage.visit({ proxy: network.proxy });
    await turnableClock(context);
    await context.addInitScript((by) => window.turnClock(by), hours * 3_600_000);
    const person = newPerson();
    await enterDemo(page, person, path);
    for (let round = 1; round <= 2; round++) {
      await page.getByRole('button', { name: 'Call the API' }).click();
      await status(page, 'The API answered 200');
      await refreshNow(page);
      await status(page, 'was refreshed');
      await page.getByRole('button', { name: 'Call the API' }).click();
      await status(page, 'The API answered 200');
      await page.reload();
      await isWelcome(page, person);
    }
    await context.close();
  });

  test('a clock that is set while the page is open changes nothing', async () => {
    const { context, page } = await stage.visit({ proxy: network.proxy });
    await turnableClock(context);
    const person = newPerson();
    await enterDemo(page, person, path);
    for (const hours of [9, -20, 3]) {
      await page.evaluate((by) => window.turnClock(by), hours * 3_600_000);
      await page.getByRole('button', { name: 'Call the API' }).click();
      await status(page, 'The API answered 200');
      await refreshNow(page);
      await status(page, 'was refreshed');
    }
    await isWelcome(page, person);
    await context.close();
  });

  test('an open tab that nobody looks at asks nothing; looked at again, it renews', async () => {
    const { context, page } = await stage.visit({ proxy: network.proxy });
    await turnableClock(context);
    const person = newPerson();
    await enterDemo(page, person, path);
    network.forget();
    await page.evaluate(() => window.turnClock(10 * 60_000));
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(refreshesOf(network)).toEqual([]);
    // As the browser does when the tab comes to the front.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await status(page, 'was refreshed');
    await isWelcome(page, person);
    // Nothing is due now.
    const asked = refreshesOf(network).length;
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(refreshesOf(network)).toHaveLength(asked);
    await context.close();
  });
});
