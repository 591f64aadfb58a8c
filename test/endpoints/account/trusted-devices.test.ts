import '../../issuer/inside.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEVICE_COOKIE } from '../../../src/middleware/cookie.ts';
import { ask, leadsTo } from '../../issuer/authorization.ts';
import {
  elsewhere,
  hidden,
  later,
  personWithApp,
  prove,
  setUp,
  withPassword,
} from '../../workerd/authenticator.ts';
import { type Person, password } from '../../workerd/person.ts';
import { eventsOf, sqlOf } from '../../workerd/stored.ts';

const DAY = 24 * 60 * 60;

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

/** Somebody with an app, in a browser that they trust. */
async function trusting() {
  const { person, app, codes } = await personWithApp();
  const browser = elsewhere(person);
  await withPassword(browser);
  expect((await prove(browser, await app.code(), { trust: 'yes' })).status).toBe(303);
  later(60);
  return { person, browser, app, codes };
}

/** Where the password alone leads. */
const passwordLeads = async (browser: Person, form: Record<string, string> = {}) => {
  browser.cookies.delete('portcullis-session');
  return leadsTo(await browser.signIn(form)).pathname;
};

const asked = '/signin/second-factor';

describe('a browser that its person trusts', () => {
  it('is not asked again, for as long as the operator says', async () => {
    const { browser } = await trusting();
    expect(await passwordLeads(browser)).toBe('/account');
    later(29 * DAY);
    expect(await passwordLeads(browser)).toBe('/account');
    later(DAY);
    expect(await passwordLeads(browser)).toBe(asked);
  });

  it('is asked where nobody chose that', async () => {
    const { person, app } = await personWithApp();
    await withPassword(person);
    await prove(person, await app.code());
    expect(await passwordLeads(person)).toBe(asked);
    expect(await eventsOf(person, 'device_trusted')).toEqual([]);
  });

  it('is asked before the password is changed in it and once it was, and a copy of its session ends', async () => {
    const { browser, app } = await trusting();
    expect(await passwordLeads(browser)).toBe('/account');
    const form = { current_password: password, new_password: 'another horse, another battery' };
    const flow = 'to-password';
    expect((await browser.submit('/account/password', form)).headers.get('Location')).toBe(
      `/signin?flow=${flow}`,
    );
    expect(leadsTo(await browser.signIn({ flow })).pathname).toBe(asked);
    expect(leadsTo(await prove(browser, await app.code(), { flow })).pathname).toBe('/account/password');
    const copy = browser.cookies.get('portcullis-session') ?? '';
    expect(leadsTo(await browser.submit('/account/password', form)).pathname).toBe('/account');
    expect((await browser.get('/account')).status).toBe(200);
    expect(await passwordLeads(browser, { password: form.new_password })).toBe(asked);
    browser.cookies.set('portcullis-session', copy);
    expect(leadsTo(await browser.get('/account')).pathname).toBe('/signin');
  });

  it('does not count as a second factor', async () => {
    const { browser } = await trusting();
    await passwordLeads(browser);
    const acr = 'urn:portcullis:acr:mfa';
    const begun = await ask(browser, 'spa', { acr_values: acr });
    const flow = leadsTo(begun).searchParams.get('flow') ?? '';
    expect(await passwordLeads(browser, { flow })).toBe(asked);
  });

  it('is asked before it changes a factor', async () => {
    const { browser, app } = await trusting();
    expect(await passwordLeads(browser)).toBe('/account');
    for (const page of ['authenticator', 'recovery-codes']) {
      const again = leadsTo(await browser.get(`/account/${page}`));
      expect(again.pathname + again.search).toBe(`/signin?flow=to-${page}`);
    }
    for (const path of ['authenticator/remove', 'recovery-codes', 'authenticator']) {
      expect(leadsTo(await browser.submit(`/account/${path}`, {})).pathname).toBe('/signin');
    }
    expect(await sqlOf(browser, 'SELECT totp_id FROM totp')).toHaveLength(1);
    expect(await passwordLeads(browser, { flow: 'to-authenticator' })).toBe(asked);
    const done = await prove(browser, await app.code(), { flow: 'to-authenticator' });
    expect(done.headers.get('Location')).toBe('/account/authenticator');
    expect((await browser.get('/account/authenticator')).status).toBe(200);
  });
});

describe('the cookie of a trusted browser', () => {
  it('is worth nothing to another person', async () => {
    const [one, two] = [await trusting(), await trusting()];
    const cookie = one.browser.cookies.get(DEVICE_COOKIE) ?? '';
    two.browser.cookies.set(DEVICE_COOKIE, cookie);
    expect(await passwordLeads(two.browser)).toBe(asked);
    expect(await passwordLeads(one.browser)).toBe('/account');
  });

  it('is worth nothing once its row is gone, nor with another secret', async () => {
    const { browser } = await trusting();
    await sqlOf(browser, "UPDATE trusted_device SET secret_hash = X'00'");
    expect(await passwordLeads(browser)).toBe(asked);
    const other = await trusting();
    await sqlOf(other.browser, 'DELETE FROM trusted_device');
    expect(await passwordLeads(other.browser)).toBe(asked);
  });

  it('is a new one: what was copied before it was trusted is not trusted', async () => {
    const { person, app } = await personWithApp();
    const thief = elsewhere(person);
    const before = person.cookies.get(DEVICE_COOKIE) ?? '';
    thief.cookies.set(DEVICE_COOKIE, before);
    await withPassword(person);
    await prove(person, await app.code(), { trust: 'yes' });
    expect(person.cookies.get(DEVICE_COOKIE)).not.toBe(before);
    expect(await passwordLeads(thief)).toBe(asked);
    expect(await passwordLeads(person)).toBe('/account');
  });

  it('is not made by a form that says so without a code', async () => {
    const { person } = await personWithApp();
    const thief = elsewhere(person);
    await withPassword(thief);
    await prove(thief, '000000', { trust: 'yes' });
    await thief.signIn({ trust: 'yes' });
    expect(await sqlOf(person, 'SELECT * FROM trusted_device')).toEqual([]);
  });
});

describe('trust ends', () => {
  it.each([
    [
      'with the password’s change',
      (person) => {
        const form = { current_password: password, new_password: 'a quite different password' };
        return person.submit('/account/password', form);
      },
      'a quite different password',
    ],
    ['with signing out everywhere', (person) => person.submit('/account/sign-out-everywhere', {}), password],
    ['with signing out everywhere else', (person) => person.submit('/account/sign-out-others', {}), password],
    [
      'with the app’s removal, for one that is set up later',
      async (person) => {
        await person.submit('/account/authenticator/remove', {});
        expect((await setUp(person)).codes).toHaveLength(10);
      },
      password,
    ],
  ] satisfies [string, (person: Person) => Promise<unknown>, string][])('%s', async (_, end, now) => {
    const { person, browser, app } = await trusting();
    expect(await passwordLeads(browser)).toBe('/account');
    await withPassword(person);
    await prove(person, await app.code());
    await end(person);
    expect(await passwordLeads(browser, { password: now })).toBe(asked);
  });

  it('on the page that lists such browsers, one by one', async () => {
    const { person, browser } = await trusting();
    const page = await (await person.get('/account/trusted-devices')).text();
    const deviceId = hidden(page, 'device_id');
    expect(deviceId).not.toBe('');
    const response = await person.submit('/account/trusted-devices', { device_id: deviceId });
    expect(response.headers.get('Location')).toBe('/account/trusted-devices');
    expect(await passwordLeads(browser)).toBe(asked);
    expect(hidden(await (await person.get('/account/trusted-devices')).text(), 'device_id')).toBe('');
  });

  it('not by a stranger’s hand', async () => {
    const { person, browser } = await trusting();
    const page = await (await person.get('/account/trusted-devices')).text();
    const form = { device_id: hidden(page, 'device_id') };
    const { person: stranger } = await personWithApp();
    await stranger.submit('/account/trusted-devices', form);
    await elsewhere(person).submit('/account/trusted-devices', form);
    expect((await person.submit('/account/trusted-devices', {})).status).toBe(400);
    expect(await passwordLeads(browser)).toBe('/account');
  });
});
