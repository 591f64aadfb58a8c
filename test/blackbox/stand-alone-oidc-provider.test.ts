import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freePort } from '../runtime/runtime.ts';
import { Browser, formsOf } from './browser.ts';
import { type Ground, listen, script, startGateAlone } from './stand-alone-ground.ts';

// The gate alone against somebody else's OpenID provider: oidc-provider, over HTTP, as it is configured in its own manual.

const ACCESS_TOKEN_SECONDS = 2;
const secret = 'a-secret-for-the-gate-of-this-test';
const calls: string[] = [];
const server = createServer();
let issuer: string;
let ground: Ground;
let gate: string;

async function startProvider(gateUrl: string): Promise<string> {
  const port = await freePort();
  issuer = `http://localhost:${port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'edge-gate',
        client_secret: secret,
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${gateUrl}/.portcullis/callback`],
        post_logout_redirect_uris: [`${gateUrl}/`],
        backchannel_logout_uri: `${gateUrl}/.portcullis/backchannel-logout`,
        backchannel_logout_session_required: true,
      },
    ],
    cookies: { keys: ['for this test'] },
    features: { backchannelLogout: { enabled: true }, revocation: { enabled: true } },
    claims: { openid: ['sub', 'groups'], email: ['email', 'email_verified'], profile: ['name'] },
    findAccount: async (_, accountId) => ({
      accountId,
      claims: async () => ({
        sub: accountId,
        name: 'Ada Lovelace',
        email: `${accountId}@example.com`,
        email_verified: true,
        groups: ['staff'],
      }),
    }),
    // Its own refuses loopback, where the gate is in this test.
    fetch: (url, { dispatcher: _, ...options }) => fetch(url, options),
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    ttl: { AccessToken: ACCESS_TOKEN_SECONDS },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => {
    calls.push(`${request.method} ${request.url?.split('?')[0]}`);
    answer(request, response);
  });
  await listen(server, port);
  return issuer;
}

beforeAll(async () => {
  ground = await startGateAlone(startProvider, { PORTCULLIS_CLIENT_SECRET: secret });
  gate = ground.gate.url;
});
afterAll(async () => {
  await ground.stop();
  server.closeAllConnections();
  server.close();
});

/** Fills in whatever form the provider shows until it leads back to the gate. */
async function signIn(browser: Browser, path: string, login: string): Promise<void> {
  await browser.open(gate + path);
  for (let pages = 0; browser.page.url.startsWith(issuer) && pages < 4; pages += 1) {
    const form = formsOf(browser.page.text).find(({ action }) => action.includes('/interaction/'));
    if (!form) throw new Error(`no form on ${browser.page.url}: ${browser.page.text.slice(0, 500)}`);
    const typed = 'login' in form.fields ? { login, password: 'any' } : {};
    await browser.submit(form.action, typed);
  }
}
const status = async (browser: Browser, path: string) =>
  (await browser.send(gate + path, { headers: script })).status;

async function somebody(login: string): Promise<Browser> {
  const browser = new Browser();
  await signIn(browser, '/strict/a?b=c', login);
  expect(browser.page.url).toBe(`${gate}/strict/a?b=c`);
  return browser;
}

test('somebody signs in there, and the origin is told what UserInfo says', async () => {
  const browser = await somebody('ada');
  expect(browser.page.text).toBe('from the origin');
  expect(await ground.assertion('/strict')).toMatchObject({
    ok: true,
    claims: {
      iss: gate,
      sub: 'ada',
      sub_id: { format: 'iss_sub', iss: issuer, sub: 'ada' },
      email: 'ada@example.com',
      email_verified: true,
      name: 'Ada Lovelace',
      groups: ['staff'],
    },
  });
  expect(await status(browser, '/strict/b')).toBe(200);
});

test('the session goes on with a refresh when the access token is over, once for many requests', async () => {
  const browser = await somebody('grace');
  await new Promise((resume) => setTimeout(resume, ACCESS_TOKEN_SECONDS * 1000 + 200));
  calls.length = 0;
  const asked = await Promise.all(Array.from({ length: 8 }, () => status(browser, '/strict/a')));
  expect(new Set(asked)).toEqual(new Set([200]));
  expect(calls.filter((call) => call === 'POST /token')).toHaveLength(1);
});

test('signing out at the gate leads to the sign-out there, with a hint of whose session it is', async () => {
  const browser = await somebody('edith');
  const handle = browser.cookies.get('portcullis-gate') ?? '';
  calls.length = 0;
  await browser.open(`${gate}/.portcullis/sign-out`);
  await browser.submit('/.portcullis/sign-out');
  expect(browser.page.url.startsWith(`${issuer}/session/end?id_token_hint=`)).toBe(true);
  expect(calls).toContain('POST /token/revocation');
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(browser.page.text)?.[1] ?? '';
  const confirmed = await browser.send(`${issuer}/session/end/confirm`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
  });
  expect(confirmed.headers.get('Location')).toBe(`${gate}/`);
  browser.cookies.set('portcullis-gate', handle);
  expect(await status(browser, '/strict/a')).toBe(401);
});

test('a sign-out there ends the session here by a logout token', async () => {
  const browser = await somebody('mary');
  const handle = browser.cookies.get('portcullis-gate') ?? '';
  await browser.open(`${issuer}/session/end?client_id=edge-gate`);
  const xsrf = /name="xsrf" value="([^"]+)"/.exec(browser.page.text)?.[1] ?? '';
  await browser.send(`${issuer}/session/end/confirm`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
  });
  browser.cookies.set('portcullis-gate', handle);
  await new Promise((resume) => setTimeout(resume, 1000));
  calls.length = 0;
  expect(await status(browser, '/strict/a')).toBe(401);
  // Nobody had to be asked.
  expect(calls).toEqual([]);
});
