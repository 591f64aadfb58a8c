import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type LaunchOptions,
  type Page,
} from 'playwright-core';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';

export interface Person {
  name: string;
  email: string;
  password: string;
}

export interface Visit {
  context: BrowserContext;
  page: Page;
  /** What the browser complained about on any page of this visit: scripts, resources, the content security policy. */
  faults: string[];
}

/** The real Worker, and a real browser with a profile of its own. */
export interface Stage {
  runtime: Runtime;
  /** A visitor without cookies; what is left unclosed is closed with the stage. */
  visit(options?: BrowserContextOptions): Promise<Visit>;
  close(): Promise<void>;
}

/** Debian's Chromium, which asks the network for nothing by itself. */
export const browserOptions: LaunchOptions = {
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

let people = 0;

/** Somebody whom no other test knows. */
export const newPerson = (name = 'Ada Lovelace'): Person => ({
  name,
  email: `ada.${Date.now()}.${people++}@example.com`,
  password: 'purple otters sing at noon',
});

/** @param start another Worker than that of the demo. */
export async function setStage(start: () => Promise<Runtime> = startRuntime): Promise<Stage> {
  const runtime = await start();
  let browser: Browser;
  try {
    browser = await chromium.launch(browserOptions);
  } catch (error) {
    await runtime.stop();
    throw error;
  }
  return {
    runtime,
    async visit(options) {
      // No browser knows the certificate of a runtime on https.
      const context = await browser.newContext({ baseURL: runtime.url, ignoreHTTPSErrors: true, ...options });
      context.setDefaultTimeout(15_000);
      const faults: string[] = [];
      context.on('console', (message) => {
        if (message.type() === 'error' || message.type() === 'warning') faults.push(message.text());
      });
      context.on('weberror', (error) => faults.push(String(error.error())));
      return { context, page: await context.newPage(), faults };
    },
    async close() {
      await browser.close();
      await runtime.stop();
    },
  };
}

/** From the sign-in page, on to the account that does not exist yet, and back to where the person came from. */
export async function signUp(page: Page, person: Person): Promise<void> {
  await page.getByRole('link', { name: 'Sign up' }).click();
  await page.getByLabel('Name').fill(person.name);
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Create account' }).click();
}

/** From the sign-in page back to where the person came from. */
export async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel('Email').fill(person.email);
  await page.getByLabel('Password').fill(person.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export const isWelcome = (page: Page, person: Person): Promise<void> =>
  page.getByRole('heading', { name: `Welcome, ${person.name}` }).waitFor();

export const isOutside = (page: Page): Promise<void> =>
  page.getByRole('heading', { name: 'Outside the gate' }).waitFor();

/** Signs a new person up from the demo; ends in the demo, signed in. @param path that of one of its three pages */
export async function enterDemo(page: Page, person: Person, path = '/demo/'): Promise<void> {
  await page.goto(path);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await signUp(page, person);
  await isWelcome(page, person);
}
