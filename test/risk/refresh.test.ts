import { env } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bodyOf } from '../workerd/app-person.ts';
import { later } from '../workerd/authenticator.ts';
import { mailOf } from '../workerd/mail.ts';
import { rowsWritten } from '../workerd/rows.ts';
import { eventsOf, objectOf } from '../workerd/stored.ts';
import { places, Traveller } from './traveller.ts';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const HOUR = 3600;
/** What one event is billed as: its row, whose key is its table's only index. */
const EVENT = 1;

/** A browser that has refreshed once, so that the family's row has what it was seen with. */
const settled = async (): Promise<Traveller> => {
  const person = await new Traveller().signedIn();
  later(20);
  expect((await person.refresh()).status).toBe(200);
  later(60);
  return person;
};

const noticed = async (person: Traveller) =>
  (await eventsOf(person, 'risk_signals')).map(({ signals, answer, moment }) => ({
    signals,
    answer,
    moment,
  }));

/** What a refresh writes and answers. */
async function refreshed(person: Traveller): Promise<{ rows: number; status: number; cause?: string }> {
  let response: Response | undefined;
  const rows = await rowsWritten(await objectOf(person.email), async () => {
    response = await person.refresh();
  });
  if (!response) throw new Error('no response');
  const { cause } = await bodyOf(response);
  return { rows, status: response.status, ...(cause !== undefined && { cause }) };
}

describe('a refresh cookie on another continent, in another browser', () => {
  it('ends what it was copied from, and tells its owner', async () => {
    const person = await settled();
    const thief = person.copiedTo(places.thief);
    thief.keepOnly('portcullis-refresh.');
    expect(await refreshed(thief)).toMatchObject({ status: 401, cause: 'suspicious' });
    expect(await refreshed(person)).toMatchObject({ status: 401, cause: 'suspicious' });
    // The session's own cookie was not there: its owner need not prove anything again.
    expect((await person.get('/account')).status).toBe(200);
    expect(await noticed(person)).toEqual([
      {
        moment: 'refresh',
        answer: 'end_family',
        signals: ['browser_changed', 'new_country', 'new_network', 'impossible_travel'],
      },
    ]);
    const mail = (await mailOf(person.email)).find(({ subject }) => subject.includes('unusual'));
    expect(mail?.text).toContain('We ended what it was used with.');
    expect(mail?.text).toContain('Lima, PE');
    expect(await (await person.get('/account/activity')).text()).toContain('another browser than the one');
  });

  it('ends the session too where its cookie was copied with it', async () => {
    const person = await settled();
    expect(await refreshed(person.copiedTo(places.thief))).toMatchObject({ cause: 'suspicious' });
    expect((await person.get('/account')).status).toBe(303);
  });

  it('gets no successor within the grace', async () => {
    const person = await settled();
    const thief = person.copiedTo(places.thief);
    thief.keepOnly('portcullis-refresh.');
    expect((await person.refresh()).status).toBe(200);
    later(2);
    expect(await refreshed(thief)).toMatchObject({ status: 401, cause: 'suspicious' });
  });
});

describe('a refresh cookie in another browser of the same country', () => {
  const nextDoor = { ...places.thief, country: 'DE', city: 'Munich', latitude: '48.1', longitude: '11.6' };

  it('is refused, and its owner goes on', async () => {
    const person = await settled();
    expect(await refreshed(person.copiedTo(nextDoor))).toMatchObject({
      status: 401,
      cause: 'step_up_required',
    });
    expect(await refreshed(person)).toMatchObject({ status: 200 });
  });

  it('is refused from there in its owner’s own browser, too, which somebody may have found out by trying', async () => {
    const person = await settled();
    const { userAgent } = places.home;
    expect((await refreshed(person.copiedTo(nextDoor))).cause).toBe('step_up_required');
    expect((await refreshed(person.copiedTo({ ...nextDoor, userAgent }))).cause).toBe('step_up_required');
    expect(await refreshed(person)).toMatchObject({ status: 200 });
    expect(await refreshed(person.copiedTo({ ...nextDoor, asn: 64_999, userAgent }))).toMatchObject({
      status: 200,
    });
  });

  it('costs the one call of every refresh', async () => {
    const person = await settled();
    const thief = person.copiedTo(nextDoor);
    const calls = vi.spyOn(env.USER, 'getByName');
    expect((await thief.refresh()).status).toBe(401);
    expect(calls).toHaveBeenCalledTimes(1);
  });

  it('fills no storage by being refused again and again', async () => {
    const person = await settled();
    const rows: number[] = [];
    for (let count = 0; count < 5; count += 1) rows.push((await refreshed(person.copiedTo(nextDoor))).rows);
    // That it was told, in the family's row, and the event with its index.
    expect(rows).toEqual([1 + EVENT, 0, 0, 0, 0]);
    later(2 * HOUR);
    expect((await refreshed(person.copiedTo(nextDoor))).cause).toBe('step_up_required');
    expect(await noticed(person)).toHaveLength(2);
  });
});

describe('somebody on the way', () => {
  it('goes on in another network, and one row is written, as by every refresh', async () => {
    const person = await settled();
    person.at = { ...places.home, asn: 3209 };
    expect(await refreshed(person)).toEqual({ rows: 1, status: 200 });
    expect(await noticed(person)).toEqual([]);
  });

  it('goes on in another country, where an event says so once, and nobody is bothered', async () => {
    const person = await settled();
    later(5 * HOUR);
    // The session's own use, which is written down once an hour at most.
    await person.get('/account');
    person.at = places.train;
    expect(await refreshed(person)).toEqual({ rows: 1 + EVENT, status: 200 });
    later(60);
    person.at = places.home;
    expect(await refreshed(person)).toEqual({ rows: 1, status: 200 });
    later(60);
    person.at = places.train;
    expect(await refreshed(person)).toEqual({ rows: 1, status: 200 });
    expect(await noticed(person)).toEqual([
      { moment: 'refresh', answer: 'note', signals: ['new_country', 'new_network'] },
    ]);
    expect(await (await person.get('/account/activity')).text()).not.toContain('Something unusual');
    expect((await mailOf(person.email)).filter(({ subject }) => subject.includes('unusual'))).toEqual([]);
  });

  it('goes on through a VPN with an exit on another continent', async () => {
    const person = await settled();
    person.at = places.vpn;
    expect(await refreshed(person)).toEqual({ rows: 1 + EVENT, status: 200 });
    expect(await noticed(person)).toMatchObject([{ answer: 'note' }]);
  });

  it('gets the answer that was lost again', async () => {
    const person = await settled();
    const again = person.copiedTo(places.home);
    const [one, other] = [await person.refresh(), await again.refresh()];
    expect([one.status, other.status]).toEqual([200, 200]);
    expect(again.refreshCookie).toEqual(person.refreshCookie);
  });
});

it('an app that refreshes without an end is noted, a page that is loaded again and again is not', async () => {
  const person = await settled();
  const refreshOften = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      later(1);
      expect((await person.refresh()).status).toBe(200);
    }
  };
  await refreshOften(30);
  later(60);
  await refreshOften(30);
  expect(await noticed(person)).toEqual([]);
  await refreshOften(40);
  expect(await noticed(person)).toEqual([
    { moment: 'refresh', answer: 'note', signals: ['refresh_cadence'] },
  ]);
});
