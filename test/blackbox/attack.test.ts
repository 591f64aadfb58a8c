import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Runtime, startRuntime } from '../runtime/runtime.ts';
import { closeDoor, openings } from './doors.ts';
import { jsonOf, send } from './http.ts';
import { demo, Person, tokensOf } from './person.ts';
import { readObjects } from './stored-objects.ts';
import { inOrder } from './timing.ts';

const ACCOUNTS = 100;
const AT_ONCE = 96;
/** Addresses that try nine accounts each, as a botnet does, and a few that go through many; none tries one twice. */
const QUIET = { addresses: 980, attemptsEach: 9 };
const LOUD = { addresses: 20, attemptsEach: 59 };
/** What the configuration lets pass at everybody's door, and what is not yet a run through many accounts. */
const FREE_ATTEMPTS = 10;
const FREE_ACCOUNTS = 10;

let folder: string;
let runtime: Runtime;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcullis-attack-'));
  runtime = await startRuntime({ persistTo: folder, cheapHashes: true });
});
afterAll(async () => {
  await runtime.stop();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

interface Attempt {
  address: string;
  victim: number;
}

/** All of them, in an order in which each moment has attempts from many addresses at many accounts. */
function attempts(): Attempt[] {
  const of = ({ addresses, attemptsEach }: typeof QUIET, network: string): Attempt[] =>
    Array.from({ length: addresses * attemptsEach }, (_, at) => {
      const [address, round] = [at % addresses, Math.floor(at / addresses)];
      const host = `${network}.${Math.floor(address / 250)}.${1 + (address % 250)}`;
      return { address: host, victim: (address * 7 + round) % ACCOUNTS };
    });
  const quiet = of(QUIET, '198.18');
  const loud = of(LOUD, '198.19');
  const every = Math.floor(quiet.length / loud.length);
  return loud.flatMap((one, at) => [
    one,
    ...quiet.slice(at * every, at === loud.length - 1 ? quiet.length : (at + 1) * every),
  ]);
}

const login = (email: string, password: string, address: string) =>
  send(`${runtime.url}/session/login`, {
    method: 'POST',
    headers: {
      Origin: runtime.url,
      'Sec-Fetch-Site': 'same-origin',
      'Content-Type': 'application/json',
      'CF-Connecting-IP': address,
    },
    body: JSON.stringify({ client_id: 'demo', email, password }),
  });

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** Goes on with what somebody is signed in to, and notes how long each step takes. */
class Life {
  /** Milliseconds. */
  readonly refreshes: number[] = [];
  readonly pages: number[] = [];
  readonly person: Person;
  #refreshToken: string;

  constructor(person: Person, refreshToken: string) {
    this.person = person;
    this.#refreshToken = refreshToken;
  }

  async step(): Promise<void> {
    const { issuer, browser } = this.person;
    const began = performance.now();
    const { refreshToken } = tokensOf(await demo(issuer).refresh(this.#refreshToken));
    this.#refreshToken = refreshToken;
    const refreshed = performance.now();
    const { url, status } = await browser.open(`${issuer}/account`);
    expect([url, status]).toEqual([`${issuer}/account`, 200]);
    this.refreshes.push(refreshed - began);
    this.pages.push(performance.now() - refreshed);
  }

  async lead(until: () => boolean): Promise<void> {
    while (!until()) {
      await this.step();
      await wait(100);
    }
  }
}

async function lives(people: readonly Person[]): Promise<Life[]> {
  return inOrder(
    people.map((person) => async () => new Life(person, (await person.tokens()).refreshToken)),
    4,
  );
}

const ratio = (before: number[], during: number[]): string =>
  `${median(before).toFixed(1)} ms before, ${median(during).toFixed(1)} ms during: ${(median(during) / median(before)).toFixed(2)}`;

test('10,000 attempts from 1,000 addresses at 100 accounts: counted one by one, and nobody is signed out or shut out', async () => {
  const people = Array.from({ length: ACCOUNTS + 5 }, () => new Person(runtime.url));
  await inOrder(
    people.map((person) => () => person.signUp()),
    8,
  );
  const [victims, others] = [people.slice(0, ACCOUNTS), people.slice(ACCOUNTS)];
  const watched = { victims: await lives(victims.slice(0, 5)), others: await lives(others) };
  const all = [...watched.victims, ...watched.others];
  for (let round = 0; round < 10; round += 1) await Promise.all(all.map((life) => life.step()));
  const before = all.map(({ refreshes, pages }) => ({ refreshes: [...refreshes], pages: [...pages] }));

  const list = attempts();
  expect(list).toHaveLength(10_000);
  expect(new Set(list.map(({ address }) => address)).size).toBe(1_000);
  let over = false;
  const began = performance.now();
  const going = Promise.all(all.map((life) => life.lead(() => over)));
  const answers = await inOrder(
    list.map(({ address, victim }) => async () => {
      const answer = await login(victims[victim]?.email ?? '', 'a guess of somebody', address);
      const retryAfter = Number(answer.headers.get('Retry-After') ?? 0);
      return { address, victim, status: answer.status, error: jsonOf(answer).error, retryAfter };
    }),
    AT_ONCE,
  );
  over = true;
  await going;
  const seconds = (performance.now() - began) / 1000;

  const more = new Map<string, number>();
  for (const { person } of watched.victims) {
    const guess = () => login(person.email, 'a guess of somebody', '203.0.113.8');
    more.set(person.email, await closeDoor(guess));
  }
  const reopened = 1 + openings((performance.now() - began) / 1000);

  const compared = answers.filter(({ status }) => status === 401);
  const refused = answers.filter(({ status }) => status === 429);
  expect(compared.length + refused.length).toBe(answers.length);
  expect(refused.every(({ error, retryAfter }) => error === 'too_many_attempts' && retryAfter > 0)).toBe(
    true,
  );

  // The way in of each that is theirs is open, and everybody's is not, whatever the address.
  for (const { person } of watched.victims) {
    expect((await login(person.email, person.password, '203.0.113.9')).status).toBe(429);
    person.browser.cookies.delete('portcullis-session');
    await person.signIn();
    expect(person.isSignedIn).toBe(true);
  }
  for (const { person } of watched.others)
    expect((await login(person.email, person.password, '203.0.113.10')).status).toBe(200);

  await runtime.stop();
  const doors = new Map(
    readObjects(folder, 'UserObject', (database) => {
      const email = database.prepare('SELECT email FROM profile').get()?.email;
      const counted = database.prepare("SELECT attempts FROM password_attempt WHERE door = 'anyone'").get();
      return [String(email), Number(counted?.attempts ?? 0)] as const;
    }),
  );
  for (const [index, { email }] of victims.entries()) {
    const own = compared.filter(({ victim }) => victim === index).length + (more.get(email) ?? 0);
    expect({ email, counted: doors.get(email) }).toEqual({ email, counted: own });
    expect(own).toBeGreaterThanOrEqual(FREE_ATTEMPTS);
    expect(own).toBeLessThanOrEqual(FREE_ATTEMPTS + reopened);
  }

  const places = readObjects(folder, 'AddressObject', (database) => ({
    failed: Number(database.prepare('SELECT COUNT(*) AS n FROM trace WHERE succeeded = 0').get()?.n),
    noticed: Number(database.prepare('SELECT attempts AS n FROM door').get()?.n ?? 0),
  }));
  const quiet = places.filter(({ failed, noticed }) => failed === QUIET.attemptsEach && noticed === 0);
  expect(quiet, 'each account that was tried from there').toHaveLength(QUIET.addresses);
  const loud = places.filter(({ noticed }) => noticed > 0);
  expect(loud).toHaveLength(LOUD.addresses);
  for (const { failed, noticed } of loud) {
    expect(failed).toBe(FREE_ACCOUNTS + noticed);
    expect(noticed).toBeLessThanOrEqual(1 + reopened);
  }

  const sum = (pick: 'refreshes' | 'pages', group: readonly Life[]) => {
    const first = group.flatMap((life) => before[all.indexOf(life)]?.[pick] ?? []);
    const later = group.flatMap((life) => life[pick].slice(before[all.indexOf(life)]?.[pick].length ?? 0));
    return ratio(first, later);
  };
  console.log(
    [
      `${answers.length} attempts in ${seconds.toFixed(0)} s, ${compared.length} of them compared`,
      `refresh of a victim: ${sum('refreshes', watched.victims)}`,
      `refresh of somebody else: ${sum('refreshes', watched.others)}`,
      `account page of a victim: ${sum('pages', watched.victims)}`,
      `account page of somebody else: ${sum('pages', watched.others)}`,
    ].join('\n'),
  );
}, 900_000);

test('a flood from one address is refused by the real limiter, and the next address is not', async () => {
  const limited = await startRuntime({ ratelimits: { FLOOD_SIGN_IN: 20 } });
  try {
    const ask = (address: string) =>
      send(`${limited.url}/signin/email`, {
        method: 'POST',
        headers: {
          Origin: limited.url,
          'CF-Connecting-IP': address,
          'Content-Type': 'application/x-www-form-urlencoded',
        },
        body: 'email=nobody',
      });
    const statuses = [];
    for (let count = 0; count < 40; count += 1) statuses.push((await ask('203.0.113.7')).status);
    expect(statuses.slice(0, 20)).toEqual(Array(20).fill(400));
    // A minute may have begun anew in between, but not with every request.
    expect(statuses.slice(20)).toContain(429);
    expect(statuses.every((status) => status === 400 || status === 429)).toBe(true);
    expect((await ask('203.0.113.8')).status).toBe(400);
  } finally {
    await limited.stop();
  }
});
