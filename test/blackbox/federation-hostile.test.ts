import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Browser } from './browser.ts';
import { badIdTokens } from './hostile-id-tokens.ts';
import {
  asPage,
  type Behaviour,
  endless,
  failing,
  type HostileProvider,
  redirecting,
  silent,
  startHostileProvider,
  tokens,
} from './hostile-provider.ts';
import { type Answer, locationOf } from './http.ts';
import { Person } from './person.ts';

// Two providers, each of whose answers may be wrong: a page that says so each time, and never a session.

const navigation = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const clientId = 'edge-gate';

type Name = 'acme' | 'mallory';
let providers: Record<Name, HostileProvider>;
let runtime: Runtime;
let issuer: string;
const start = async () => {
  providers = { acme: await startHostileProvider(), mallory: await startHostileProvider() };
  runtime = await startIssuer({
    worker: join(root, 'test/workers/federation.ts'),
    bindings: {
      CONFIGURATION: JSON.stringify({
        providers: {
          acme: { issuer: providers.acme.issuer, clientId, public: true },
          mallory: { issuer: providers.mallory.issuer, clientId, public: true },
        },
      }),
    },
  });
  issuer = runtime.url;
};
const stop = async () => {
  for (const provider of Object.values(providers)) provider.stop();
  await runtime.stop();
};
afterEach(() => {
  for (const { world } of Object.values(providers)) {
    world.behaviours = {};
    world.calls.length = 0;
  }
  expect(runtime.logs()).not.toMatch(/issuer\.failed|Uncaught|eyJ[\w-]{20}/);
});

/** @param flow where the sign-in leads; one of the issuer's own pages asks for a new sign-in */
const choose = (browser: Browser, name: string, flow?: string): Promise<Answer> =>
  browser.send(`${issuer}/signin/provider`, {
    method: 'POST',
    headers: {
      ...navigation,
      'Content-Type': 'application/x-www-form-urlencoded',
      Origin: issuer,
      'Sec-Fetch-Site': 'same-origin',
    },
    body: new URLSearchParams({ provider: name, ...(flow !== undefined && { flow }) }).toString(),
  });

/** To the provider. What it was asked, and the browser that came. */
async function begin(name: Name = 'acme', browser = new Browser(), flow?: string) {
  const answer = await choose(browser, name, flow);
  const { searchParams } = new URL((answer.headers.get('Refresh') ?? '').replace('0; url=', ''));
  return { browser, state: searchParams.get('state') ?? '', nonce: searchParams.get('nonce') ?? '' };
}
const callback = (state: string, changes: Record<string, string> = {}, name: Name = 'acme') =>
  `${issuer}/signin/provider/${name}/callback?${new URLSearchParams({
    iss: providers[name].issuer,
    code: 'c',
    state,
    ...changes,
  })}`;
const goBack = (url: string, browser: Browser) => browser.send(url, { headers: navigation });

/** There and back; the token endpoint answers with what `answer` makes. */
async function signIn(
  answer: (nonce: string) => Behaviour | Promise<Behaviour>,
  name: Name = 'acme',
  flow?: string,
) {
  const { browser, state, nonce } = await begin(name, new Browser(), flow);
  const { behaviours } = providers[name].world;
  behaviours['/token'] = await answer(nonce);
  // Where a redirect leads, everything would be right.
  behaviours['/elsewhere'] ??= {
    sub: 'ada',
    ...(tokens(await providers[name].idToken(nonce)) as object),
  };
  return { browser, back: await goBack(callback(state, {}, name), browser), state, nonce };
}
const right =
  (name: Name = 'acme', claims: object = {}) =>
  async (nonce: string) =>
    tokens(await providers[name].idToken(nonce, claims as never));

/** Neither a session, nor an identity that waits for an account. */
async function expectRefused(answer: Answer, browser: Browser, statuses = [400]): Promise<void> {
  expect(statuses).toContain(answer.status);
  expect(answer.text).toContain('<h1>');
  expect([...browser.cookies.keys()].filter((name) => /session|unclaimed/.test(name))).toEqual([]);
  const page = await goBack(`${issuer}/signup/provider`, browser);
  expect(new URL(locationOf(page)).pathname).toBe('/signup');
}
const expectNew = (answer: Answer) => expect(new URL(locationOf(answer)).pathname).toBe('/signup/provider');

/** An account that signs in with a provider. */
async function account(name: Name, subject: string, email: string): Promise<Browser> {
  providers[name].world.behaviours['/me'] = { sub: subject, name: 'Ada', email, email_verified: true };
  const { browser } = await signIn(right(name, { sub: subject }), name);
  await browser.open(`${issuer}/signup/provider`);
  await browser.submit('/signup/provider');
  expect(new URL(browser.page.url).pathname).toBe('/account');
  return browser;
}

describe('one sign-in after another', () => {
  beforeAll(start);
  afterAll(stop);

  test('what is right is somebody new', async () => {
    const { back } = await signIn(right());
    expectNew(back);
  });

  test.each(badIdTokens)('an ID token %s is refused', async (_, make) => {
    const { browser, back } = await signIn(async (nonce) => tokens(await make(providers.acme, nonce)));
    await expectRefused(back, browser);
  });

  test.each<[string, Behaviour, number[]]>([
    ['an error', failing(400, { error: 'invalid_grant' }), [400]],
    ['a wrong secret', failing(401, { error: 'invalid_client' }), [400]],
    ['status 500', failing(500), [503]],
    ['a redirect', redirecting('/elsewhere'), [503]],
    ['a page', asPage, [503]],
    ['a list', failing(200, []), [400]],
    ['no end', endless, [503]],
    ['no access token', { id_token: 'x' }, [400]],
    ['tokens bound to a key', { access_token: 'a', token_type: 'DPoP', id_token: 'x' }, [400]],
  ])('a token endpoint with %s is a refusal', async (_, behaviour, statuses) => {
    const { browser, back } = await signIn(() => behaviour);
    await expectRefused(back, browser, statuses);
  });

  test.each<[string, string]>([
    ['token endpoint', '/token'],
    ['UserInfo endpoint', '/me'],
  ])('a %s that says nothing is a refusal in five seconds', async (_, path) => {
    const begun = Date.now();
    const { browser, state, nonce } = await begin();
    providers.acme.world.behaviours = { '/token': await right()(nonce), [path]: silent };
    await expectRefused(await goBack(callback(state), browser), browser, [503]);
    expect(Date.now() - begun).toBeLessThan(8000);
  });

  test.each<[string, Behaviour, number[]]>([
    ['of somebody else', { sub: 'eve' }, [400]],
    ['of nobody', { name: 'Ada' }, [503]],
    ['refused', failing(401), [400]],
    ['status 500', failing(500), [503]],
    ['a redirect', redirecting('/elsewhere'), [503]],
    ['a page', asPage, [503]],
    ['a list', failing(200, []), [503]],
    ['no end', endless, [503]],
  ])('UserInfo: %s', async (_, behaviour, statuses) => {
    providers.acme.world.behaviours['/me'] = behaviour;
    const { browser, back } = await signIn(right());
    await expectRefused(back, browser, statuses);
  });

  test('UserInfo that tells no end of things fills in what fits', async () => {
    const name = `\u0000Ada\n${'x'.repeat(5000)}`;
    providers.acme.world.behaviours['/me'] = { sub: 'ada', name, email: '<script>@x', picture: 7 };
    const { browser, back } = await signIn(right());
    expectNew(back);
    const page = await goBack(locationOf(back), browser);
    expect(page.status).toBe(200);
    expect(page.text).toContain(`value="Ada ${'x'.repeat(96)}"`);
    expect(page.text).not.toContain('script');
  });

  describe('the way back', () => {
    test.each<[string, Record<string, string>, number]>([
      ['of another issuer', { iss: 'http://localhost:1' }, 400],
      ['of no issuer', { iss: '' }, 400],
      ['with another state', { state: 'x.y' }, 400],
      ['with no state', { state: '' }, 400],
      ['with an error of the provider', { error: 'server_error' }, 400],
      ['with an error and no word of what', { error: '<script>' }, 400],
      ['with an ID token in it', { id_token: 'x' }, 400],
      ['with a whole answer in it', { response: 'x' }, 400],
      ['without a code', { code: '' }, 400],
      ['when the person said no', { error: 'access_denied' }, 403],
    ])('%s is a page, and nobody asks for tokens', async (_, changes, status) => {
      const { browser, state, nonce } = await begin();
      providers.acme.world.behaviours['/token'] = await right()(nonce);
      providers.acme.world.calls.length = 0;
      const answer = await goBack(callback(state, changes), browser);
      await expectRefused(answer, browser, [status]);
      expect(answer.text).not.toContain('<script');
      expect(providers.acme.world.calls).not.toContain('/token');
    });

    test('with a state that only begins as it should is a page', async () => {
      const { browser, state } = await begin();
      for (const wrong of [
        state.slice(0, 11),
        `${state}x`,
        `${state.slice(0, -1)}${state.endsWith('A') ? 'B' : 'A'}`,
      ])
        await expectRefused(await goBack(callback(wrong), browser), browser);
      expect(providers.acme.world.calls).not.toContain('/token');
    });

    test('with the answer of another provider is a page: neither gets a code of the other', async () => {
      for (const changes of [{ iss: providers.mallory.issuer }, { iss: '' }]) {
        const { browser, state } = await begin('acme');
        // It reaches the callback of the provider that the browser went to, from another one.
        await expectRefused(await goBack(callback(state, changes, 'acme'), browser), browser);
      }
      const { browser, state, nonce } = await begin('acme');
      providers.mallory.world.behaviours['/token'] = await right('mallory')(nonce);
      await expectRefused(await goBack(callback(state, {}, 'mallory'), browser), browser);
      await expectRefused(
        await goBack(callback(state, { iss: providers.acme.issuer }, 'mallory'), browser),
        browser,
      );
      for (const { world } of Object.values(providers)) expect(world.calls).not.toContain('/token');
      // An ID token of the other one, honestly signed by it.
      const mixed = await begin('acme');
      providers.acme.world.behaviours['/token'] = tokens(await providers.mallory.idToken(mixed.nonce));
      await expectRefused(await goBack(callback(mixed.state), mixed.browser), mixed.browser);
    });

    test('in another browser, with the state of another, or for nobody, is a page', async () => {
      const { browser, state, nonce } = await begin();
      providers.acme.world.behaviours['/token'] = await right()(nonce);
      const stranger = new Browser();
      await expectRefused(await goBack(callback(state), stranger), stranger);
      const another = await begin();
      await expectRefused(await goBack(callback(state), another.browser), another.browser);
      expect(providers.acme.world.calls).not.toContain('/token');
      expectNew(await goBack(callback(state), browser));
    });

    test('a second time is a page, also with the cookie that was taken away, and for two at once', async () => {
      const { browser, state, nonce } = await begin();
      providers.acme.world.behaviours['/token'] = await right()(nonce);
      const copy = () => {
        const other = new Browser();
        for (const [name, value] of cookies) other.cookies.set(name, value);
        return other;
      };
      const cookies = [...browser.cookies];
      const copies = [copy(), copy(), copy()];
      const back = await Promise.all(copies.map((one) => goBack(callback(state), one)));
      expect(back.map(({ status }) => status).sort()).toEqual([303, 400, 400]);
      expect(providers.acme.world.calls.filter((path) => path === '/token')).toHaveLength(1);
      const late = copy();
      await expectRefused(await goBack(callback(state), late), late);
      expect(providers.acme.world.calls.filter((path) => path === '/token')).toHaveLength(1);
    });

    test('posted from anywhere is a page where the provider answers in the address', async () => {
      const { browser, state } = await begin();
      const answer = await browser.send(callback(''), {
        method: 'POST',
        headers: { ...navigation, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ state, code: 'c', iss: providers.acme.issuer }).toString(),
      });
      await expectRefused(answer, browser);
      expect(providers.acme.world.calls).not.toContain('/token');
    });

    test('to a provider that nobody configured is a page', async () => {
      for (const name of ['nobody', '__proto__', 'constructor']) {
        const browser = new Browser();
        await expectRefused(await choose(browser, name), browser);
        await expectRefused(
          await goBack(`${issuer}/signin/provider/${name}/callback?state=x&code=c`, browser),
          browser,
        );
      }
    });
  });

  test('the email of an account signs nobody in, whoever tells it', async () => {
    const owner = new Person(issuer);
    await owner.signUp();
    for (const name of ['acme', 'mallory'] as const) {
      for (const email of [owner.email, ` ${owner.email.toUpperCase()} `]) {
        providers[name].world.behaviours['/me'] = { sub: 'eve', email, email_verified: true };
        const { browser, back } = await signIn(right(name, { sub: 'eve' }), name);
        expect(back.status).toBe(200);
        expect(back.text).toContain('You have an account already');
        expect(browser.cookies.has('portcullis-session')).toBe(false);
        // Nor does the person who did not sign in connect anything.
        expect((await goBack(`${issuer}/signin/provider/connect`, browser)).status).toBe(303);
        expect((await goBack(`${issuer}/account`, browser)).status).toBe(303);
      }
    }
  });

  test('the subject of an account signs nobody in whose issuer is another', async () => {
    const email = `ada.${crypto.randomUUID()}@example.com`;
    await account('acme', 'the-same', email);
    providers.mallory.world.behaviours['/me'] = { sub: 'the-same', name: 'Ada' };
    const stranger = await signIn(right('mallory', { sub: 'the-same' }), 'mallory');
    expectNew(stranger.back);
    expect(stranger.browser.cookies.has('portcullis-session')).toBe(false);
    // The person is still who they are, whatever address the provider tells now.
    providers.acme.world.behaviours['/me'] = { sub: 'the-same', email: `new.${email}` };
    const again = await signIn(right('acme', { sub: 'the-same' }));
    expect(new URL(locationOf(again.back)).pathname).toBe('/account');
  });

  test('a session that the provider has had for hours is no new sign-in where one is asked for', async () => {
    const subject = 'long-gone';
    await account('acme', subject, `${subject}@example.com`);
    providers.acme.world.behaviours['/me'] = { sub: subject };
    const hours = Math.floor(Date.now() / 1000) - 2 * 60 * 60;
    const old = right('acme', { sub: subject, auth_time: hours });
    const { browser, back } = await signIn(old, 'acme', 'to-data');
    expect(back.status).toBe(400);
    expect([...browser.cookies.keys()].filter((name) => /session/.test(name))).toEqual([]);
    // Where any sign-in will do it is one, and a new one is new.
    for (const { back } of [
      await signIn(old),
      await signIn(right('acme', { sub: subject }), 'acme', 'to-data'),
    ])
      expect(back.status).toBe(303);
  });

  test('how somebody signed in at the provider counts for nothing here', async () => {
    const subject = 'with-two-factors';
    await account('acme', subject, `${subject}@example.com`);
    providers.acme.world.behaviours['/me'] = { sub: subject };
    const claims = { sub: subject, amr: ['hwk', 'mfa', 'user'], acr: 'phr' };
    const { browser } = await signIn(right('acme', claims));
    const asked = async (acr: string) => {
      const request = new URLSearchParams({
        response_type: 'code',
        client_id: 'app',
        redirect_uri: `${issuer}/app`,
        scope: 'openid',
        claims: JSON.stringify({ id_token: { acr: { essential: true, values: [acr] } } }),
        prompt: 'none',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
      });
      const answer = await goBack(`${issuer}/oauth/authorize?${request}`, browser);
      return new URL(locationOf(answer)).searchParams.get('error');
    };
    expect(await asked('urn:portcullis:acr:single-factor')).toBeNull();
    expect(await asked('urn:portcullis:acr:mfa')).not.toBeNull();
  });

  test('an answer for connecting counts in the session that asked, and in no other', async () => {
    const person = new Person(issuer);
    await person.signUp();
    const { browser } = person;
    await browser.open(`${issuer}/account/providers`);
    const { url, ...sent } = browser.filled('/account/providers/connect', { provider: 'acme' });
    const answer = await browser.send(url, sent);
    const { searchParams } = new URL((answer.headers.get('Refresh') ?? '').replace('0; url=', ''));
    const state = searchParams.get('state') ?? '';
    const subject = 'to-be-connected';
    providers.acme.world.behaviours = {
      '/me': { sub: subject },
      '/token': await right('acme', { sub: subject })(searchParams.get('nonce') ?? ''),
    };
    const other = new Person(issuer);
    await other.signUp();
    for (const [name, value] of browser.cookies)
      if (name.startsWith('portcullis-provider.')) other.browser.cookies.set(name, value);
    expect((await goBack(callback(state), other.browser)).status).toBe(400);
    // It is used up, and nobody has it.
    expect((await goBack(callback(state), browser)).status).toBe(400);
    expectNew((await signIn(right('acme', { sub: subject }))).back);
  });
});

describe('a provider that', () => {
  beforeAll(start);
  // For a second after it failed nobody asks again.
  beforeEach(() => wait(1_100));
  afterAll(stop);

  test.each<[string, () => Behaviour]>([
    ['calls itself another', () => ({ ...providers.acme.metadata, issuer: 'http://localhost:1' })],
    ['has no keys', () => ({ ...providers.acme.metadata, jwks_uri: undefined })],
    ['has an endpoint that is none', () => ({ ...providers.acme.metadata, authorization_endpoint: 7 })],
    [
      'would have a browser run a script',
      () => ({ ...providers.acme.metadata, authorization_endpoint: 'javascript:alert(1)' }),
    ],
    ['sends elsewhere for its metadata', () => redirecting('/elsewhere')],
    ['never ends its metadata', () => endless],
    ['shows a page', () => asPage],
    ['is down', () => failing(500)],
  ])('%s signs nobody in: 503', async (_, behaviour) => {
    const { world, metadata } = providers.acme;
    world.behaviours['/.well-known/openid-configuration'] = behaviour();
    world.behaviours['/elsewhere'] = metadata;
    const browser = new Browser();
    const answer = await choose(browser, 'acme');
    await expectRefused(answer, browser, [503]);
    expect(world.calls).toContain('/.well-known/openid-configuration');
    expect(answer.headers.get('Retry-After')).not.toBeNull();
    // The others are there all the same.
    expect((await choose(browser, 'mallory')).status).toBe(200);
  });

  test('redirects to its keys signs nobody in', async () => {
    const { world, publicJwk } = providers.acme;
    world.behaviours['/jwks'] = redirecting('/elsewhere');
    world.behaviours['/elsewhere'] = { keys: [publicJwk] };
    const { browser, back } = await signIn(right());
    await expectRefused(back, browser, [503]);
    expect(world.calls).not.toContain('/elsewhere');
  });
});
