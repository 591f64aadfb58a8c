import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { buildWorker } from '../runtime/build.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort } from '../runtime/runtime.ts';
import { ways } from './refreshes.ts';
import { enterDemo, isWelcome, newPerson, type Stage, setStage, signIn } from './stage.ts';

// An API that wants a more recent or a stronger sign-in (RFC 9470), and a page that goes for it and comes back.

/** The demo with such an API. */
async function setDemo(bindings: Record<string, string>): Promise<Stage> {
  // For the app's files.
  await buildWorker();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const origin = {
    name: 'portcullis-demo-origin',
    main: join(root, 'examples/demo/origin/worker.ts'),
    bindings: { PORTCULLIS_ISSUER: url },
    assets: join(root, 'examples/demo/public'),
  };
  return setStage(() =>
    startIssuer({
      port,
      worker: join(root, 'test/workers/step-up.ts'),
      bindings,
      services: { DEMO_ORIGIN: origin.name },
      workers: [origin],
    }),
  );
}

describe('a sign-in that is too old', () => {
  // As young as a route may ask for.
  const seconds = 30;
  let stage: Stage;
  beforeAll(async () => {
    stage = await setDemo({ MAXIMUM_AGE: String(seconds) });
  });
  afterAll(() => stage.close());

  // All three wait at the same time.
  test.concurrent.each(Object.entries(ways))(
    'kept by way of: %s; the page signs in again and is where it was, with what was in it',
    { timeout: 120_000 },
    async (_, { path }) => {
      const { context, page } = await stage.visit();
      const person = newPerson();
      await enterDemo(page, person, path);
      await page.goto(`${path}?note=7#paragraph`);
      await isWelcome(page, person);
      await page.evaluate(() => history.replaceState({ step: 'two' }, ''));
      await page.locator('#log').getByText('Signed in.').waitFor();
      await new Promise((resolve) => setTimeout(resolve, (seconds + 1) * 1000));

      await page.getByRole('button', { name: 'Call the API' }).click();
      await page.waitForURL((url) => url.pathname === '/signin');
      await signIn(page, person);
      await isWelcome(page, person);
      expect(page.url()).toBe(`${stage.runtime.url}${path}?note=7#paragraph`);
      expect(await page.evaluate(() => history.state)).toEqual({ step: 'two' });
      // What the page had saved for itself: the log of before, and above it what came since.
      await page.locator('#log').getByText('Signed in.').nth(1).waitFor();
      await page.getByRole('button', { name: 'Call the API' }).click();
      await page.getByRole('status').filter({ hasText: 'The API answered 200' }).waitFor();
      await context.close();
    },
  );
});

describe('a way of signing in that nobody has', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await setStage();
  });
  afterAll(() => stage.close());

  test.each([ways.cookie, ways['bound to a key']])(
    'is asked for once, and then the API answers the app, at $path',
    async ({ path }) => {
      const { context, page } = await stage.visit();
      const person = newPerson();
      await enterDemo(page, person, path);
      // The gate's configuration refuses such a route; an API of somebody's own may well ask for it.
      const challenge = 'Bearer error="insufficient_user_authentication", acr_values="gold"';
      await page.route('**/demo/api/me', (route) =>
        route.fulfill({ status: 401, headers: { 'WWW-Authenticate': challenge }, json: {} }),
      );
      const asked: (string | null)[] = [];
      page.on('request', (request) => {
        const url = new URL(request.url());
        if (url.pathname === '/oauth/authorize') asked.push(url.searchParams.get('acr_values'));
      });
      await page.getByRole('button', { name: 'Call the API' }).click();
      // There and back: the issuer has nothing better to offer.
      await page.locator('#log').getByText('Signed in.').nth(1).waitFor();
      await isWelcome(page, person);
      await page.getByRole('button', { name: 'Call the API' }).click();
      await page.getByRole('status').filter({ hasText: 'The API answered 401' }).waitFor();
      expect(asked).toEqual(['gold']);
      await context.close();
    },
  );
});
