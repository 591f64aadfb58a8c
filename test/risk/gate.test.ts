import { env } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyOf } from '../workerd/app-person.ts';
import { later } from '../workerd/authenticator.ts';
import { authorizeUrl, challengeOf, randomText } from '../workerd/person.ts';
import { eventsOf, sqlOf } from '../workerd/stored.ts';
import { places, Traveller } from './traveller.ts';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const navigation = { 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'none' };
/** Asked about at most every 30 seconds. */
const API = '/demo/api/me';
/** Asked about each time. */
const PRIVATE = '/demo/private/';

/** Goes where it is sent, by the sign-in at the issuer and back. */
async function goTo(person: Traveller, path: string): Promise<Response> {
  let response = await person.get(path, navigation);
  for (let hops = 0; hops < 6 && response.status >= 300 && response.status < 400; hops += 1)
    response = await person.get(response.headers.get('Location') ?? '', navigation);
  return response;
}

const inside = async (): Promise<Traveller> => {
  const person = await new Traveller().signedIn();
  expect((await goTo(person, API)).status).toBe(200);
  return person;
};

const noticed = async (person: Traveller) =>
  (await eventsOf(person, 'risk_signals')).map(({ signals, answer, moment }) => ({
    signals,
    answer,
    moment,
  }));

describe('a copied cookie of the gate', () => {
  it('does not ride on what was answered to its owner', async () => {
    const person = await inside();
    later(5);
    const thief = person.copiedTo(places.thief);
    // Within the 30 seconds for which the answer to the owner counts.
    const refused = await thief.get(API, { Accept: 'application/json' });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('WWW-Authenticate')).toContain('insufficient_user_authentication');
    expect(refused.headers.get('WWW-Authenticate')).toContain('max_age="0"');
    expect((await person.get(API)).status).toBe(200);
    expect(await noticed(person)).toMatchObject([{ moment: 'gate', answer: 'step_up' }]);
  });

  it('does no better in a script that says nothing of its browser', async () => {
    const person = await inside();
    later(5);
    const thief = person.copiedTo({ ...places.thief, userAgent: 'curl/8.17.0' });
    expect((await thief.get(API, { Accept: 'application/json' })).status).toBe(401);
    expect((await thief.get('/account')).status).toBe(303);
    expect((await person.get(API)).status).toBe(200);
  });

  it('leads to a sign-in, whatever session cookie comes with it', async () => {
    const person = await inside();
    later(60);
    const thief = person.copiedTo(places.thief);
    const page = await goTo(thief, PRIVATE);
    expect(await page.text()).toContain('name="password"');
    expect((await thief.get('/account')).status).toBe(303);
    const asked = await thief.get(authorizeUrl({ code_challenge: await challengeOf(randomText()) }));
    expect(asked.headers.get('Location')).toMatch(/^\/signin\?/);
    expect((await person.get('/account')).status).toBe(200);
    expect((await goTo(person, PRIVATE)).status).toBe(200);
  });

  it('is over for good where somebody signs out, although a sign-in would be asked for', async () => {
    const person = await inside();
    later(60);
    const there = person.copiedTo(places.thief);
    expect((await there.get('/account')).status).toBe(303);
    expect(await (await there.get('/oauth/logout')).text()).toContain('name="confirm"');
    expect((await there.submit('/oauth/logout', { confirm: 'yes' })).status).toBe(200);
    expect((await person.get('/account')).status).toBe(303);
  });

  it('is its owner’s again who signs in there', async () => {
    const person = await inside();
    later(60);
    person.at = places.thief;
    const asked = await person.get(PRIVATE, navigation);
    const authorize = new URL(asked.headers.get('Location') ?? '');
    expect(authorize.searchParams.get('max_age')).toBe('0');
    const toSignIn = await person.get(authorize.href, navigation);
    const flow = new URL(toSignIn.headers.get('Location') ?? '', authorize).searchParams.get('flow') ?? '';
    const signedIn = await person.signIn({ flow });
    const back = await person.get(signedIn.headers.get('Location') ?? '', navigation);
    expect((await goTo(person, back.headers.get('Location') ?? '')).status).toBe(200);
    expect((await goTo(person, PRIVATE)).status).toBe(200);
  });
});

it('a copied access token is told to come back with a newer sign-in', async () => {
  const person = new Traveller();
  await person.signUp();
  const { access_token } = await bodyOf(person.login());
  const Authorization = `Bearer ${access_token}`;
  expect((await person.get(API, { Authorization })).status).toBe(200);
  const thief = new Traveller();
  thief.at = places.thief;
  const refused = await thief.get(API, { Authorization });
  expect(refused.status).toBe(401);
  expect(refused.headers.get('WWW-Authenticate')).toMatch(
    /^Bearer .*error="insufficient_user_authentication".*max_age="0"/,
  );
  expect((await person.get(API, { Authorization })).status).toBe(200);
  later(2);
  expect((await person.refresh()).status).toBe(200);
});

it('an API may pass on the token of a browser', async () => {
  const person = new Traveller();
  await person.signUp();
  const { access_token } = await bodyOf(person.login());
  const api = new Traveller();
  api.at = { ...places.thief, userAgent: 'node' };
  expect((await api.get(API, { Authorization: `Bearer ${access_token}` })).status).toBe(200);
});

it('an end is told, although the gate asked for a step up for the same within the hour', async () => {
  const person = new Traveller();
  await person.signUp();
  const { access_token } = await bodyOf(person.login());
  later(20);
  const thief = person.copiedTo(places.thief);
  thief.keepOnly('portcullis-refresh.');
  expect((await thief.get(API, { Authorization: `Bearer ${access_token}` })).status).toBe(401);
  expect((await bodyOf(thief.refresh())).cause).toBe('suspicious');
  expect(await noticed(person)).toMatchObject([
    { moment: 'gate', answer: 'step_up' },
    { moment: 'refresh', answer: 'end_family' },
  ]);
});

describe('somebody whose circumstances stay', () => {
  it('costs no call and no row more than before', async () => {
    const person = await inside();
    const calls = vi.spyOn(env.USER, 'getByName');
    for (let count = 0; count < 5; count += 1) expect((await person.get(API)).status).toBe(200);
    expect(calls).not.toHaveBeenCalled();
    later(31);
    for (let count = 0; count < 5; count += 1) expect((await person.get(API)).status).toBe(200);
    expect(calls).toHaveBeenCalledTimes(1);
  });

  it('is asked about once more where they change, and goes on', async () => {
    const person = await inside();
    const calls = vi.spyOn(env.USER, 'getByName');
    person.at = { ...places.home, asn: 3209 };
    for (let count = 0; count < 5; count += 1) expect((await person.get(API)).status).toBe(200);
    expect(calls).toHaveBeenCalledTimes(1);
  });
});

it('where a session is used is written down with its use, once an hour', async () => {
  const person = await inside();
  const seen = async () =>
    (await sqlOf(person, 'SELECT seen FROM session')).map(
      ({ seen }) => JSON.parse(String(seen)).sighting.country,
    );
  person.at = places.train;
  later(1800);
  await goTo(person, PRIVATE);
  expect(await seen()).toEqual(['DE']);
  later(1900);
  await goTo(person, PRIVATE);
  expect(await seen()).toEqual(['PL']);
  expect(await noticed(person)).toMatchObject([{ moment: 'gate', answer: 'note' }]);
});
