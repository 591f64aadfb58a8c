import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StandIn, startStandIn } from '../../src/cli/stand-in.ts';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime } from '../runtime/runtime.ts';
import { Browser } from './browser.ts';
import { locationOf } from './http.ts';
import { Person } from './person.ts';

// Signing in with somebody else's OpenID provider, oidc-provider over HTTP, in a browser without JavaScript.

const secret = 'a-secret-for-the-issuer-of-this-test';
let standIn: StandIn;
let runtime: Runtime;
let issuer: string;

beforeAll(async () => {
  const [port, own] = [await freePort(), await freePort()];
  issuer = `http://localhost:${own}`;
  standIn = await startStandIn(port, {
    clients: [
      {
        client_id: 'confidential',
        client_secret: secret,
        redirect_uris: [`${issuer}/signin/provider/acme/callback`],
      },
    ],
    more: [{ sub: 'edith', name: 'Edith Clarke', email: 'edith@example.com', email_verified: true }],
  });
  runtime = await startIssuer({
    port: own,
    worker: join(root, 'test/workers/federation.ts'),
    bindings: {
      PORTCULLIS_PROVIDER_ACME_SECRET: secret,
      CONFIGURATION: JSON.stringify({
        // A code by mail would be a way in that everybody has.
        emailCodes: { enabled: false },
        providers: { acme: { issuer: standIn.issuer, clientId: 'confidential', label: 'Acme' } },
      }),
    },
  });
});
afterAll(async () => {
  await runtime.stop();
  await standIn[Symbol.asyncDispose]();
});

/** At the provider's page: there is nothing else on it. */
async function choose(browser: Browser, sub: string): Promise<void> {
  expect(browser.page.url.startsWith(`${standIn.issuer}/choose/`)).toBe(true);
  await browser.submit(new URL(browser.page.url).pathname, { sub });
}

/** From the sign-in page to the provider, and back as this person. */
async function comeBackAs(sub: string, browser = new Browser(), page = '/signin'): Promise<Browser> {
  await browser.open(issuer + page);
  await browser.submit('/signin/provider', { provider: 'acme' });
  await choose(browser, sub);
  return browser;
}
const shownEmail = (browser: Browser): string => browser.page.text.replaceAll('<wbr/>', '');
const isSignedIn = async (browser: Browser): Promise<boolean> =>
  (await browser.send(`${issuer}/account`)).status === 200;

test('somebody new makes an account with what the provider says, and is signed in to it the next time', async () => {
  const browser = await comeBackAs('grace');
  expect(new URL(browser.page.url).pathname).toBe('/signup/provider');
  expect(browser.page.text).toContain('value="Grace Hopper"');
  expect(browser.page.text).toContain('value="grace@example.org"');
  expect(await isSignedIn(browser)).toBe(false);
  await browser.submit('/signup/provider');
  expect(new URL(browser.page.url).pathname).toBe('/account');
  expect(shownEmail(browser)).toContain('grace@example.org');

  const elsewhere = await comeBackAs('grace');
  expect(new URL(elsewhere.page.url).pathname).toBe('/account');
  expect(shownEmail(elsewhere)).toContain('grace@example.org');
});

test('an app that asked for the sign-in gets it, with how it was made', async () => {
  const browser = new Browser();
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: 'app',
    redirect_uri: `${issuer}/app`,
    scope: 'openid',
    state: 's',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  await browser.open(`${issuer}/oauth/authorize?${request}`);
  await browser.submit('/signin/provider', { provider: 'acme' });
  await choose(browser, 'unverified');
  await browser.submit('/signup/provider');
  const { pathname, searchParams } = new URL(browser.page.url);
  expect([pathname, searchParams.get('state')]).toEqual(['/app', 's']);
  expect(searchParams.get('code')).toBeTruthy();
});

test('an email that has an account signs nobody in: the person signs in to it, and is asked', async () => {
  const owner = new Person(issuer, { email: 'ada@example.com', password: 'correct horse battery staple' });
  await owner.signUp();

  const stranger = await comeBackAs('ada');
  expect(shownEmail(stranger)).toContain('ada@example.com');
  expect(stranger.page.text).toContain('You have an account already');
  expect(await isSignedIn(stranger)).toBe(false);
  // Nor can it be made into an account of its own.
  await stranger.open(`${issuer}/signup/provider`);
  expect(new URL(stranger.page.url).pathname).toBe('/signup');

  const browser = await comeBackAs('ada');
  await browser.follow('Sign in');
  await browser.submit('/signin', { email: owner.email, password: owner.password });
  expect(new URL(browser.page.url).pathname).toBe('/signin/provider/connect');
  await browser.submit('/signin/provider/connect', { decision: 'skip' });
  expect(new URL(browser.page.url).pathname).toBe('/account');
  expect((await comeBackAs('ada')).page.text).toContain('You have an account already');

  const again = await comeBackAs('ada');
  await again.follow('Sign in');
  await again.submit('/signin', { email: owner.email, password: owner.password });
  await again.submit('/signin/provider/connect', { decision: 'connect' });
  expect(new URL(again.page.url).pathname).toBe('/account');
  const connected = await comeBackAs('ada');
  expect(new URL(connected.page.url).pathname).toBe('/account');
});

test('what one account was asked about is not connected to another', async () => {
  const owner = new Person(issuer, { email: 'edith@example.com', password: 'correct horse battery staple' });
  await owner.signUp();
  const other = new Person(issuer);
  await other.signUp();
  const browser = await comeBackAs('edith');
  await browser.follow('Sign in');
  await browser.submit('/signin', { email: other.email, password: other.password });
  // Nobody asks; and whoever answers all the same is refused.
  expect(new URL(browser.page.url).pathname).toBe('/account');
  await browser.open(`${issuer}/signin/provider/connect`);
  expect(new URL(browser.page.url).pathname).toBe('/account');
  const answer = await browser.send(`${issuer}/signin/provider/connect`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: issuer, Accept: 'text/html' },
    body: 'decision=connect',
  });
  expect(answer.status).toBe(400);
  expect((await comeBackAs('edith')).page.text).toContain('You have an account already');
});

test('in the account a provider is connected, used, and disconnected; the last way in stays', async () => {
  const person = new Person(issuer);
  await person.signUp();
  const { browser } = person;
  expect((await browser.open(`${issuer}/account`)).text).toContain('href="/account/providers"');
  await browser.open(`${issuer}/account/providers`);
  await browser.submit('/account/providers/connect', { provider: 'acme' });
  await choose(browser, 'no-email');
  expect(new URL(browser.page.url).pathname).toBe('/account/providers');
  expect(browser.page.text).toContain('Acme');
  const elsewhere = await comeBackAs('no-email');
  expect(shownEmail(elsewhere)).toContain(person.email);
  // It is nobody else's now.
  const other = new Person(issuer);
  await other.signUp();
  await other.browser.open(`${issuer}/account/providers`);
  await other.browser.submit('/account/providers/connect', { provider: 'acme' });
  await choose(other.browser, 'no-email');
  expect(other.browser.page.status).toBe(409);

  await browser.open(`${issuer}/account/providers`);
  await browser.submit('/account/providers/disconnect');
  expect(browser.page.text).not.toContain('Disconnect');
  expect(new URL((await comeBackAs('no-email')).page.url).pathname).toBe('/signup/provider');

  const grace = await comeBackAs('grace');
  await grace.open(`${issuer}/account/providers`);
  await grace.submit('/account/providers/disconnect');
  expect(grace.page.status).toBe(409);
  expect(grace.page.text).toContain('only way in');
  expect(new URL((await comeBackAs('grace')).page.url).pathname).toBe('/account');
});

test('connecting asks for a fresh sign-in of a browser without a session', async () => {
  const answer = await new Browser().send(`${issuer}/account/providers`);
  expect(new URL(locationOf(answer)).pathname).toBe('/signin');
});

test('a person who says no at the provider is told so', async () => {
  const browser = await comeBackAs('');
  expect(browser.page.status).toBe(403);
  expect(browser.page.text).toContain('did not agree');
  expect(await isSignedIn(browser)).toBe(false);
});

/** An issuer of its own, whose people sign in at the same provider as a public client. */
async function another(signUp: object, work: (url: string) => Promise<void>): Promise<void> {
  const own = await startIssuer({
    worker: join(root, 'test/workers/federation.ts'),
    bindings: {
      CONFIGURATION: JSON.stringify({
        signUp,
        providers: {
          local: {
            issuer: standIn.issuer,
            clientId: 'portcullis',
            public: true,
            emailDomains: ['example.org'],
          },
        },
      }),
    },
  });
  try {
    await work(own.url);
  } finally {
    await own.stop();
  }
}

test('whoever may sign up is for the operator to say, whichever way they come', async () => {
  const come = async (url: string, sub: string) => {
    const browser = new Browser();
    await browser.open(`${url}/signin`);
    await browser.submit('/signin/provider', { provider: 'local' });
    await choose(browser, sub);
    return browser;
  };
  for (const policy of ['closed', 'invite']) {
    await another({ policy }, async (url) => {
      const browser = await come(url, 'grace');
      expect(browser.page.status, `${browser.page.url} ${browser.page.text}`).toBe(403);
      expect((await browser.send(`${url}/account`)).status).toBe(303);
    });
  }
  // A provider that keeps the mailbox proves the address; of any other one a code is asked for.
  await another({ emailVerification: 'before', domains: ['example.org', 'example.com'] }, async (url) => {
    const grace = await come(url, 'grace');
    expect(new URL(grace.page.url).pathname).toBe('/signup/provider');
    expect(grace.page.text).toMatch(/<input[^>]*readonly[^>]*value="grace@example.org"/);
    await grace.submit('/signup/provider', { email: 'somebody@example.com' });
    expect(shownEmail(grace)).toContain('grace@example.org');
    expect(shownEmail(grace)).not.toContain('somebody@example.com');

    const ada = await come(url, 'ada');
    expect(new URL(ada.page.url).pathname).toBe('/signup/email');
    await ada.submit('/signup/email', { email: 'ada@example.com' });
    const code = async () => {
      const mailbox = (await ada.send(`${url}/dev/mailbox`)).text.replaceAll('<wbr/>', '');
      return /(\d{4}) (\d{4})/.exec(mailbox)?.slice(1).join('') ?? '';
    };
    await expect.poll(code, { timeout: 10_000 }).toMatch(/^\d{8}$/);
    await ada.submit('/signin/email/code', { code: await code() });
    expect(new URL(ada.page.url).pathname).toBe('/signup/provider');
    await ada.submit('/signup/provider');
    expect(new URL(ada.page.url).pathname).toBe('/account');
  });
});
