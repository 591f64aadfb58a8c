import { join } from 'node:path';
import { exportPKCS8, exportSPKI, generateKeyPair, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Browser } from './browser.ts';
import { type Answer, locationOf } from './http.ts';
import { type Asked, askedIn, startApple, startGitHub, startMicrosoft } from './provider-stand-ins.ts';

// The presets against stand-ins that answer as the providers' documentation says.

const navigation = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const secret = 'a secret with: all/sorts+of characters';
const team = { teamId: 'TEAM123456', keyId: 'KEY1234567' };

let github: Awaited<ReturnType<typeof startGitHub>>;
let apple: Awaited<ReturnType<typeof startApple>>;
let microsoft: Awaited<ReturnType<typeof startMicrosoft>>;
let runtime: Runtime;
let issuer: string;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  github = await startGitHub(secret);
  apple = await startApple(await exportSPKI(publicKey), team);
  microsoft = await startMicrosoft(secret);
  runtime = await startIssuer({
    worker: join(root, 'test/workers/federation.ts'),
    bindings: {
      PORTCULLIS_PROVIDER_GITHUB_SECRET: secret,
      PORTCULLIS_PROVIDER_MICROSOFT_SECRET: secret,
      // As a variable of one line has it.
      PORTCULLIS_PROVIDER_APPLE_SECRET: (await exportPKCS8(privateKey)).replaceAll('\n', '\\n'),
      CONFIGURATION: JSON.stringify({
        providers: {
          github: { preset: 'github', clientId: 'Iv1.github', standIn: github.origin },
          apple: { preset: 'apple', clientId: 'com.example.web', standIn: apple.origin, ...team },
          microsoft: { preset: 'microsoft', clientId: 'microsoft-app', standIn: microsoft.origin },
        },
      }),
    },
  });
  issuer = runtime.url;
});
afterAll(async () => {
  await runtime.stop();
  for (const provider of [github, apple, microsoft]) provider.stop();
});
afterEach(() => expect(runtime.logs()).not.toMatch(/issuer\.failed|Uncaught|eyJ[\w-]{20}|PRIVATE/));

/** To the provider. @returns what it is asked */
async function begin(provider: string, browser: Browser): Promise<Asked> {
  const answer = await browser.send(`${issuer}/signin/provider`, {
    method: 'POST',
    headers: {
      ...navigation,
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: issuer,
      'Sec-Fetch-Site': 'same-origin',
    },
    body: new URLSearchParams({ provider }).toString(),
  });
  const asked = askedIn((answer.headers.get('Refresh') ?? '').replace('0; url=', ''));
  expect(asked.redirectUri).toBe(`${issuer}/signin/provider/${provider}/callback`);
  return asked;
}
const goBack = (url: string, browser: Browser) => browser.send(url, { headers: navigation });

async function expectRefused(answer: Answer, browser: Browser, status = 400): Promise<void> {
  expect(answer.status).toBe(status);
  expect(answer.text).toContain('<h1>');
  expect([...browser.cookies.keys()].filter((name) => /session|unclaimed/.test(name))).toEqual([]);
}
/** What the page of the new account is filled in with. */
async function proposed(answer: Answer, browser: Browser): Promise<(string | undefined)[]> {
  expect(new URL(locationOf(answer)).pathname).toBe('/signup/provider');
  const { text } = await browser.open(locationOf(answer));
  return ['name', 'email'].map((field) => new RegExp(`name="${field}"[^>]*value="([^"]*)"`).exec(text)?.[1]);
}
/** Makes the account with what is proposed. */
async function make(browser: Browser): Promise<string> {
  await browser.submit('/signup/provider');
  expect(new URL(browser.page.url).pathname).toBe('/account');
  return browser.page.text.replaceAll('<wbr/>', '');
}
const isKnown = (answer: Answer) => new URL(locationOf(answer)).pathname === '/account';

const withGitHub = async (browser = new Browser()) => {
  github.world.asked = await begin('github', browser);
  const { redirectUri, state, scope, pathname } = github.world.asked;
  expect([pathname, scope]).toEqual(['/login/oauth/authorize', 'read:user user:email']);
  return { browser, back: await goBack(`${redirectUri}?code=the-code&state=${state}`, browser) };
};

test('GitHub: the number is who somebody is, and of the addresses only the primary, verified one counts', async () => {
  github.world.user = { id: 583231, login: 'octocat', name: 'Ada Lovelace', email: 'shown@example.com' };
  github.world.emails = [
    { email: 'old@example.com', primary: false, verified: true },
    { email: 'Ada@Example.com', primary: true, verified: true },
  ];
  const { browser, back } = await withGitHub();
  expect(await proposed(back, browser)).toEqual(['Ada Lovelace', 'ada@example.com']);
  await make(browser);
  // A login is taken by somebody else, or changed, and is nobody then, or still the same.
  github.world.user = { id: 583231, login: 'another', name: null };
  github.world.emails = undefined;
  expect(isKnown((await withGitHub()).back)).toBe(true);
  github.world.user = { id: 583232, login: 'octocat', name: null };
  github.world.emails = [{ email: 'eve@example.com', primary: true, verified: false }];
  const other = await withGitHub();
  expect(await proposed(other.back, other.browser)).toEqual(['octocat', undefined]);
});

test.each<[string, object]>([
  ['no number', { id: '583231', login: 'octocat' }],
  ['a number that is none', { id: -1 }],
  ['half a number', { id: 1.5 }],
  ['nothing', {}],
])('GitHub with %s signs nobody in', async (_, user) => {
  github.world.user = user;
  const { browser, back } = await withGitHub();
  await expectRefused(back, browser);
});

test('GitHub: an error with status 200 signs nobody in', async () => {
  const browser = new Browser();
  const { redirectUri, state } = await begin('github', browser);
  github.world.asked = undefined;
  await expectRefused(await goBack(`${redirectUri}?code=the-code&state=${state}`, browser), browser);
});

/** Apple's page posts the answer from its own site: the browser sends what is SameSite=None and nothing else. */
async function withApple(user?: object, browser = new Browser()) {
  apple.world.asked = await begin('apple', browser);
  const { redirectUri, state, scope, responseMode, nonce } = apple.world.asked;
  expect([scope, responseMode]).toEqual(['openid name email', 'form_post']);
  expect(nonce).toBeTruthy();
  const crossSite = new Browser();
  for (const [name, value] of browser.cookies)
    if (name.startsWith('portcullis-provider.')) crossSite.cookies.set(name, value);
  const posted = await crossSite.send(redirectUri, {
    method: 'POST',
    headers: {
      ...navigation,
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: 'https://appleid.apple.com',
      'Sec-Fetch-Site': 'cross-site',
    },
    body: new URLSearchParams({
      code: 'the-code',
      state,
      ...(user && { user: JSON.stringify(user) }),
    }).toString(),
  });
  for (const [name, value] of crossSite.cookies) browser.cookies.set(name, value);
  return { browser, posted };
}

test('Apple: posts its answer, tells the name once, and gets a secret made with our key', async () => {
  apple.world.claims = { sub: '001.a', email: 'abc@privaterelay.appleid.com', email_verified: 'true' };
  const name = { name: { firstName: 'Ada', lastName: 'Lovelace' }, email: 'abc@privaterelay.appleid.com' };
  const { browser, posted } = await withApple(name);
  const location = locationOf(posted);
  // Neither the code nor anything of the person is in an address.
  expect(location).not.toMatch(/the-code|Ada|appleid/);
  const back = await goBack(location, browser);
  expect(await proposed(back, browser)).toEqual(['Ada Lovelace', 'abc@privaterelay.appleid.com']);
  await make(browser);
  const again = await withApple();
  expect(isKnown(await goBack(locationOf(again.posted), again.browser))).toBe(true);
  // Once.
  again.browser.cookies.delete('portcullis-session');
  await expectRefused(await goBack(locationOf(again.posted), again.browser), again.browser);
});

test('Apple: the cookie of the sign-in, and no other, is one that another site may bring', async () => {
  const browser = new Browser();
  const answer = await browser.send(`${issuer}/signin/provider`, {
    method: 'POST',
    headers: { ...navigation, 'Content-Type': 'application/x-www-form-urlencoded', Origin: issuer },
    body: 'provider=apple',
  });
  const cookie = answer.headers.getSetCookie().find((one) => one.startsWith('portcullis-provider.'));
  expect(cookie).toMatch(/; HttpOnly/);
  expect(cookie).toMatch(/; Secure/);
  expect(cookie).toMatch(/; SameSite=None/);
});

test('Apple: an answer that is posted into another browser, or in the address, signs nobody in', async () => {
  const browser = new Browser();
  const { redirectUri, state } = await begin('apple', browser);
  const stranger = new Browser();
  const posted = await stranger.send(redirectUri, {
    method: 'POST',
    headers: { ...navigation, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ code: 'the-code', state }).toString(),
  });
  await expectRefused(posted, stranger);
  apple.calls.length = 0;
  await expectRefused(await goBack(`${redirectUri}?code=the-code&state=${state}`, browser), browser);
  expect(apple.calls).not.toContain('POST /auth/token');
});

test('Apple: a person who cancels is told so; a name that is none is left out', async () => {
  apple.world.claims = { sub: '001.b' };
  for (const user of [
    { name: 7 },
    { name: { firstName: { x: 1 } } },
    { name: { firstName: 'x'.repeat(2000) } },
  ]) {
    const { browser, posted } = await withApple(user);
    expect(await proposed(await goBack(locationOf(posted), browser), browser)).toEqual([
      undefined,
      undefined,
    ]);
  }
  const browser = new Browser();
  const { redirectUri, state } = await begin('apple', browser);
  const posted = await browser.send(redirectUri, {
    method: 'POST',
    headers: { ...navigation, 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ error: 'user_cancelled_authorize', state }).toString(),
  });
  await expectRefused(await goBack(locationOf(posted), browser), browser, 403);
});

const tenant = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const another = '11111111-2222-3333-4444-555555555555';
const ofTenant = (tid: string, changes: JWTPayload = {}): JWTPayload => ({
  iss: `${microsoft.origin}/${tid}/v2.0`,
  tid,
  sub: 'AAAA-pairwise',
  name: 'Ada Lovelace',
  email: 'ada@contoso.example',
  email_verified: true,
  ...changes,
});

const withMicrosoft = async (claims: JWTPayload, browser = new Browser()) => {
  microsoft.world.claims = claims;
  microsoft.world.asked = await begin('microsoft', browser);
  const { redirectUri, state } = microsoft.world.asked;
  const url = `${redirectUri}?code=the-code&state=${state}&session_state=x`;
  return { browser, back: await goBack(url, browser) };
};

test('Microsoft: each tenant is an issuer of its own', async () => {
  const { browser, back } = await withMicrosoft(ofTenant(tenant));
  expect(await proposed(back, browser)).toEqual(['Ada Lovelace', 'ada@contoso.example']);
  // An administrator of the tenant says that it is verified; that is nobody's word here.
  expect(await make(browser)).toContain('ada@contoso.example');
  expect(isKnown((await withMicrosoft(ofTenant(tenant, { email: 'new@contoso.example' }))).back)).toBe(true);
  // The same subject in another tenant is somebody else.
  const stranger = await withMicrosoft(ofTenant(another, { email: 'eve@contoso.example' }));
  expect(isKnown(stranger.back)).toBe(false);
  await proposed(stranger.back, stranger.browser);
});

test.each<[string, () => JWTPayload]>([
  ['of another tenant than its issuer', () => ofTenant(tenant, { tid: another })],
  ['without a tenant', () => ofTenant(tenant, { tid: undefined })],
  ['whose tenant is none', () => ofTenant('common')],
  ['of the template itself', () => ofTenant('{tenantid}')],
  ['whose tenant leads elsewhere', () => ofTenant('../../x')],
  ['of another host', () => ofTenant(tenant, { iss: `https://sts.windows.net/${tenant}/` })],
  ['for another client', () => ofTenant(tenant, { aud: 'another' })],
])('Microsoft: an ID token %s signs nobody in', async (_, claims) => {
  const { browser, back } = await withMicrosoft(claims());
  await expectRefused(back, browser);
});

test("Microsoft: a key of one tenant signs no other tenant's tokens", async () => {
  // The set is kept for minutes: an issuer of its own reads it anew.
  microsoft.world.keyIssuer = `${microsoft.origin}/${another}/v2.0`;
  const own = await startIssuer({
    worker: join(root, 'test/workers/federation.ts'),
    bindings: {
      PORTCULLIS_PROVIDER_MICROSOFT_SECRET: secret,
      CONFIGURATION: JSON.stringify({
        providers: { microsoft: { preset: 'microsoft', clientId: 'm', standIn: microsoft.origin } },
      }),
    },
  });
  const before = issuer;
  issuer = own.url;
  try {
    const { browser, back } = await withMicrosoft(ofTenant(tenant));
    await expectRefused(back, browser);
    const allowed = await withMicrosoft(ofTenant(another));
    await proposed(allowed.back, allowed.browser);
  } finally {
    issuer = before;
    await own.stop();
  }
});
