import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import type {} from './react-page.tsx';
import { browserOptions } from './stage.ts';

// The binding in a real browser, with React's own checks on; the Auth behind it does what the test says.
let browser: Browser;
let script: string;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  const { outputFiles } = await build({
    entryPoints: ['test/browser/react-page.tsx'],
    absWorkingDir: root,
    bundle: true,
    write: false,
    format: 'iife',
    // React's development build: it complains about what is not allowed.
    define: { 'process.env.NODE_ENV': '"development"' },
    logLevel: 'silent',
  });
  script = outputFiles[0]?.text ?? '';
  browser = await chromium.launch(browserOptions);
});
afterAll(() => browser.close());

beforeEach(async () => {
  faults.length = 0;
  page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) faults.push(message.text());
  });
  page.on('pageerror', (error) => faults.push(String(error)));
  await page.addScriptTag({ content: script });
});
afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

const ada = { sub: 'ada', name: 'Ada' };
const shows = (text: string) =>
  page.waitForFunction(
    (expected) => document.querySelector('#status')?.textContent?.trim() === expected,
    text,
  );
const calls = () => page.evaluate(() => window.stage.calls);
const signedIn = (user: object = ada) =>
  page.evaluate(
    (who) => window.stage.emit({ type: 'signed_in', user: who as typeof who & { sub: string } }),
    user,
  );
/** Two frames: whatever React had to do is done. */
const settled = () =>
  page.evaluate(() => new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume))));

async function begin(options?: { isStrict?: boolean; fallback?: string; required?: boolean }) {
  await page.evaluate((given) => window.stage.mount(given), options ?? {});
  await settled();
}
async function beginSignedOut(options?: { required?: boolean }) {
  await begin(options);
  await page.evaluate(() => window.stage.resolve());
  await shows('signed_out');
}
async function beginSignedIn() {
  await begin({ isStrict: false });
  await signedIn();
  await page.evaluate(() => window.stage.resolve());
  await shows('signed_in Ada');
  await settled();
}

describe('the state', () => {
  test('is loading until it is known who is signed in, then that', async () => {
    await begin();
    await shows('loading');
    await page.evaluate(() => window.stage.resolve());
    await shows('signed_out');
    await signedIn();
    await shows('signed_in Ada');
    await page.evaluate(() => window.stage.emit({ type: 'signed_out' }));
    await shows('signed_out');
  });

  test('says why somebody was signed out, until the next sign-in', async () => {
    await beginSignedOut();
    await signedIn();
    await page.evaluate(() => {
      const error = new window.stage.errors.SignedOutError('sign_out_everywhere');
      window.stage.emit({ type: 'signed_out', error });
    });
    await shows('signed_out  sign_out_everywhere');
    await signedIn();
    await shows('signed_in Ada');
  });

  test('keeps the reason of a session that turned out to be over at the start', async () => {
    await begin();
    await page.evaluate(() => {
      const error = new window.stage.errors.SignedOutError('idle_expiry');
      window.stage.emit({ type: 'signed_out', error });
      window.stage.resolve();
    });
    await settled();
    await shows('signed_out  idle_expiry');
  });

  test('is that of the first rendering where somebody is known already', async () => {
    await page.evaluate((who) => window.stage.become(who), ada);
    await begin();
    await shows('signed_in Ada');
    expect(
      await page.evaluate(() => window.stage.states.map((state) => (state as { status: string }).status)),
    ).not.toContain('loading');
  });

  test('of a server is taken over without a complaint, and then the one of this browser', async () => {
    await page.evaluate((who) => window.stage.become(who), ada);
    await page.evaluate(() => window.stage.hydrate());
    await shows('signed_in Ada');
  });
});

describe('when signing in fails', () => {
  test('the error is there, and after an UnavailableError another try', async () => {
    await begin({ fallback: 'a moment' });
    await page.evaluate(() => window.stage.reject(new window.stage.errors.UnavailableError(0)));
    await shows('signed_out  the server cannot be reached or refuses us');
    await page.evaluate(() => {
      window.stage.again();
      window.stage.seen().retry();
    });
    await page.getByText('a moment').waitFor();
    await page.evaluate((who) => {
      window.stage.emit({ type: 'signed_in', user: who });
      window.stage.resolve();
    }, ada);
    await shows('signed_in Ada');
    // Once for each of StrictMode's two, and once more.
    expect(await calls()).toEqual(['handleRedirect', 'handleRedirect', 'handleRedirect']);
  });

  test.each(['signIn', 'signOut', 'signOutEverywhere'] as const)(
    '%s rejects with nothing that is told by the error',
    async (action) => {
      await beginSignedOut();
      await page.evaluate(async (name) => {
        window.stage.fail(new window.stage.errors.RefusedError('access_denied', 'they said no'));
        await window.stage.seen()[name]();
      }, action);
      await shows('signed_out  they said no');
    },
  );

  test("a mistake of the page's own rejects", async () => {
    await beginSignedOut();
    const rejected = await page.evaluate(async () => {
      window.stage.fail(new TypeError('returnTo is on another origin'));
      return window.stage.seen().signIn().catch(String);
    });
    expect(rejected).toBe('TypeError: returnTo is on another origin');
    await shows('signed_out');
  });
});

describe('rendering', () => {
  test('happens once for each change, and not for a refresh that changes nothing', async () => {
    await beginSignedIn();
    const before = await page.evaluate(() => ({ ...window.stage.renders }));
    await page.evaluate((who) => {
      for (const exp of [1, 2, 3])
        window.stage.emit({ type: 'refreshed', user: { ...who, exp, iat: exp, jti: `${exp}` } });
      window.stage.emit({ type: 'signed_in', user: { ...who } });
    }, ada);
    await settled();
    expect(await page.evaluate(() => window.stage.renders)).toEqual(before);
    await page.evaluate(
      (who) => window.stage.emit({ type: 'refreshed', user: { ...who, name: 'Ada L.' } }),
      ada,
    );
    await shows('signed_in Ada L.');
    expect(await page.evaluate(() => window.stage.renders)).toEqual({
      useAuth: before.useAuth + 1,
      useUser: before.useUser + 1,
    });
  });

  test('of useUser happens only when the user changes', async () => {
    await begin({ isStrict: false });
    await settled();
    const before = await page.evaluate(() => ({ ...window.stage.renders }));
    await page.evaluate(() => window.stage.resolve());
    await shows('signed_out');
    await settled();
    const after = await page.evaluate(() => window.stage.renders);
    expect(after.useAuth).toBe(before.useAuth + 1);
    expect(after.useUser).toBe(before.useUser);
  });

  test('keeps functions the same from one state to the next', async () => {
    await beginSignedIn();
    const same = await page.evaluate(() => {
      const before = window.stage.seen();
      window.stage.emit({ type: 'signed_out' });
      return new Promise((resume) => setTimeout(resume, 50)).then(() => {
        const after = window.stage.seen();
        const names = ['signIn', 'signOut', 'signOutEverywhere', 'retry', 'fetch', 'getAccessToken'] as const;
        return before !== after && names.every((name) => before[name] === after[name]);
      });
    });
    expect(same).toBe(true);
  });

  test('in StrictMode listens once, and not at all after unmounting', async () => {
    await beginSignedOut();
    expect(await page.evaluate(() => window.stage.listeners())).toBe(1);
    await page.evaluate(() => window.stage.unmount());
    expect(await page.evaluate(() => window.stage.listeners())).toBe(0);
  });

  test('after mounting again knows what happened meanwhile, and begins nothing anew', async () => {
    await beginSignedIn();
    await page.evaluate(() => {
      window.stage.unmount();
      window.stage.become(undefined);
    });
    const asked = (await calls()).length;
    await begin({ isStrict: false });
    await shows('signed_out');
    expect((await calls()).length).toBe(asked);
  });
});

test('fetch and getAccessToken are those of the Auth', async () => {
  await beginSignedIn();
  const answers = await page.evaluate(async () => {
    const { fetch, getAccessToken } = window.stage.seen();
    return [await getAccessToken({ refresh: true }), await (await fetch('/api')).text()];
  });
  expect(answers).toEqual(['token true', 'fetched /api']);
});

describe('RequireSignIn', () => {
  const entered = async () => (await calls()).filter((call) => call.startsWith('signIn'));

  test('leaves for the sign-in page once, when it is known that nobody is signed in', async () => {
    await begin({ required: true });
    await page.locator('#required').waitFor();
    expect(await entered()).toEqual([]);
    await page.evaluate(() => window.stage.resolve());
    await shows('signed_out');
    await settled();
    expect(await entered()).toEqual(['signIn null']);
    expect(await page.getByText('inside').count()).toBe(0);
  });

  test('shows what is inside to whoever is signed in', async () => {
    await begin({ required: true });
    await signedIn();
    await page.getByText('inside').waitFor();
    expect(await page.locator('#required').count()).toBe(0);
    expect(await entered()).toEqual([]);
  });

  test('sends nobody round by force: not after a sign-out, not after a failure', async () => {
    await begin({ required: true });
    await signedIn();
    await page.getByText('inside').waitFor();
    await page.evaluate(() => window.stage.emit({ type: 'signed_out' }));
    await page.locator('#required').waitFor();
    await settled();
    expect(await entered()).toEqual([]);
  });

  test('shows why signing in failed instead of trying again', async () => {
    await begin({ required: true });
    await page.evaluate(() =>
      window.stage.reject(new window.stage.errors.RefusedError('access_denied', 'no')),
    );
    await shows('signed_out  no');
    await settled();
    expect(await entered()).toEqual([]);
  });
});
