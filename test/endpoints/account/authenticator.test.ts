import '../../issuer/inside.ts';
import { runDurableObjectAlarm } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { leadsTo } from '../../issuer/authorization.ts';
import {
  AuthenticatorApp,
  codesOn,
  elsewhere,
  hidden,
  later,
  personWithApp,
  prove,
  setUp,
  withPassword,
} from '../../workerd/authenticator.ts';
import { Person } from '../../workerd/person.ts';
import { eventsOf, objectOf, sqlOf } from '../../workerd/stored.ts';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

const signedUp = async () => {
  const person = new Person();
  await person.signUp();
  return person;
};

const pages = ['/account/authenticator', '/account/recovery-codes'];
const forms = ['/account/authenticator', '/account/authenticator/remove', '/account/recovery-codes'];

describe('changing a factor', () => {
  it.each([
    ['nobody signed in', async () => new Person()],
    [
      'a sign-in of more than ten minutes ago',
      async () => {
        const { person } = await personWithApp();
        later(601);
        return person;
      },
    ],
    [
      'a session from before there was a second factor',
      async () => {
        const person = await signedUp();
        const other = elsewhere(person);
        await other.signIn();
        await setUp(person);
        return other;
      },
    ],
  ] satisfies [string, () => Promise<Person>][])('is nothing for %s', async (_, who) => {
    const person = await who();
    for (const page of pages) {
      const to = leadsTo(await person.get(page));
      expect(to.pathname + to.search).toBe(`/signin?flow=to-${page.split('/')[2]}`);
    }
    const before = person.cookies.size > 0 && (await sqlOf(person, 'SELECT totp_id FROM totp'));
    for (const form of forms) expect(leadsTo(await person.submit(form, {})).pathname).toBe('/signin');
    if (before) expect(await sqlOf(person, 'SELECT totp_id FROM totp')).toEqual(before);
  });

  it('is accepted from our own pages only', async () => {
    const { person } = await personWithApp();
    for (const form of forms) {
      const response = await person.submit(
        form,
        {},
        { Origin: 'https://evil.test', 'Sec-Fetch-Site': 'cross-site' },
      );
      expect(response.status).toBe(403);
    }
    expect(await sqlOf(person, 'SELECT totp_id FROM totp')).toHaveLength(1);
  });
});

describe('setting an app up', () => {
  it('stores nothing before a right code came, and the secret never in the open', async () => {
    const person = await signedUp();
    const page = await (await person.get('/account/authenticator')).text();
    const form = { setup: hidden(page, 'setup') };
    const wrong = await person.submit('/account/authenticator', { ...form, code: '123' });
    expect(wrong.status).toBe(401);
    expect(wrong.headers.get('Cache-Control')).toBe('no-store');
    expect(await sqlOf(person, 'SELECT * FROM totp')).toEqual([]);
    expect((await person.signIn()).headers.get('Location')).toBe('/account');

    const app = new AuthenticatorApp(page);
    const right = await person.submit('/account/authenticator', { ...form, code: await app.code() });
    expect(codesOn(await right.text())).toHaveLength(10);
    const [row] = await sqlOf(person, 'SELECT * FROM totp');
    expect(String(row?.sealed)).toMatch(/^eyJ[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it('draws what it says by hand, without scripts', async () => {
    const person = await signedUp();
    const response = await person.get('/account/authenticator');
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const page = await response.text();
    expect(page).toMatch(/<svg class="qr-code" role="img" aria-label="[^"]+" viewBox="0 0 (\d+) \1"/);
    expect(page).not.toContain('<script');
  });

  it('does not take what another person’s page held, nor what is too old', async () => {
    const [one, two] = [await signedUp(), await signedUp()];
    const page = await (await one.get('/account/authenticator')).text();
    const app = new AuthenticatorApp(page);
    const form = async () => ({ setup: hidden(page, 'setup'), code: await app.code() });
    expect((await two.submit('/account/authenticator', await form())).status).toBe(401);
    expect(await sqlOf(two, 'SELECT * FROM totp')).toEqual([]);
    later(1801);
    await one.signIn();
    const late = await one.submit('/account/authenticator', await form());
    expect(await late.text()).toContain('That took too long.');
    expect(await sqlOf(one, 'SELECT * FROM totp')).toEqual([]);
  });

  it('puts a new app in the place of the old one, and keeps the recovery codes', async () => {
    const { person, app, codes } = await personWithApp();
    const next = await setUp(person);
    expect(next.codes).toEqual([]);
    later(60);
    const browser = elsewhere(person);
    await withPassword(browser);
    expect((await prove(browser, await app.code())).status).toBe(401);
    expect((await prove(browser, await next.app.code())).status).toBe(303);
    const other = elsewhere(person);
    await withPassword(other);
    expect((await prove(other, codes[0] ?? '')).status).toBe(303);
    expect(await eventsOf(person, 'totp_enrolled')).toMatchObject([{ replaced: false }, { replaced: true }]);
  });
});

describe('turning it off', () => {
  it('asks for nothing any more, and leaves nothing behind', async () => {
    const { person, codes } = await personWithApp();
    const page = await (await person.get('/account/authenticator')).text();
    expect(page).toContain('action="/account/authenticator/remove"');
    expect((await person.submit('/account/authenticator/remove', {})).headers.get('Location')).toBe(
      '/account',
    );
    for (const table of ['totp', 'recovery_code', 'trusted_device'])
      expect(await sqlOf(person, `SELECT * FROM ${table}`)).toEqual([]);
    const browser = elsewhere(person);
    expect((await browser.signIn()).headers.get('Location')).toBe('/account');
    expect(codes).toHaveLength(10);
    expect(await eventsOf(person, 'totp_removed')).toHaveLength(1);
  });

  it('ends a second factor that was being proved', async () => {
    const { person, app } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    await person.submit('/account/authenticator/remove', {});
    expect((await browser.get('/signin/second-factor')).headers.get('Location')).toBe('/signin');
    const response = await prove(browser, await app.code());
    expect(response.headers.get('Location')).toBe('/signin');
  });
});

it('is taken away by an administrator, for somebody who lost it, and they hear of it', async () => {
  const { person, codes } = await personWithApp();
  await exports.Administration.removeSecondFactors((await exports.Administration.find(person.email)) ?? '');
  const browser = elsewhere(person);
  expect((await browser.signIn()).headers.get('Location')).toBe('/account');
  expect(await eventsOf(person, 'totp_removed')).toEqual([{ by: 'administrator' }]);
  expect(codes).toHaveLength(10);
  expect(await sqlOf(person, 'SELECT * FROM recovery_code')).toEqual([]);
});

describe('recovery codes', () => {
  it('are counted on their page, and never shown again', async () => {
    const { person, codes } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    await prove(browser, codes[0] ?? '');
    const page = await (await person.get('/account/recovery-codes')).text();
    expect(page).toContain('You have 9 recovery codes left.');
    for (const code of codes) expect(page).not.toContain(code);
  });

  it('are all replaced by new ones', async () => {
    const { person, codes } = await personWithApp();
    const response = await person.submit('/account/recovery-codes', {});
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const next = codesOn(await response.text());
    expect(next).toHaveLength(10);
    const browser = elsewhere(person);
    await withPassword(browser);
    expect((await prove(browser, codes[5] ?? '')).status).toBe(401);
    expect((await prove(browser, next[5] ?? '')).status).toBe(303);
  });

  it('are nothing without a factor that they could stand in for', async () => {
    const person = await signedUp();
    expect((await person.submit('/account/recovery-codes', {})).status).toBe(409);
    expect(await sqlOf(person, 'SELECT * FROM recovery_code')).toEqual([]);
  });
});

describe('what is kept of attempts', () => {
  it('is forgotten by and by', async () => {
    const { person } = await personWithApp();
    const browser = elsewhere(person);
    await withPassword(browser);
    await prove(browser, '000000');
    const object = await objectOf(person.email);
    await runDurableObjectAlarm(object);
    expect(await sqlOf(person, 'SELECT * FROM second_factor_door')).toHaveLength(1);
    later(91 * 24 * 60 * 60);
    await runDurableObjectAlarm(object);
    expect(await sqlOf(person, 'SELECT * FROM second_factor_door')).toEqual([]);
  });
});
