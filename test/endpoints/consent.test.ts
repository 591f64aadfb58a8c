import '../issuer/inside.ts';
import { env, runInDurableObject } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { api, callback, notes } from '../issuer/config.ts';
import { type Element, elements } from '../pages/rendered.ts';
import {
  authorizeUrl,
  challengeOf,
  exchange,
  issuer,
  Person,
  randomText,
  refresh,
  type Tokens,
} from '../workerd/person.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

type Changes = Record<string, string | undefined>;

const locationOf = (response: Response) => new URL(response.headers.get('Location') ?? 'missing:', issuer);
const answerOf = (response: Response) => Object.fromEntries(locationOf(response).searchParams);
const flowOf = (response: Response) => locationOf(response).searchParams.get('flow') ?? '';

async function signedUp(): Promise<Person> {
  const person = new Person();
  await person.signUp();
  return person;
}

/** An authorization request of somebody else's app. */
async function ask(person: Person, changes: Changes = {}) {
  const codeVerifier = randomText();
  const asked = {
    client_id: 'stranger',
    redirect_uri: callback,
    scope: 'openid email',
    state: 'a b&c',
    code_challenge: await challengeOf(codeVerifier),
    ...changes,
  };
  return { response: await person.get(authorizeUrl(asked)), codeVerifier };
}

const decide = (person: Person, flow: string, decision = 'allow', headers: Record<string, string> = {}) =>
  person.submit('/consent', { flow, decision }, headers);

/** Asks, and allows it. */
async function allow(person: Person, changes: Changes = {}) {
  const { response, codeVerifier } = await ask(person, changes);
  expect(locationOf(response).pathname).toBe('/consent');
  return { response: await decide(person, flowOf(response)), codeVerifier };
}

/** What the consent page says, section by section. */
async function pageOf(person: Person, response: Response) {
  const shown = await person.get(locationOf(response).href);
  expect(shown.status).toBe(200);
  const found = await elements(await shown.text());
  const text = (id: string) => {
    const section = found.find(({ attributes }) => attributes['aria-labelledby'] === id);
    return section?.text.replace(/\s+/g, ' ');
  };
  const links = found.filter(({ tag }) => tag === 'a').map(({ attributes }) => attributes.href);
  return { shown, found, links, asked: text('asked'), before: text('before'), text: textOf(found) };
}

const textOf = (found: Element[]) => found.find(({ tag }) => tag === 'main')?.text.replace(/\s+/g, ' ') ?? '';

const tokensOf = async (
  code: string | undefined,
  codeVerifier: string,
  changes: Record<string, string> = {},
) =>
  (await (
    await exchange(code ?? '', codeVerifier, { client_id: 'stranger', redirect_uri: callback, ...changes })
  ).json()) as Tokens;

const causeOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { cause?: string }).cause;

describe('somebody else’s app', () => {
  it('is named with its host, its links, what it asks for and where, and is told apart from ours', async () => {
    const person = await signedUp();
    const scope = 'openid profile email address phone offline_access api:read notes:read';
    const { response } = await ask(person, {
      scope,
      resource: api,
      claims: JSON.stringify({ userinfo: { birthdate: null, email: null } }),
    });
    const { text, asked, before, links } = await pageOf(person, response);
    expect(text).toContain('Allow Somebody else’s app?');
    expect(text.replace('<wbr/>', '')).toContain(person.email);
    expect(text).toContain('Not an app of Portcullis.');
    expect(text).toContain('You will be sent back to client.test.');
    expect(links).toEqual([
      'https://client.test/',
      'https://client.test/privacy',
      'https://client.test/terms',
    ]);
    for (const words of [
      'Recognise you',
      'the rest of your profile',
      'email address',
      'postal address',
      'phone number',
      'while you are away',
      'At The API (api.test)',
      'Read from the API',
    ]) {
      expect(asked).toContain(words);
    }
    expect(asked).not.toContain('birthdate');
    expect(before).toBeUndefined();
  });

  it('that an address describes is named with the host of that address, whatever it calls itself', async () => {
    const clientId = 'https://apps.example.com/client.json';
    const redirectUri = 'http://127.0.0.1/callback';
    const document = { client_id: clientId, client_name: 'Your bank', redirect_uris: [redirectUri] };
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json(document));
    const person = await signedUp();
    const { response } = await ask(person, { client_id: clientId, redirect_uri: redirectUri });
    const { text } = await pageOf(person, response);
    expect(text).toContain('Allow Your bank?');
    expect(text).toContain('Its name comes from apps.example.com.');
  });

  it('is asked about again only for what is new, and what it has is told apart', async () => {
    const person = await signedUp();
    await allow(person);
    expect(answerOf((await ask(person)).response).code).toMatch(/^pc_ac_/);
    expect(answerOf((await ask(person, { scope: 'openid' })).response).code).toMatch(/^pc_ac_/);
    const more = await ask(person, { scope: 'openid email phone' });
    const { asked, before } = await pageOf(person, more.response);
    expect(asked).toContain('phone number');
    expect(asked).not.toContain('email address');
    expect(before).toContain('email address');
    await decide(person, flowOf(more.response));
    expect(answerOf((await ask(person, { scope: 'openid email phone' })).response).code).toMatch(/^pc_ac_/);
  });

  it('is asked about again at another resource', async () => {
    const person = await signedUp();
    await allow(person, { scope: 'openid api:read', resource: api });
    const elsewhere = await ask(person, { scope: 'openid api:read', resource: notes });
    expect((await pageOf(person, elsewhere.response)).asked).toContain('At Notes (notes.test)');
  });

  it('is asked about for claims that no scope brings', async () => {
    const person = await signedUp();
    await allow(person);
    const claims = JSON.stringify({
      id_token: { birthdate: { essential: true } },
      userinfo: { email: null },
    });
    const { response } = await ask(person, { claims });
    const { asked } = await pageOf(person, response);
    expect(asked).toContain('See your birthday');
    expect(asked).not.toContain('email');
    await decide(person, flowOf(response));
    expect(answerOf((await ask(person, { claims })).response).code).toBeDefined();
  });

  it('gets nothing that keeps its access while people are away without asking', async () => {
    const person = await signedUp();
    await allow(person);
    const { response } = await ask(person, { scope: 'openid email offline_access' });
    expect((await pageOf(person, response)).asked).toContain('Keep its access while you are away');
  });

  it('is not let in by another person’s consent', async () => {
    await allow(await signedUp());
    expect(locationOf((await ask(await signedUp())).response).pathname).toBe('/consent');
  });

  it('waits for the sign-in first, then asks', async () => {
    const person = await signedUp();
    await person.submit('/account/sign-out-everywhere', {});
    const { response, codeVerifier } = await ask(person);
    expect(locationOf(response).pathname).toBe('/signin');
    const signedIn = await person.signIn({ flow: flowOf(response) });
    expect(locationOf(signedIn).pathname).toBe('/consent');
    const { code } = answerOf(await decide(person, flowOf(signedIn)));
    expect((await tokensOf(code, codeVerifier)).scope).toBe('openid email');
    expect([...person.cookies.keys()].filter((name) => name.includes('sign-in'))).toEqual([]);
  });

  it('asks in the words of the resource that a scope is described by, elsewhere too', async () => {
    const person = await signedUp();
    const { response } = await ask(person, { scope: 'openid notes:read', resource: api });
    expect((await pageOf(person, response)).asked).toContain('At The API (api.test)Read your notes');
  });
});

describe('the answer', () => {
  it('Cancel goes back with access_denied, state and iss, and nothing is remembered', async () => {
    const person = await signedUp();
    const { response } = await ask(person);
    const back = await decide(person, flowOf(response), 'cancel');
    expect(back.status).toBe(303);
    expect(locationOf(back).href.split('?')[0]).toBe(callback);
    expect(answerOf(back)).toMatchObject({ error: 'access_denied', state: 'a b&c', iss: issuer });
    expect(answerOf(back).code).toBeUndefined();
    expect([...person.cookies.keys()].filter((name) => name.includes('sign-in'))).toEqual([]);
    expect(locationOf((await ask(person)).response).pathname).toBe('/consent');
  });

  it('Allow goes back with a code, state and iss', async () => {
    const { response } = await allow(await signedUp());
    expect(answerOf(response)).toMatchObject({
      code: expect.stringMatching(/^pc_ac_/),
      state: 'a b&c',
      iss: issuer,
    });
  });

  it('may lead to the client under the content security policy, and to nobody else', async () => {
    const person = await signedUp();
    const { shown } = await pageOf(person, (await ask(person)).response);
    const policy = shown.headers.get('Content-Security-Policy');
    expect(policy).toContain("form-action 'self' https://client.test");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(shown.headers.get('Cache-Control')).toBe('no-store');
    // The client may have opened it in a popup, and waits.
    expect(shown.headers.get('Cross-Origin-Opener-Policy')).toBeNull();
  });

  it.each([
    ['from another site', { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' }],
    ['from a sibling host', { 'Sec-Fetch-Site': 'same-site' }],
  ])('%s counts for nothing', async (_, headers) => {
    const person = await signedUp();
    const { response } = await ask(person);
    expect((await decide(person, flowOf(response), 'allow', headers)).status).toBe(403);
    expect(locationOf((await ask(person)).response).pathname).toBe('/consent');
  });

  it('is no answer when it says neither, or names no request of this browser', async () => {
    const person = await signedUp();
    const { response } = await ask(person);
    expect((await decide(person, flowOf(response), 'perhaps')).status).toBe(400);
    expect((await decide(await signedUp(), flowOf(response))).status).toBe(400);
    expect((await person.submit('/consent', { decision: 'allow' })).status).toBe(400);
    expect((await person.get('/consent')).status).toBe(400);
    expect((await person.get('/consent?flow=AAAAAAAAAAA')).status).toBe(400);
  });

  it('does not count for somebody else who signed in in the same browser meanwhile', async () => {
    const person = await signedUp();
    const { response } = await ask(person);
    const other = await signedUp();
    await person.submit('/signin', { email: other.email, password: 'correct horse battery' });
    const flow = flowOf(response);
    expect(locationOf(await person.get(`/consent?flow=${flow}`)).pathname).toBe('/signin');
    expect(locationOf(await decide(person, flow)).pathname).toBe('/signin');
    expect(locationOf((await ask(person)).response).pathname).toBe('/consent');
  });

  it('does not take the place of a sign-in that was asked for', async () => {
    const person = await signedUp();
    const { response } = await ask(person, { prompt: 'login' });
    expect(locationOf(response).pathname).toBe('/signin');
    const flow = flowOf(response);
    expect(locationOf(await person.get(`/consent?flow=${flow}`)).pathname).toBe('/signin');
    expect(locationOf(await decide(person, flow)).pathname).toBe('/signin');
  });

  it('is given once', async () => {
    const person = await signedUp();
    const { response } = await ask(person);
    await decide(person, flowOf(response));
    expect((await decide(person, flowOf(response))).status).toBe(400);
  });
});

describe('prompt', () => {
  it('none without consent is answered consent_required, with it by a code', async () => {
    const person = await signedUp();
    expect(answerOf((await ask(person, { prompt: 'none' })).response)).toMatchObject({
      error: 'consent_required',
      state: 'a b&c',
      iss: issuer,
    });
    await allow(person);
    expect(answerOf((await ask(person, { prompt: 'none' })).response).code).toBeDefined();
    expect(answerOf((await ask(person, { prompt: 'none', scope: 'openid phone' })).response).error).toBe(
      'consent_required',
    );
  });

  it('consent asks again for all of it, and asks for our own apps too', async () => {
    const person = await signedUp();
    await allow(person);
    const { response } = await ask(person, { prompt: 'consent' });
    const { asked, before } = await pageOf(person, response);
    expect(asked).toContain('email address');
    expect(before).toBeUndefined();
    expect(answerOf(await decide(person, flowOf(response))).code).toBeDefined();

    const own = await ask(person, { client_id: 'spa', prompt: 'consent' });
    const page = await pageOf(person, own.response);
    expect(page.text).toContain('This app belongs to Portcullis.');
    expect(page.text).not.toContain('Not an app of');
  });
});

describe('one of our own apps', () => {
  it('is not asked about, and costs two calls of one object: who is signed in, and the code', async () => {
    const person = await signedUp();
    const calls = vi.spyOn(env.USER, 'getByName');
    const { response } = await ask(person, { client_id: 'spa' });
    expect(answerOf(response).code).toMatch(/^pc_ac_/);
    expect(calls.mock.calls.length).toBe(2);
  });

  it('nor does one that was allowed before cost more', async () => {
    const person = await signedUp();
    await allow(person);
    const calls = vi.spyOn(env.USER, 'getByName');
    expect(answerOf((await ask(person)).response).code).toMatch(/^pc_ac_/);
    expect(calls.mock.calls.length).toBe(2);
  });
});

describe('what was allowed', () => {
  const consentsOn = async (person: Person) => {
    const found = await elements(await (await person.get('/account')).text());
    return found
      .find(({ attributes }) => attributes['aria-labelledby'] === 'consents')
      ?.text.replace(/\s+/g, ' ');
  };

  it('stands on the account page with what and since when, our own apps apart', async () => {
    const person = await signedUp();
    expect(await consentsOn(person)).toContain('No app had to ask you.');
    await ask(person, { client_id: 'spa' });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-12-24T18:00:00Z') });
    await person.signIn();
    await allow(person);
    vi.setSystemTime(Date.parse('2026-12-25T18:00:00Z'));
    await allow(person, { scope: 'openid email notes:read', resource: notes });
    const listed = await consentsOn(person);
    expect(listed).toContain('Somebody else’s app');
    expect(listed).toContain('See your email address');
    expect(listed).toContain('At Notes (notes.test)Read your notes');
    expect(listed).toContain('Since 24 Dec 2026, 18:00 UTC');
    expect(listed).not.toContain('Single-page app');
  });

  it('is taken back with all that it opened, offline access and codes on the way too', async () => {
    const person = await signedUp();
    const scope = 'openid email offline_access';
    const granted = await allow(person, { scope });
    const offline = await tokensOf(answerOf(granted.response).code, granted.codeVerifier);
    const online = await ask(person);
    const tied = await tokensOf(answerOf(online.response).code, online.codeVerifier);
    const own = await ask(person, { client_id: 'spa' });
    const ownTokens = await tokensOf(answerOf(own.response).code, own.codeVerifier, { client_id: 'spa' });
    const onTheWay = await ask(person);

    const back = await person.submit('/account/revoke-consent', { client_id: 'stranger' });
    expect(locationOf(back).pathname).toBe('/account');
    for (const { refresh_token } of [offline, tied]) {
      expect(await causeOf(refresh(refresh_token, { client_id: 'stranger' }))).toBe('consent_revoked');
    }
    const late = await exchange(answerOf(onTheWay.response).code ?? '', onTheWay.codeVerifier, {
      client_id: 'stranger',
      redirect_uri: callback,
    });
    expect(late.status).toBe(400);
    expect((await refresh(ownTokens.refresh_token, { client_id: 'spa' })).status).toBe(200);
    expect(await consentsOn(person)).toContain('No app had to ask you.');
    expect(await (await person.get('/account')).text()).toContain(
      'You took back what you had allowed the app.',
    );
    expect(locationOf((await ask(person)).response).pathname).toBe('/consent');
  });

  it('is taken back by its own person only, from our own page, and by name', async () => {
    const person = await signedUp();
    await allow(person);
    await (await signedUp()).submit('/account/revoke-consent', { client_id: 'stranger' });
    const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect(
      (await person.submit('/account/revoke-consent', { client_id: 'stranger' }, elsewhere)).status,
    ).toBe(403);
    expect((await person.submit('/account/revoke-consent', {})).status).toBe(400);
    expect(answerOf((await ask(person)).response).code).toBeDefined();
    const nobody = new Person();
    const answer = await nobody.submit('/account/revoke-consent', { client_id: 'stranger' });
    expect(locationOf(answer).pathname).toBe('/signin');
  });

  it('is written to the audit trail, once for what is new, with nothing secret', async () => {
    const person = await signedUp();
    const { response, codeVerifier } = await allow(person);
    const tokens = await tokensOf(answerOf(response).code, codeVerifier);
    const again = await ask(person, { prompt: 'consent' });
    await decide(person, flowOf(again.response));
    await person.submit('/account/revoke-consent', { client_id: 'stranger' });
    await person.submit('/account/revoke-consent', { client_id: 'stranger' });
    const events = await runInDurableObject(
      env.USER.getByName(decodeJwt(tokens.id_token).sub ?? ''),
      (_, { storage }) =>
        storage.sql
          .exec<{ type: string; detail: string }>(
            "SELECT type, detail FROM event WHERE type LIKE 'consent%' ORDER BY rowid",
          )
          .toArray()
          .map(({ type, detail }) => [type, JSON.parse(detail)]),
    );
    expect(events).toEqual([
      [
        'consent_given',
        {
          by: 'person',
          requestId: expect.any(String),
          clientId: 'stranger',
          scopes: [
            { resource: '', scope: ['openid', 'email'] },
            { resource: api, scope: [] },
          ],
          claims: [],
        },
      ],
      ['consent_revoked', { by: 'person', requestId: expect.any(String), clientId: 'stranger' }],
    ]);
  });
});
