import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { clickAtOnce, turnableClock } from './later.ts';
import { type Network, startNetwork } from './network.ts';
import { refreshesOf, successorsByGeneration, ways } from './refreshes.ts';
import { enterDemo, isWelcome, newPerson, type Person, type Stage, setStage } from './stage.ts';

// Twenty tabs of one app in a real browser, whose access tokens all expire in the same moment.

const TABS = 20;
const minutes = 60_000;
/** Twenty pages share two cores. Milliseconds. */
const timeout = 90_000;

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

/** Opens tabs in one browser, all signed in as the same person; nothing of it is in `network.exchanges`. */
async function openTabs(path: string): Promise<{ context: BrowserContext; tabs: Page[]; person: Person }> {
  const { context, page } = await stage.visit({ proxy: network.proxy });
  context.setDefaultTimeout(40_000);
  await turnableClock(context);
  const person = newPerson();
  await enterDemo(page, person, path);
  const others = Array.from({ length: TABS - 1 }, async () => {
    const tab = await context.newPage();
    await tab.goto(path);
    return tab;
  });
  const tabs = [page, ...(await Promise.all(others))];
  await Promise.all(tabs.map((tab) => isWelcome(tab, person)));
  network.forget();
  return { context, tabs, person };
}

/** Every tab got its answer from the API, with a token of its own renewal or another tab's. */
async function expectServed(tabs: readonly Page[], person: Person): Promise<void> {
  for (const tab of tabs) {
    await tab.getByRole('status').filter({ hasText: 'The API answered 200' }).waitFor();
    await isWelcome(tab, person);
  }
}

/** The refreshes that the issuer answered with a token; a proof by a clock that was just turned is sent once more. */
const rotations = () => refreshesOf(network).filter(({ successor }) => successor);

const expectNoFork = (): void => {
  for (const [generation, successors] of successorsByGeneration(refreshesOf(network)))
    expect(successors.size, generation).toBeLessThanOrEqual(1);
};

describe.each(Object.entries(ways))('with a sign-in that is kept by way of: %s', (_, { path, endpoint }) => {
  test('20 tabs renew once, and nobody is signed out', { timeout }, async () => {
    const { context, tabs, person } = await openTabs(path);
    await clickAtOnce(tabs, 'call-api', 5 * minutes);
    await expectServed(tabs, person);
    expect(rotations()).toHaveLength(endpoint ? 1 : 0);
    expect(network.exchanges.filter(({ url }) => url.pathname === '/demo/api/me')).toHaveLength(TABS);

    // And once more for the next generation.
    await clickAtOnce(tabs, 'call-api', 5 * minutes);
    await expect
      .poll(() => network.exchanges.filter(({ url }) => url.pathname === '/demo/api/me').length, {
        timeout: 30_000,
      })
      .toBe(2 * TABS);
    await expectServed(tabs, person);
    const generations = rotations().map(({ presented }) => presented.generation);
    expect(new Set(generations).size).toBe(generations.length);
    expect(generations).toHaveLength(endpoint ? 2 : 0);
    await context.close();
  });
});

/** Behind the gate there is nothing to renew. */
const renewing = [ways.cookie, ways['bound to a key']];

describe.each(renewing)('with tokens that are renewed at $endpoint', ({ path, endpoint }) => {
  test('the answer to the tab that asks is lost: nobody is signed out', { timeout }, async () => {
    const { context, tabs, person } = await openTabs(path);
    let lost = 0;
    network.decide((method, { pathname }) =>
      method === 'POST' && pathname === endpoint && lost++ === 0 ? 'lose' : 'pass',
    );
    await clickAtOnce(tabs, 'call-api', 5 * minutes);
    await expectServed(tabs, person);
    const refreshes = refreshesOf(network);
    expect(refreshes[0]?.exchange.fate).toBe('lose');
    expect(new Set(refreshes.map(({ presented }) => presented.generation)).size).toBe(1);
    expectNoFork();
    expect(refreshes.length).toBeLessThanOrEqual(3);
    await context.close();
  });

  test.each([
    ['before the issuer heard of it', 'swallow'],
    ['when the issuer had rotated', 'hold'],
  ] as const)(
    'the tab that asks is killed %s: nobody else is signed out',
    { timeout },
    async (_when, fate) => {
      const { context, tabs, person } = await openTabs(path);
      let asked = 0;
      network.decide((method, { pathname }) =>
        method === 'POST' && pathname === endpoint && asked++ === 0 ? fate : 'pass',
      );
      const asking = Promise.race(
        tabs.map((tab) =>
          tab
            .waitForRequest((request) => request.method() === 'POST' && request.url().endsWith(endpoint))
            .then(() => tab),
        ),
      );
      await clickAtOnce(tabs, 'call-api', 5 * minutes);
      const killed = await asking;
      if (fate === 'hold') await expect.poll(() => refreshesOf(network).length).toBe(1);
      await kill(context, killed);
      const others = tabs.filter((tab) => tab !== killed);
      await expectServed(others, person);
      expect(new Set(refreshesOf(network).map(({ presented }) => presented.generation)).size).toBe(1);
      expectNoFork();
      await context.close();
    },
  );
});

/** As when the system kills a tab's process: nothing of the page runs any more. */
async function kill(context: BrowserContext, tab: Page): Promise<void> {
  const session = await context.newCDPSession(tab);
  const gone = tab.waitForEvent('crash');
  // Whoever could answer is gone.
  session.send('Page.crash').catch(() => {});
  await gone;
}
