import { setTimeout as wait } from 'node:timers/promises';
import { generateKeyPair, type JWTPayload } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
import { type Answer, locationOf, send } from './http.ts';
import { type Ground, script, startGateAlone } from './stand-alone-ground.ts';

// A provider whose every answer may be wrong: a refusal each time, and never a session.

const navigation = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const other = await generateKeyPair('RS256');

let provider: HostileProvider;
let ground: Ground;
let gate: string;
const start = async () => {
  provider = await startHostileProvider();
  ground = await startGateAlone(async () => provider.issuer);
  gate = ground.gate.url;
};
const stop = async () => {
  provider.stop();
  await ground.stop();
};
afterEach(() => {
  provider.world.behaviours = {};
  provider.world.calls.length = 0;
  ground.received.length = 0;
});

/** To the provider. What it was asked, and the browser that came. */
async function begin(browser = new Browser()) {
  const answer = await browser.send(`${gate}/strict/a`, { headers: navigation });
  const { searchParams } = new URL(locationOf(answer));
  return { browser, state: searchParams.get('state') ?? '', nonce: searchParams.get('nonce') ?? '' };
}
const callback = (state: string, changes: Record<string, string> = {}) =>
  `${gate}/.portcullis/callback?${new URLSearchParams({ iss: provider.issuer, code: 'c', state, ...changes })}`;

/** There and back; the token endpoint answers with what `answer` makes. */
async function signIn(answer: (nonce: string) => Behaviour | Promise<Behaviour>) {
  const { browser, state, nonce } = await begin();
  provider.world.behaviours['/token'] = await answer(nonce);
  // Where a redirect leads, everything would be right.
  provider.world.behaviours['/elsewhere'] ??= {
    sub: 'ada',
    ...(tokens(await provider.idToken(nonce)) as object),
  };
  const back = await browser.send(callback(state), { headers: navigation });
  return { browser, back, state };
}
const right = async (nonce: string) => tokens(await provider.idToken(nonce));

function expectRefused(answer: Answer, browser: Browser, statuses = [400]): void {
  expect(statuses).toContain(answer.status);
  expect(answer.text).toContain('<h1>');
  expect(browser.cookies.has('portcullis-gate')).toBe(false);
  expect(ground.received).toEqual([]);
}

describe('one sign-in after another', () => {
  beforeAll(start);
  afterAll(stop);

  test('what is right signs in', async () => {
    const { browser, back } = await signIn(right);
    expect([back.status, locationOf(back)]).toEqual([303, `${gate}/strict/a`]);
    expect((await browser.send(`${gate}/strict/a`, { headers: script })).status).toBe(200);
    expect(await ground.assertion('/strict')).toMatchObject({ claims: { sub: 'ada', name: 'Ada' } });
  });

  test.each(badIdTokens)('an ID token %s is refused', async (_, make) => {
    const { browser, back } = await signIn(async (nonce) => tokens(await make(provider, nonce)));
    expectRefused(back, browser);
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
  ])('a token endpoint with %s is a refusal', async (_, behaviour, statuses) => {
    const { browser, back } = await signIn(() => behaviour);
    expectRefused(back, browser, statuses);
  });

  test('a token endpoint that says nothing is a refusal in five seconds', async () => {
    const begun = Date.now();
    const { browser, back } = await signIn(() => silent);
    expectRefused(back, browser, [503]);
    expect(Date.now() - begun).toBeLessThan(7000);
  });

  test.each([
    ['bound to a key', { token_type: 'DPoP' }],
    ['too long', { access_token: 'a'.repeat(9000) }],
  ])('tokens that are %s are refused', async (_, changes) => {
    const { browser, back } = await signIn(async (nonce) => tokens(await provider.idToken(nonce), changes));
    expectRefused(back, browser);
  });

  const badInfo: [string, Behaviour, number[]][] = [
    ['of somebody else', { sub: 'eve' }, [400]],
    ['of nobody', { name: 'Ada' }, [503]],
    ['refused', failing(401), [400]],
    ['status 500', failing(500), [503]],
    ['a redirect', redirecting('/elsewhere'), [503]],
    ['a page', asPage, [503]],
    ['a list', failing(200, []), [503]],
    ['no end', endless, [503]],
    ['more than anybody keeps', { sub: 'ada', story: 'x'.repeat(20_000) }, [400]],
  ];
  test.each(badInfo)('UserInfo at sign-in: %s', async (_, behaviour, statuses) => {
    provider.world.behaviours['/me'] = behaviour;
    const { browser, back } = await signIn(right);
    expectRefused(back, browser, statuses);
  });

  test.each(badInfo)('UserInfo afterwards: %s', async (what, behaviour) => {
    const { browser } = await signIn(right);
    provider.world.behaviours['/me'] = behaviour;
    const refused = await browser.send(`${gate}/strict/a`, { headers: script });
    const ends = what === 'of somebody else' || what === 'refused';
    expect(refused.status).toBe(ends ? 401 : 503);
    expect(ground.received).toEqual([]);
    provider.world.behaviours['/me'] = { sub: 'ada' };
    // What only could not be found out is no end.
    expect((await browser.send(`${gate}/strict/a`, { headers: script })).status).toBe(ends ? 401 : 200);
  });

  describe('a refresh', () => {
    const asked = async (browser: Browser) =>
      (await browser.send(`${gate}/strict/a`, { headers: script })).status;
    const refreshable = async (nonce: string) =>
      tokens(await provider.idToken(nonce), { expires_in: 0, refresh_token: 'first' });

    test('whose answer is lost is sent again, with the same token, and signs nobody out', async () => {
      const { browser } = await signIn(refreshable);
      const sent: string[] = [];
      provider.world.behaviours['/token'] = (response, request) => {
        request.setEncoding('utf8').on('data', (body) => {
          sent.push(new URLSearchParams(String(body)).get('refresh_token') ?? '');
          if (sent.length === 1) response.destroy();
          else {
            response.writeHead(200, { 'Content-Type': 'application/json' });
            response.end(
              JSON.stringify(tokens(undefined, { expires_in: 0, refresh_token: `after ${sent.length}` })),
            );
          }
        });
      };
      expect(await asked(browser)).toBe(200);
      expect(sent).toEqual(['first', 'first']);
      // What came is what is used from then on.
      expect(await asked(browser)).toBe(200);
      expect(sent).toEqual(['first', 'first', 'after 2']);
    });

    test('is sent once for many requests', async () => {
      const { browser } = await signIn(async (nonce) =>
        tokens(await provider.idToken(nonce), { expires_in: 0, refresh_token: 'first' }),
      );
      provider.world.behaviours['/token'] = tokens(undefined, { refresh_token: 'second' });
      provider.world.calls.length = 0;
      expect(new Set(await Promise.all(Array.from({ length: 10 }, () => asked(browser))))).toEqual(
        new Set([200]),
      );
      expect(provider.world.calls.filter((path) => path === '/token')).toHaveLength(1);
    });

    test.each<[string, Behaviour, number]>([
      ['that is refused ends the session', failing(400, { error: 'invalid_grant' }), 401],
      ['by a client that is not known any more is no end', failing(401, { error: 'invalid_client' }), 503],
      ['that fails is no end', failing(500), 503],
      ['that shows a page is no end', asPage, 503],
      ['that never ends is no end', endless, 503],
    ])('%s', async (_, behaviour, status) => {
      const { browser } = await signIn(refreshable);
      provider.world.behaviours['/token'] = behaviour;
      expect(await asked(browser)).toBe(status);
      provider.world.behaviours['/token'] = tokens(undefined, { refresh_token: 'second' });
      expect(await asked(browser)).toBe(status === 401 ? 401 : 200);
      expect(ground.received).toHaveLength(status === 401 ? 0 : 1);
    });

    test('that is not possible, when the access token is over, ends the session', async () => {
      const { browser } = await signIn(async (nonce) =>
        tokens(await provider.idToken(nonce), { expires_in: 0 }),
      );
      expect(await asked(browser)).toBe(401);
    });
  });

  describe('the way back', () => {
    const goBack = async (url: string, browser: Browser) => browser.send(url, { headers: navigation });

    test.each<[string, Record<string, string>]>([
      ['of another issuer', { iss: 'http://localhost:1' }],
      ['of no issuer', { iss: '' }],
      ['with another state', { state: 'x.y' }],
      ['with an error', { error: 'server_error' }],
      ['with an ID token in it', { id_token: 'x' }],
      ['with a whole answer in it', { response: 'x' }],
      ['without a code', { code: '' }],
    ])('%s is a page, and nobody asks for tokens', async (_, changes) => {
      const { browser, state, nonce } = await begin();
      provider.world.behaviours['/token'] = await right(nonce);
      provider.world.calls.length = 0;
      expectRefused(await goBack(callback(state, changes), browser), browser);
      expect(provider.world.calls).not.toContain('/token');
    });

    test('in another browser, or a second time, is a page', async () => {
      const { browser, state, nonce } = await begin();
      provider.world.behaviours['/token'] = await right(nonce);
      const stranger = new Browser();
      expectRefused(await goBack(callback(state), stranger), stranger);
      const another = await begin();
      expectRefused(await goBack(callback(state), another.browser), another.browser);
      expect((await goBack(callback(state), browser)).status).toBe(303);
      browser.cookies.delete('portcullis-gate');
      expectRefused(await goBack(callback(state), browser), browser);
    });

    test('when the person said no is a page that says so', async () => {
      const { browser, state } = await begin();
      expectRefused(await goBack(callback(state, { error: 'access_denied' }), browser), browser, [403]);
    });
  });

  test('a logout token ends the session it names, once, and nothing else passes for one', async () => {
    const { browser } = await signIn(right);
    const { browser: bystander } = await signIn(async (nonce) =>
      tokens(await provider.idToken(nonce, { sid: 'another' })),
    );
    const ask = async (who: Browser) => (await who.send(`${gate}/strict/a`, { headers: script })).status;
    const now = Math.floor(Date.now() / 1000);
    const events = { 'http://schemas.openid.net/event/backchannel-logout': {} };
    const usual = {
      iss: provider.issuer,
      aud: 'edge-gate',
      iat: now,
      exp: now + 120,
      jti: 'j',
      sid: 's',
      events,
    };
    const post = async (token: string) =>
      (
        await send(`${gate}/.portcullis/backchannel-logout`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({ logout_token: token }).toString(),
        })
      ).status;
    const typ = { typ: 'logout+jwt' };
    for (const [changes, header, key] of [
      [{ iss: 'http://localhost:1' }],
      [{ aud: 'another' }],
      [{ nonce: 'n' }],
      [{ events: {} }],
      [{ events: undefined }],
      [{ jti: undefined }],
      [{ sid: undefined }],
      [{ iat: now - 3600 }],
      [{ iat: now + 3600 }],
      [{ exp: now - 60 }],
      [{ exp: undefined }],
      [{}, { typ: 'at+jwt' }],
      [{}, typ, other.privateKey],
    ] as [JWTPayload, object?, CryptoKey?][]) {
      expect(await post(await provider.signed({ ...usual, ...changes }, header ?? typ, key))).toBe(400);
    }
    expect(await ask(browser)).toBe(200);
    const token = await provider.signed(usual, typ);
    expect(await post(token)).toBe(200);
    expect([await ask(browser), await ask(bystander)]).toEqual([401, 200]);
    expect(await post(token)).toBe(400);
    // By the person alone it ends all of them.
    const everywhere = await provider.signed({ ...usual, jti: 'k', sid: undefined, sub: 'ada' }, typ);
    expect(await post(everywhere)).toBe(200);
    expect(await ask(bystander)).toBe(401);
  });
});

describe('a provider that', () => {
  beforeAll(start);
  // For a second after it failed nobody asks again.
  beforeEach(() => wait(1_100));
  afterAll(stop);

  test.each<[string, () => Behaviour]>([
    ['calls itself another', () => ({ ...provider.metadata, issuer: 'http://localhost:1' })],
    ['has no keys', () => ({ ...provider.metadata, jwks_uri: undefined })],
    ['has an endpoint that is none', () => ({ ...provider.metadata, authorization_endpoint: 7 })],
    ['sends elsewhere for its metadata', () => redirecting('/elsewhere')],
    ['never ends its metadata', () => endless],
    ['shows a page', () => asPage],
  ])('%s signs nobody in: 503', async (_, behaviour) => {
    provider.world.behaviours['/.well-known/openid-configuration'] = behaviour();
    provider.world.behaviours['/elsewhere'] = provider.metadata;
    const browser = new Browser();
    const answer = await browser.send(`${gate}/strict/a`, { headers: navigation });
    expectRefused(answer, browser, [503]);
    expect(provider.world.calls).toContain('/.well-known/openid-configuration');
    expect(answer.headers.get('Retry-After')).not.toBeNull();
  });

  test('redirects to its keys signs nobody in', async () => {
    provider.world.behaviours['/jwks'] = redirecting('/elsewhere');
    provider.world.behaviours['/elsewhere'] = { keys: [provider.publicJwk] };
    const { browser, back } = await signIn(right);
    expectRefused(back, browser, [503]);
    expect(provider.world.calls).not.toContain('/elsewhere');
  });
});
