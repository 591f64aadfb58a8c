import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { later, prove, setUp } from '../workerd/authenticator.ts';
import { mailOf } from '../workerd/mail.ts';
import { eventsOf, sqlOf } from '../workerd/stored.ts';
import { places, Traveller } from './traveller.ts';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

const DAY = 86_400;

const noticed = async (person: Traveller) =>
  (await eventsOf(person, 'risk_signals')).map(({ signals, answer, moment }) => ({
    signals,
    answer,
    moment,
  }));
const whereTo = (response: Response) => response.headers.get('Location');
const unusual = async (person: Traveller) =>
  (await mailOf(person.email)).filter(({ subject }) => subject.includes('unusual'));

const newDevice = async (person: Traveller) =>
  (await mailOf(person.email)).filter(({ subject }) => subject.startsWith('New sign-in'));

const newcomer = async (): Promise<Traveller> => {
  const person = new Traveller();
  await person.signUp();
  return person;
};

describe('a sign-in', () => {
  it('is as usual in the browser that is always used, and on a train to another country', async () => {
    const person = await newcomer();
    later(DAY);
    await person.signIn();
    person.at = places.train;
    later(4 * 3600);
    await person.signIn();
    expect(await noticed(person)).toEqual([
      { moment: 'sign_in', answer: 'note', signals: ['new_country', 'new_network'] },
    ]);
    // It has been learned.
    later(DAY);
    await person.signIn();
    expect(await noticed(person)).toHaveLength(1);
    expect(await unusual(person)).toEqual([]);
  });

  it('with a new phone at home tells nobody more than any sign-in', async () => {
    const person = await newcomer();
    later(DAY);
    expect(whereTo(await person.elsewhere(places.phone).signIn())).toBe('/account');
    expect(await noticed(person)).toEqual([]);
    expect(await newDevice(person)).toHaveLength(1);
  });

  it('with a new browser in a new country is told to the person', async () => {
    const person = await newcomer();
    later(3 * DAY);
    expect(whereTo(await person.elsewhere(places.thief).signIn())).toBe('/account');
    expect(await noticed(person)).toEqual([
      { moment: 'sign_in', answer: 'notify', signals: ['new_device', 'new_country', 'new_network'] },
    ]);
    const [mail] = await unusual(person);
    expect(mail?.text).toContain('a country where you had not been before');
    expect(mail?.text).toContain('Lima, PE');
    expect(mail?.text).toContain('/alerts/end?alert=');
    // One sign-in is told of once.
    expect(await newDevice(person)).toEqual([]);
  });

  it('asks for a second factor where nobody can have travelled, in a trusted browser’s copy too', async () => {
    const person = await newcomer();
    const { app } = await setUp(person);
    later(60);
    const browser = person.elsewhere(places.home);
    expect(whereTo(await browser.signIn())).toBe('/signin/second-factor');
    expect(whereTo(await prove(browser, await app.code(), { trust: 'yes' }))).toBe('/account');
    later(60);
    expect(whereTo(await browser.signIn())).toBe('/account');
    later(60);
    const thief = browser.copiedTo(places.thief);
    expect(whereTo(await thief.signIn())).toBe('/signin/second-factor');
    const signals = ['new_device', 'new_country', 'new_network', 'impossible_travel'];
    expect(await noticed(person)).toEqual([{ moment: 'sign_in', answer: 'step_up', signals }]);
    expect((await unusual(person))[0]?.text).toContain('a new proof was asked for');
    // Whoever tries again fills nothing.
    await thief.signIn();
    expect(await noticed(person)).toHaveLength(1);
    // And has taught nothing.
    expect(JSON.stringify(await sqlOf(person, 'SELECT memory FROM risk_memory'))).not.toContain('PE');
  });

  it('tells whoever has no second factor instead of asking', async () => {
    const person = await newcomer();
    later(600);
    expect(whereTo(await person.elsewhere(places.thief).signIn())).toBe('/account');
    expect(await noticed(person)).toMatchObject([{ answer: 'notify' }]);
  });

  it('after many wrong passwords in a new browser is told', async () => {
    const person = await newcomer();
    const guesser = person.elsewhere(places.phone);
    for (let count = 0; count < 5; count += 1) await guesser.signIn({ password: `guess number ${count}` });
    expect(whereTo(await guesser.signIn())).toBe('/account');
    expect(await noticed(person)).toEqual([
      { moment: 'sign_in', answer: 'notify', signals: ['new_device', 'failures_before_success'] },
    ]);
  });
});

it('keeps of a person what the signals need, and no address', async () => {
  const person = new Traveller();
  person.at = { ...places.home, address: '203.0.113.77' };
  await person.signedIn();
  const kept = JSON.stringify([
    await sqlOf(person, 'SELECT memory FROM risk_memory'),
    await sqlOf(person, 'SELECT seen FROM family'),
    await sqlOf(person, 'SELECT detail FROM event'),
  ]);
  expect(kept).toContain('DE');
  expect(kept).not.toContain('203.0.113.77');
  expect(kept).not.toContain('52.5');
});
