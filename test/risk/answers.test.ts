import '../../src/worker.ts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import config from '../../portcullis.config.ts';
import { configure } from '../../src/config/configured.ts';
import { bodyOf } from '../workerd/app-person.ts';
import { later } from '../workerd/authenticator.ts';
import { mailOf } from '../workerd/mail.ts';
import { eventsOf } from '../workerd/stored.ts';
import { places, Traveller } from './traveller.ts';

configure((environment) => ({
  ...config(environment),
  risk: {
    answers: {
      'new_country+new_device': { sign_in: 'lock' },
      token_reuse: { refresh: 'end_everything' },
      new_network: { refresh: 'end_everything' },
    },
    trustedNetworks: ['203.0.113.0/24', 'AS64496'],
  },
}));

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

const causeOf = async (response: Promise<Response>) => (await bodyOf(response)).cause;

describe('a sign-in that is to wait', () => {
  it('waits a little longer each time, and never for ever', async () => {
    const person = await new Traveller().signedIn();
    later(60);
    const stranger = person.elsewhere(places.thief);
    const first = await stranger.login();
    expect(first.status).toBe(429);
    expect(first.headers.get('Retry-After')).toBe('60');
    expect(await causeOf(Promise.resolve(first))).toBe('sign_in_waits');
    later(30);
    const page = await stranger.signIn();
    expect([page.status, page.headers.get('Retry-After')]).toEqual([429, '30']);
    expect(await page.text()).toContain('has to wait');
    later(31);
    expect((await stranger.login()).status).toBe(200);
    // What it learned by then is usual from then on; the next unusual one waits longer.
    later(2 * 3600);
    const next = await person.elsewhere({ ...places.thief, country: 'BR', asn: 27699 }).login();
    expect(next.headers.get('Retry-After')).toBe('240');
    expect((await mailOf(person.email)).filter(({ subject }) => subject.includes('unusual'))).toHaveLength(2);
  });

  it('holds up nobody in a browser of their own', async () => {
    const person = await new Traveller().signedIn();
    later(60);
    expect((await person.elsewhere(places.thief).login()).status).toBe(429);
    person.at = places.vpn;
    expect((await person.login()).status).toBe(200);
  });
});

describe('ending everything', () => {
  it('is an answer to a refresh', async () => {
    const person = await new Traveller().signedIn();
    const other = person.elsewhere(places.phone);
    await other.login();
    later(60);
    person.at = places.train;
    expect(await causeOf(person.refresh())).toBe('suspicious');
    expect(await causeOf(other.refresh())).toBe('suspicious');
  });

  it('is an answer to a token that comes back', async () => {
    const person = await new Traveller().signedIn();
    const other = person.elsewhere(places.phone);
    await other.login();
    const copy = person.copiedTo(places.home);
    copy.keepOnly('portcullis-refresh.');
    await person.refresh();
    later(60);
    await person.refresh();
    later(60);
    expect(await causeOf(copy.refresh())).toBe('reuse');
    expect(await causeOf(other.refresh())).toBe('suspicious');
    expect(await eventsOf(person, 'risk_signals')).toMatchObject([{ signals: ['token_reuse'] }]);
  });
});

it.each([
  ['an address of a trusted network', { address: '203.0.113.9' }],
  ['a trusted system', { asn: 64496 }],
])('nothing is unusual about the place of %s', async (_, office) => {
  const person = await new Traveller().signedIn();
  later(60);
  person.at = { ...places.vpn, ...office };
  expect((await person.refresh()).status).toBe(200);
  expect((await person.elsewhere(person.at).login()).status).toBe(200);
  later(60);
  person.at = places.home;
  expect((await person.refresh()).status).toBe(200);
  expect(await eventsOf(person, 'risk_signals')).toEqual([]);
  // Beside the network, all counts as ever.
  person.at = { ...places.vpn, address: '203.0.114.9' };
  expect(await causeOf(person.refresh())).toBe('suspicious');
});
