import { join } from 'node:path';
import type { APIResponse, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { startStandIn } from '../../src/cli/stand-in.ts';
import { root } from '../../src/cli/wrangler.ts';
import { AuthenticatorApp, hidden } from '../issuer/authenticator-app.ts';
import type { StateName } from '../pages/states.ts';
import { Authenticator } from '../passkeys/authenticator.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort } from '../runtime/runtime.ts';
import { newPerson, type Person, type Stage, setStage } from './stage.ts';

// Every page, reached for real: what is behind an address, a form or a redirect is what the running Worker answers.

const client = 'https://client.test';
const callback = `${client}/callback`;
const codeVerifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const longName = 'Maximiliane-Antoinette von und zu Hohenzollern-Sigmaringen-Wittelsbach';
const phone =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1';

/** Browsers in which the pages are reached. */
export interface Ground {
  stage: Stage;
  /** Nobody is signed in. */
  visitor: BrowserContext;
  /** Somebody with a long name, several devices, consents, and sign-ins that ended. */
  member: BrowserContext;
  /** The same person at another device. */
  elsewhere: BrowserContext;
  /** The same person where the session was ended from another device. */
  ended: BrowserContext;
  /** The same person, about to sign out. */
  leaving: BrowserContext;
  /** Somebody with an authenticator app, who trusts a browser elsewhere. */
  guarded: BrowserContext;
  /** The same person, with nothing but the password so far. */
  halfway: BrowserContext;
  /** Somebody who has just signed up. */
  newcomer: BrowserContext;
  /** Somebody who signs up to delete the account again. */
  passer: BrowserContext;
  /** Comes by a provider. */
  stranger: BrowserContext;
  /** The issuer of the provider. */
  provider: string;
  person: Person;
  /** The mailbox's page, before anybody signed up. */
  emptyMailbox: string;
}

export const request = (clientId: string, changes: Record<string, string> = {}): string =>
  `/oauth/authorize?${new URLSearchParams({
    client_id: clientId,
    redirect_uri: callback,
    response_type: 'code',
    scope: 'openid profile email',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
    ...changes,
  })}`;

export async function setGround(): Promise<Ground> {
  const worker = join(root, 'test/workers/pages.ts');
  const standIn = await startStandIn(await freePort());
  const bindings = { NOBODY_URL: `http://127.0.0.1:${await freePort()}`, PROVIDER: standIn.issuer };
  const bare = await setStage(async () => startIssuer({ worker, bindings }));
  const stage = {
    ...bare,
    async close() {
      await bare.close();
      await standIn[Symbol.asyncDispose]();
    },
  };
  try {
    return await furnish(stage, standIn.issuer);
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** Where an authorization request leads on to. */
async function led(context: BrowserContext, origin: string, address: string): Promise<URL> {
  const answer = await context.request.get(address, { maxRedirects: 0 });
  return new URL(answer.headers().location ?? '', origin);
}

/** @returns the refresh token, if there is one */
async function redeem(origin: string, form: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ client_id: 'own', ...form });
  const answer = await fetch(`${origin}/oauth/token`, { method: 'POST', body });
  return ((await answer.json()) as { refresh_token?: string }).refresh_token ?? '';
}

const refreshing = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token });

/** Lets the app of our own in, as whoever is signed in. */
async function tokens(context: BrowserContext, origin: string, scope: string): Promise<string> {
  const code = (await led(context, origin, request('own', { scope }))).searchParams.get('code') ?? '';
  const redemption = { grant_type: 'authorization_code', code, redirect_uri: callback };
  return redeem(origin, { ...redemption, code_verifier: codeVerifier });
}

async function furnish(stage: Stage, provider: string): Promise<Ground> {
  const origin = stage.runtime.url;
  const enter = async (options?: BrowserContextOptions) => {
    const { context, page } = await stage.visit(options);
    await page.close();
    // The client's own pages: it has one for a frame, and browsers that are sent back stay where they are.
    await context.route(`${client}/**`, (route) =>
      route.request().url().startsWith(`${client}/logout`)
        ? route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Signed out</title>' })
        : route.fulfill({ status: 204 }),
    );
    return context;
  };
  const post = (context: BrowserContext, path: string, form: Record<string, string>) =>
    context.request.post(path, { form, headers: { Origin: origin }, maxRedirects: 0 });

  const [visitor, member, elsewhere, ended, leaving, newcomer, guarded, halfway, passer, owner, stranger] =
    await Promise.all([
      enter(),
      enter(),
      enter({ userAgent: phone }),
      enter(),
      enter(),
      enter(),
      enter(),
      enter(),
      enter(),
      enter(),
      enter(),
    ]);
  const emptyMailbox = await (await fetch(`${origin}/dev/mailbox`)).text();

  const [person, ada] = [newPerson(longName), newPerson()];
  await post(member, '/signup', { ...person });
  await post(newcomer, '/signup', { ...ada });
  await post(owner, '/signup', { ...owned });
  for (const context of [elsewhere, ended, leaving]) await post(context, '/signin', { ...person });

  // Two apps that were asked about, and one whose refresh token was copied.
  const asked = await led(member, origin, request('stranger', { scope: 'openid profile email notes:read' }));
  const flow = asked.searchParams.get('flow') ?? '';
  await post(member, '/consent', { flow, decision: 'allow' });
  await led(elsewhere, origin, request('stranger'));
  const copied = await tokens(member, origin, 'openid offline_access');
  let latest = copied;
  for (let round = 0; round < 2; round++) latest = await redeem(origin, refreshing(latest));
  await redeem(origin, refreshing(copied));
  await tokens(member, origin, 'openid offline_access');

  await guard({ guarded, halfway, phone: await enter({ userAgent: phone }) }, post);
  // Their second factor may be a passkey, too.
  const tab = await guarded.newPage();
  await withPasskeys(tab, origin);
  await tab.close();

  const ground = {
    guarded,
    halfway,
    stage,
    visitor,
    member,
    elsewhere,
    ended,
    leaving,
    newcomer,
    passer,
    stranger,
    provider,
    person,
    emptyMailbox,
  };
  await endAnother(ground);
  return ground;
}

type Post = (context: BrowserContext, path: string, form: Record<string, string>) => Promise<APIResponse>;

/** Somebody sets an authenticator app up, signs in with it in a browser that they trust, and stops halfway in another. */
async function guard(
  { guarded, halfway, phone }: Record<'guarded' | 'halfway' | 'phone', BrowserContext>,
  post: Post,
): Promise<void> {
  const person = { ...newPerson() };
  await post(guarded, '/signup', person);
  const page = await (await guarded.request.get('/account/authenticator')).text();
  const app = new AuthenticatorApp(page);
  const setup = hidden(page, 'setup');
  await post(guarded, '/account/authenticator', { setup, code: await app.code() });
  for (const context of [phone, halfway]) await post(context, '/signin', person);
  await post(phone, '/signin/second-factor', { code: await app.code(1), trust: 'yes' });
}

/** Ends the session of `ended` from its person's account page: the last of those that are shown. */
async function endAnother({ ended, member }: Ground): Promise<void> {
  const own = await ended.newPage();
  await own.goto('/account');
  const current = own.getByRole('listitem').filter({ hasText: 'This device' });
  const id = await current.locator('input[name=session_id]').inputValue();
  const page = await member.newPage();
  await page.goto('/account');
  const row = page.getByRole('listitem').filter({ has: page.locator(`input[value="${id}"]`) });
  await Promise.all([page.waitForEvent('load'), row.getByRole('button').click()]);
  await Promise.all([own.close(), page.close()]);
}

/** The code that a device would show. */
async function userCode({ stage }: Ground): Promise<string> {
  const answer = await fetch(`${stage.runtime.url}/oauth/device_authorization`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: 'device', scope: 'openid email offline_access api:read' }),
  });
  return ((await answer.json()) as { user_code: string }).user_code;
}

/** Sees to it that whoever is signed in has a passkey of each kind, one of them with a long name. */
async function withPasskeys(page: Page, origin: string): Promise<void> {
  const { request } = page.context();
  const post = (path: string, form: Record<string, string>) =>
    request.post(path, { form, headers: { Origin: origin }, maxRedirects: 0 });
  for (const synced of [true, false]) {
    await page.goto('/account/passkeys');
    if ((await page.getByRole('listitem').count()) === 2) return;
    const device = await Authenticator.make(origin, { synced });
    const options = await page.locator('[data-options]').inputValue();
    await post('/account/passkeys', { credential: await device.create(options) });
    const name = 'The blue security key in the drawer beside the door at home';
    if (!synced) await post('/account/passkeys/rename', { credential_id: device.credentialId, name });
  }
}

interface Reach {
  who:
    | 'visitor'
    | 'member'
    | 'ended'
    | 'leaving'
    | 'newcomer'
    | 'guarded'
    | 'halfway'
    | 'passer'
    | 'stranger';
  /** From an empty tab to the page. */
  go(page: Page, ground: Ground): Promise<unknown>;
}

const at = (who: Reach['who'], path: string): Reach => ({ who, go: (page) => page.goto(path) });

/** Sends a page's form past what the browser would hold back itself, so that the server's own words are seen. */
async function send(page: Page, values: Record<string, string>, button?: string): Promise<void> {
  for (const [name, value] of Object.entries(values)) await page.locator(`[name=${name}]`).fill(value);
  await page.evaluate(() => {
    for (const form of document.forms) form.noValidate = true;
  });
  const pressed = button
    ? page.getByRole('button', { name: button })
    : page.locator('button[type=submit]').first();
  await Promise.all([page.waitForEvent('load'), pressed.click()]);
}

const sent = (who: Reach['who'], path: string, values: Record<string, string>): Reach => ({
  who,
  async go(page) {
    await page.goto(path);
    await send(page, values);
  },
});

const device = (decision?: 'Allow' | 'Deny'): Reach => ({
  who: 'member',
  async go(page, ground) {
    await page.goto(`/device?user_code=${await userCode(ground)}`);
    await send(page, {});
    if (decision) await send(page, {}, decision);
  },
});

/** Asks for a code for an address, as somebody who has an account or nobody. */
async function askForCode(page: Page, path: '/signin/email' | '/reset', email: string): Promise<void> {
  await page.goto(path);
  await send(page, { email });
}

/** Somebody with an account of their own, so that whatever is done to it disturbs nobody. */
async function somebodyElse({ stage }: Ground): Promise<Person> {
  const origin = stage.runtime.url;
  const person = newPerson();
  await fetch(`${origin}/signup`, {
    method: 'POST',
    redirect: 'manual',
    headers: { Origin: origin },
    body: new URLSearchParams({ ...person }),
  });
  return person;
}

/** What of somebody's newest letter with it in it looks like this. */
async function mailed({ stage }: Ground, { email }: Pick<Person, 'email'>, form: RegExp): Promise<string[]> {
  for (let tries = 0; tries < 50; tries += 1) {
    const text = (await (await fetch(`${stage.runtime.url}/dev/mailbox`)).text()).replaceAll('<wbr/>', '');
    const letter = text.split('<article').find((one) => one.includes(email) && form.test(one));
    const found = form.exec(letter ?? '');
    if (found) return found.slice(1);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it was not mailed');
}

/** The code that was mailed to somebody last. */
const mailedCode = async (ground: Ground, person: Pick<Person, 'email'>): Promise<string> =>
  (await mailed(ground, person, /code is (\d{4}) (\d{4})/)).join('');

/** By the link in the mail about somebody's new device. @param times how often it is used */
const warned = (times: 0 | 1 | 2): Reach => ({
  who: 'visitor',
  async go(page, ground) {
    const origin = ground.stage.runtime.url;
    const { email, password } = await somebodyElse(ground);
    const headers = { Origin: origin };
    const body = new URLSearchParams({ email, password });
    await fetch(`${origin}/signin`, { method: 'POST', redirect: 'manual', headers, body });
    const [link = ''] = await mailed(ground, { email }, /href="([^"]+\/alerts\/end\?alert=[^"]+)"/);
    await page.goto(link);
    if (times > 0) await send(page, {});
    if (times > 1) await page.goto(link);
  },
});

const resetting: Reach = {
  who: 'visitor',
  async go(page, ground) {
    const person = await somebodyElse(ground);
    await askForCode(page, '/reset', person.email);
    await send(page, { code: await mailedCode(ground, person) });
  },
};

/** A page that asks for a sign-in of a short while ago. */
const anew = (path: string, values?: Record<string, string>): Reach => ({
  who: 'member',
  async go(page, { stage, person }) {
    const headers = { Origin: stage.runtime.url };
    await page.context().request.post('/signin', { form: { ...person }, headers, maxRedirects: 0 });
    await page.goto(path);
    if (values) await send(page, values);
  },
});

/** Somebody who has just signed up asked for another address. */
async function askForChange(page: Page, { stage }: Ground): Promise<{ from: Person; to: Person }> {
  const [from, to] = [newPerson(), newPerson()];
  const headers = { Origin: stage.runtime.url };
  await page.context().request.post('/signup', { form: { ...from }, headers, maxRedirects: 0 });
  await page.goto('/account/email');
  await send(page, { email: to.email });
  return { from, to };
}

/** A page on the way to another address. @param then what is typed where the codes are asked for */
const changing = (
  then?: (page: Page, ground: Ground, asked: { from: Person; to: Person }) => Promise<unknown>,
): Reach => ({
  who: 'passer',
  async go(page, ground) {
    const asked = await askForChange(page, ground);
    await then?.(page, ground, asked);
  },
});

/** Somebody at the provider has the same address. */
const owned = { name: 'Grace Hopper', email: 'grace@example.org', password: 'purple otters sing at noon' };

/** From a page with a button for the provider to there, and back as this person. */
async function comeBackAs(page: Page, path: string, button: string, person: string): Promise<void> {
  // The provider forgets who was chosen before.
  await page.context().clearCookies({ name: /^_(session|interaction)/ });
  await page.goto(path);
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('heading', { name: 'Who are you?' }).waitFor();
  await page.getByRole('button', { name: person }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/choose/'));
}
const fromSignIn = (page: Page, person: string) => comeBackAs(page, '/signin', 'Continue with', person);

const passphrase = 'purple otters sing at noon';

/** How each state of each page is reached. */
export const everyPage: Record<StateName, Reach> = {
  start: at('visitor', '/'),
  'sign in': at('visitor', '/signin'),
  'sign in, error': sent('visitor', '/signin', { email: 'ada@example.com', password: 'wrong' }),
  'sign in, to an app': at('visitor', request('stranger')),
  'sign in, told why': at('ended', '/signin'),
  'email sign-in': at('visitor', '/signin/email'),
  'email sign-in, error': sent('visitor', '/signin/email', { email: 'ada@' }),
  reset: at('visitor', '/reset'),
  'email code': { who: 'visitor', go: (page) => askForCode(page, '/signin/email', 'ada@example.com') },
  'email code, error': {
    who: 'visitor',
    async go(page) {
      await askForCode(page, '/signin/email', 'ada@example.com');
      await send(page, { code: '1234' });
    },
  },
  'email code, by the link': {
    who: 'visitor',
    async go(page) {
      await askForCode(page, '/signin/email', 'ada@example.com');
      await page.goto('/signin/email/link?code=12345678');
    },
  },
  'email code, elsewhere': at('leaving', '/signin/email/link?code=12345678'),
  'email code, over': {
    who: 'visitor',
    async go(page) {
      await askForCode(page, '/signin/email', 'nobody@example.com');
      while (await page.locator('[name=code]').count()) await send(page, { code: '12345678' });
    },
  },
  'new password': resetting,
  'new password, error': {
    who: 'visitor',
    async go(page, ground) {
      await resetting.go(page, ground);
      await send(page, { new_password: 'short' });
    },
  },
  'password reset': {
    who: 'visitor',
    async go(page, ground) {
      await resetting.go(page, ground);
      await send(page, { new_password: 'seven lamps over the harbour' });
    },
  },
  'sign up': at('visitor', '/signup'),
  'sign up, error in name': sent('visitor', '/signup', {
    name: ' ',
    email: 'ada@example.com',
    password: passphrase,
  }),
  'sign up, error in email': sent('visitor', '/signup', {
    name: longName,
    email: 'ada@',
    password: passphrase,
  }),
  'sign up, error in password': sent('visitor', '/signup', {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    password: 'short',
  }),
  'second factor': at('halfway', '/signin/second-factor'),
  'second factor, recovery code': at('halfway', '/signin/second-factor?asked=recovery_code'),
  'second factor, error': {
    who: 'halfway',
    async go(page) {
      await page.goto('/signin/second-factor');
      // The first button is that of the passkey.
      await send(page, { code: '12345' }, 'Continue');
    },
  },
  'authenticator set-up': at('newcomer', '/account/authenticator'),
  'authenticator set-up, error': sent('newcomer', '/account/authenticator', { code: '12345' }),
  'authenticator set-up, required': {
    who: 'visitor',
    async go(page, { stage }) {
      const person = newPerson();
      const claims = JSON.stringify({
        id_token: { acr: { essential: true, value: 'urn:portcullis:acr:mfa' } },
      });
      const location = await led(page.context(), stage.runtime.url, request('own', { claims }));
      await page.goto(location.href.replace('/signin', '/signup'));
      await send(page, { ...person });
    },
  },
  authenticator: at('guarded', '/account/authenticator'),
  'recovery codes': at('guarded', '/account/recovery-codes'),
  'new recovery codes': sent('guarded', '/account/recovery-codes', {}),
  'trusted devices': at('guarded', '/account/trusted-devices'),
  'trusted devices, none': at('newcomer', '/account/trusted-devices'),
  'sign up, passkey': {
    who: 'visitor',
    async go(page) {
      await page.goto('/signup');
      await page.getByLabel('Name').fill(longName);
      await page.getByLabel('Email').fill('somebody.new@example.com');
      await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'passkey' }).click()]);
    },
  },
  passkeys: {
    who: 'newcomer',
    async go(page, { stage }) {
      await withPasskeys(page, stage.runtime.url);
      await page.goto('/account/passkeys');
    },
  },
  'passkeys, none': at('member', '/account/passkeys'),
  'passkeys, error': {
    who: 'newcomer',
    async go(page, { stage }) {
      await withPasskeys(page, stage.runtime.url);
      await page.goto('/account/passkeys');
      await page.evaluate(() => {
        for (const form of document.forms) form.noValidate = true;
      });
      const row = page.getByRole('listitem').first();
      await row.getByRole('textbox').fill(' ');
      await Promise.all([page.waitForEvent('load'), row.getByRole('button', { name: 'Rename' }).click()]);
    },
  },
  'to provider': {
    who: 'visitor',
    async go(page, { provider }) {
      // Sent on, the browser stays where it is.
      await page.route(`${provider}/**`, (route) => route.fulfill({ status: 204 }));
      await page.goto('/signin');
      await page.getByRole('button', { name: 'Continue with' }).click();
      await page.getByRole('heading', { name: 'On to' }).waitFor();
    },
  },
  'provider sign up': { who: 'stranger', go: (page) => fromSignIn(page, 'Ada Lovelace') },
  'provider sign up, error': {
    who: 'stranger',
    async go(page) {
      await fromSignIn(page, 'Ada Lovelace');
      await send(page, { email: 'ada@' });
    },
  },
  'provider email known': { who: 'stranger', go: (page) => fromSignIn(page, owned.name) },
  'provider connect': {
    who: 'stranger',
    async go(page) {
      await fromSignIn(page, owned.name);
      await page.getByRole('link', { name: 'Sign in' }).click();
      await page.waitForURL('**/signin');
      await send(page, { email: owned.email, password: owned.password });
    },
  },
  'account providers': at('newcomer', '/account/providers'),
  'account providers, connected': {
    who: 'member',
    async go(page) {
      await page.goto('/account/providers');
      if ((await page.getByRole('button', { name: 'Disconnect' }).count()) > 0) return;
      await comeBackAs(page, '/account/providers', 'Connect The', 'Mary Somerville');
    },
  },
  challenge: at('visitor', '/signin/challenge'),
  'select account': at('member', request('own', { prompt: 'select_account' })),
  consent: at(
    'newcomer',
    request('stranger', { scope: 'openid profile email phone offline_access api:read notes:read' }),
  ),
  'consent, to more': at(
    'member',
    request('stranger', { scope: 'openid profile email address phone notes:read api:read' }),
  ),
  'form post': {
    who: 'member',
    // It sends itself on before it has loaded, to where browsers stay where they are.
    go: (page) => page.goto(request('own', { response_mode: 'form_post' }), { waitUntil: 'commit' }),
  },
  account: at('member', '/account'),
  'account, new': at('newcomer', '/account'),
  password: at('member', '/account/password'),
  'password, error': sent('member', '/account/password', {
    current_password: passphrase,
    new_password: 'short',
  }),
  profile: at('member', '/account/profile'),
  'profile, errors': sent('member', '/account/profile', {
    birthdate: 'tomorrow',
    phone_number: 'none',
    website: 'example',
    street_address: '12 St James’s Square\nLondon',
  }),
  activity: at('member', '/account/activity'),
  'own data': anew('/account/data'),
  'delete account': anew('/account/delete'),
  'delete account, error': anew('/account/delete', { email: 'somebody@example.com' }),
  'change email': anew('/account/email'),
  'change email, error': anew('/account/email', { email: 'ada@' }),
  'change email, under way': changing((page) => page.goto('/account/email')),
  'change email, codes': changing(),
  'change email, codes, error': changing((page) => send(page, { from: '1234', to: '12345678' })),
  'change email, half proved': changing(async (page, ground, { to }) =>
    send(page, { from: '1234', to: await mailedCode(ground, to) }),
  ),
  'email not changed': changing(async (page, ground, { from, to }) => {
    const codes = { from: await mailedCode(ground, from), to: await mailedCode(ground, to) };
    const headers = { Origin: ground.stage.runtime.url };
    await fetch(`${ground.stage.runtime.url}/signup`, {
      method: 'POST',
      redirect: 'manual',
      headers,
      body: new URLSearchParams({ ...to }),
    });
    await send(page, codes);
  }),
  'account deleted': {
    who: 'passer',
    async go(page, { stage }) {
      const passer = newPerson();
      const headers = { Origin: stage.runtime.url };
      await page.context().request.post('/signup', { form: { ...passer }, headers, maxRedirects: 0 });
      await page.goto('/account/delete');
      await send(page, { email: passer.email });
    },
  },
  'end everything': warned(0),
  'everything ended': warned(1),
  'everything ended, again': warned(2),
  'sign out': at('member', '/oauth/logout?client_id=own'),
  'sign out, everywhere': at('member', '/oauth/logout?everywhere=true'),
  'signed out': at('visitor', '/oauth/logout'),
  'signed out, with frames': {
    who: 'leaving',
    async go(page, { stage }) {
      await tokens(page.context(), stage.runtime.url, 'openid');
      const next = encodeURIComponent(`${client}/signed-out`);
      await page.goto(`/oauth/logout?client_id=own&post_logout_redirect_uri=${next}`);
      await send(page, {});
    },
  },
  'device code': at('member', '/device'),
  'device code, brought': at('member', '/device?user_code=WDJB-MJHT'),
  'device code, error': sent('member', '/device', { user_code: 'WDJB-MJHT' }),
  'device confirm': device(),
  'device allowed': device('Allow'),
  'device denied': device('Deny'),
  'error, bad request': at('visitor', '/oauth/authorize?client_id=nobody'),
  'error, broken': at('visitor', '/?broken'),
  'error, busy': at('visitor', '/dev/mailbox?broken'),
  'refusal, not for you': at('member', '/staff/'),
  'refusal, nothing here': at('visitor', '/nothing/here'),
  'refusal, origin gone': at('visitor', '/gone/'),
  'refusal, sign-in failed': at('visitor', '/.portcullis/callback?state=forgotten'),
  'gate sign out': {
    who: 'visitor',
    go: (page, { stage }) => page.goto(`${stage.runtime.url.replace('//', '//app.')}/.portcullis/sign-out`),
  },
  'gate signed out': {
    who: 'visitor',
    go: (page, { stage }) => page.goto(`${stage.runtime.url.replace('//', '//app.')}/.portcullis/signed-out`),
  },
  mailbox: at('visitor', '/dev/mailbox'),
  'mailbox, empty': {
    who: 'visitor',
    // Brought back as it was: by now there is mail.
    async go(page, { emptyMailbox: body }) {
      await page.route('**/dev/mailbox', async (route) =>
        route.fulfill({ response: await route.fetch(), body }),
      );
      await page.goto('/dev/mailbox');
    },
  },
};
