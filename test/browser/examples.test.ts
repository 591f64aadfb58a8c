import { createServer } from 'node:http';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Copy, freshCopy, portcullis, type Run, run } from '../cli/copy.ts';
import { freePort } from '../runtime/runtime.ts';
import { browserOptions, newPerson, type Person, signIn, signUp } from './stage.ts';

// The examples as somebody who has just cloned the project starts them, in a real browser.
let copy: Copy;
let port: string;
let browser: Browser;

beforeAll(async () => {
  copy = await freshCopy();
  port = String(await freePort());
  browser = await chromium.launch(browserOptions);
});
afterAll(async () => {
  await browser?.close();
  await copy?.remove();
});

/** Waits until the example has printed its address. */
async function opened({ output, errors, exited }: Run): Promise<string> {
  let over = false;
  exited.then(() => {
    over = true;
  });
  while (!over) {
    const address = /example is running at (http:\/\/localhost:\d+\/)\n/.exec(output())?.[1];
    if (address) return address;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`It did not start:\n${output()}${errors()}`);
}

const answers = (url: string) =>
  fetch(url).then(
    ({ status }) => status,
    () => 'nothing',
  );

interface Visit {
  context: BrowserContext;
  page: Page;
  faults: string[];
}
async function visit(url: string): Promise<Visit> {
  const context = await browser.newContext();
  context.setDefaultTimeout(20_000);
  const faults: string[] = [];
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type()))
      faults.push(`${message.text()} ${message.location().url}`);
  });
  context.on('weberror', (error) => faults.push(String(error.error())));
  const page = await context.newPage();
  await page.goto(url);
  return { context, page, faults };
}

const click = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
const isInside = (page: Page, person: Person) =>
  page.getByRole('heading', { name: `Welcome, ${person.name}` }).waitFor();
const isOutside = (page: Page) => page.getByRole('heading', { name: 'You are not signed in' }).waitFor();

/** What axe-core finds wrong, light and dark, on a desktop and on a phone; and whether a phone has to scroll sideways. */
async function inaccessible(page: Page): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [1280, 320]) {
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      await page.setViewportSize({ width, height: 800 });
      await page.evaluate(axe.source);
      const violations = await page.evaluate(async () => {
        const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
        return violations.map(({ id, nodes }) => `${id} ${nodes.map(({ html }) => html)}`);
      });
      found.push(...violations);
      // Big enough for a finger (WCAG 2.2, target size).
      for (const button of await page.getByRole('button').filter({ visible: true }).all()) {
        const box = await button.boundingBox();
        if (!box || box.height < 44) found.push(`${width}: ${await button.innerText()} is small`);
      }
      if (await page.evaluate(() => document.documentElement.scrollWidth > innerWidth))
        found.push(`${width}: wide`);
    }
  }
  return found;
}

describe.each([
  ['vanilla', 'http://localhost:5173/', /^DPoP /],
  ['react', 'http://localhost:5174/', /^Bearer /],
])('the %s example', (name, address, authorization) => {
  // Then the page leaves for the issuer to sign out, and comes back.
  const isBound = authorization.test('DPoP ');
  let started: Run;
  let url: string;
  beforeAll(async () => {
    const where = ['--port', port, '--persist-to', `${copy.folder}/state-${name}`];
    started = run(copy.folder, 'npm', 'run', 'example', name, '--', ...where);
    url = await opened(started);
  });
  afterAll(async () => {
    started.child.kill('SIGTERM');
    await started.exited;
    for (const left of [address, `http://localhost:${port}/`])
      await vi.waitFor(async () => expect(await answers(left)).toBe('nothing'), { timeout: 10_000 });
  });

  test('is started by one command that prints one address', async () => {
    expect(url).toBe(address);
    expect(started.output().match(/https?:\/\//g)).toHaveLength(1);
    await expect.poll(() => started.output()).toContain(`Portcullis on port ${port}, started with it\n`);
  });

  test('signs in, says who that is, calls the API through the gate, stays signed in, signs out', async () => {
    const { context, page, faults } = await visit(url);
    const person = newPerson();
    const sent: string[] = [];
    page.on('request', (request) => {
      if (request.method() === 'GET' && request.url() === `http://localhost:${port}/demo/api/me`)
        sent.push(request.headers().authorization ?? '');
    });
    await isOutside(page);
    expect(await inaccessible(page)).toEqual([]);
    await click(page, 'Sign in');
    await signUp(page, person);
    await isInside(page, person);
    expect(page.url()).toBe(url);
    expect(await page.getByText(person.email).isVisible()).toBe(true);

    await click(page, 'Call the API');
    await page.getByText(`"client_id": "example-${name}"`).waitFor();
    expect(sent).toEqual([expect.stringMatching(authorization)]);
    expect(await inaccessible(page)).toEqual([]);

    await page.reload();
    await isInside(page, person);
    const back = isBound && page.waitForEvent('load');
    await click(page, 'Sign out');
    await back;
    await isOutside(page);
    expect(await page.getByRole('alert').filter({ visible: true }).count()).toBe(0);
    await page.reload();
    await isOutside(page);
    // The issuer asks for its nonce that way (RFC 9449 §8), and a browser's console calls every 400 an error.
    const isNonce = (fault: string) => isBound && /status of 400 .*\/oauth\/token$/.test(fault);
    expect(faults.filter((fault) => !isNonce(fault))).toEqual([]);
    await context.close();
  });

  test('signs out everywhere, and another browser says why', async () => {
    const [here, there] = [await visit(url), await visit(url)];
    const person = newPerson();
    await click(here.page, 'Sign in');
    await signUp(here.page, person);
    await isInside(here.page, person);
    await click(there.page, 'Sign in');
    await signIn(there.page, person);
    await isInside(there.page, person);
    await click(here.page, 'Sign out everywhere');
    if (isBound) {
      await here.page.getByRole('heading', { name: 'Sign out everywhere?' }).waitFor();
      await click(here.page, 'Sign out everywhere');
      await here.page.waitForURL(url);
    }
    await isOutside(here.page);
    await there.page.reload();
    await isOutside(there.page);
    await there.page.getByText('You signed out everywhere.').waitFor();
    await Promise.all([here.context.close(), there.context.close()]);
  });

  test("the API answers no other origin's page", async () => {
    const ask = (origin: string, path: string) =>
      fetch(`http://localhost:${port}/demo/${path}`, {
        method: 'OPTIONS',
        headers: {
          Origin: origin,
          'Access-Control-Request-Method': 'GET',
          'Access-Control-Request-Headers': 'authorization,dpop',
          'Sec-Fetch-Mode': 'cors',
        },
      });
    const allowed = await ask(new URL(url).origin, 'api/me');
    expect([allowed.status, allowed.headers.get('Access-Control-Allow-Origin')]).toEqual([
      204,
      new URL(url).origin,
    ]);
    const other = await ask('http://localhost:5175', 'api/me');
    expect(other.headers.get('Access-Control-Allow-Origin')).toBeNull();
    const elsewhere = await ask(new URL(url).origin, 'private/');
    expect(elsewhere.headers.get('Access-Control-Allow-Origin')).not.toBe(new URL(url).origin);
  });
});

describe('npm run example', () => {
  const example = (...args: string[]) => portcullis(copy.folder, 'example', ...args);

  test('uses a Portcullis that is running already, and leaves it running', async () => {
    const own = String(await freePort());
    const first = example('react', '--port', own, '--persist-to', `${copy.folder}/state-both`);
    await opened(first);
    const second = example('vanilla', '--port', own);
    await opened(second);
    second.child.kill('SIGINT');
    expect(await second.exited).toBe(0);
    expect(await answers('http://localhost:5173/')).toBe('nothing');
    expect(await answers(`http://localhost:${own}/`)).toBe(200);
    first.child.kill('SIGINT');
    expect(await first.exited).toBe(0);
    expect(await answers(`http://localhost:${own}/`)).toBe('nothing');
  });

  test.each([
    [
      'of the example',
      5173,
      /^portcullis: port 5173 is in use; stop what listens there: vanilla has to be at .+\n$/,
    ],
    [
      'of Portcullis',
      0,
      /^portcullis: port \d+ is in use; stop what listens there or choose another with --port/,
    ],
  ])('says in one line that the port %s is taken', async (_, taken, message) => {
    const server = createServer((_request, response) => response.end('somebody else'));
    const listening = taken || (await freePort());
    await new Promise<void>((resolve) => server.listen(listening, 'localhost', resolve));
    const { exited, output, errors } = example(
      'vanilla',
      '--port',
      String(taken ? await freePort() : listening),
    );
    expect(await exited).toBe(1);
    expect(output()).toBe('');
    expect(errors()).toMatch(message);
    await new Promise((resolve) => server.close(resolve));
  });

  test.each([[], ['svelte'], ['react', '--prot', '1'], ['vanilla', '--port', 'eighty']])(
    'refuses the command line %s %s %s with one line and exit code 2',
    async (...args) => {
      const { exited, output, errors } = example(...args);
      expect(await exited).toBe(2);
      expect(output()).toBe('');
      expect(errors()).toMatch(/^portcullis: .+\n$/);
    },
  );
});
