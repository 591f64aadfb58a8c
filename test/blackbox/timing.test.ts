import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { Browser } from './browser.ts';
import { type Answer, post } from './http.ts';
import { Person } from './person.ts';
import { chanceOf, distinguishability, inOrder } from './timing.ts';

/** Accounts, and as many addresses that have none; each is tried less often than what locks it. */
const ADDRESSES = 13;
const ATTEMPTS = 8;
const AT_ONCE = 4;
const MANY = 16;
/** What one account gets at everybody's door; nobody is told that there are no more. */
const MAILS = 5;

/** A step in which somebody names an address: what a stranger sends, and how long the answer takes. */
interface Step {
  name: string;
  /** Requests at a time. Default few: a password costs a hash. */
  atOnce?: number;
  /** Of each address. Default what locks no account. */
  attempts?: number;
  send(issuer: string, email: string): Promise<Answer>;
}

const guess = () => `guess ${randomBytes(8).toString('hex')}`;

/** Opens a page in a new browser, and sends its form. */
const form =
  (path: string, action: string, typed: (email: string) => Record<string, string>) =>
  async (issuer: string, email: string, browser = new Browser()): Promise<Answer> => {
    if (browser.page.status === 0) await browser.open(issuer + path);
    const { url, ...sent } = browser.filled(action, typed(email));
    const before = performance.now();
    const answer = await browser.send(url, sent);
    durations.set(answer, performance.now() - before);
    return answer;
  };

const durations = new WeakMap<Answer, number>();

const steps: Step[] = [
  {
    name: 'a wrong password',
    send: form('/signin', '/signin', (email) => ({ email, password: guess() })),
  },
  {
    name: 'a wrong password in an app',
    async send(issuer, email) {
      const before = performance.now();
      const answer = await post(`${issuer}/oauth/authorization-challenge`, {
        client_id: 'headless',
        scope: 'openid',
        code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
        code_challenge_method: 'S256',
        username: email,
        password: guess(),
      });
      durations.set(answer, performance.now() - before);
      return answer;
    },
  },
  {
    name: 'asking for a code',
    atOnce: MANY,
    send: form('/signin/email', '/signin/email', (email) => ({ email })),
  },
  {
    name: 'a wrong code',
    atOnce: MANY,
    attempts: MAILS,
    async send(issuer, email) {
      const browser = new Browser();
      await browser.open(`${issuer}/signin/email`);
      await browser.submit('/signin/email', { email });
      return form('', '/signin/email/code', () => ({ code: '00000000' }))(issuer, email, browser);
    },
  },
  {
    name: 'asking for a new password',
    atOnce: MANY,
    send: form('/reset', '/reset', (email) => ({ email })),
  },
];

let runtime: Runtime;
beforeAll(async () => {
  runtime = await startIssuer();
});
afterAll(() => runtime.stop());

const strangers = (): string[] =>
  Array.from({ length: ADDRESSES }, () => `ada.${randomBytes(8).toString('hex')}@example.com`);

const members = (): Promise<string[]> =>
  inOrder(
    strangers().map((email) => async () => {
      await new Person(runtime.url, { email, password: guess() }).signUp();
      return email;
    }),
    AT_ONCE,
  );

/** What of an answer could tell one address from another. */
const seen = ({ status, headers, text }: Answer, email: string) => ({
  status,
  headers: [...headers.keys()].sort(),
  text: text
    .replaceAll(email, 'EMAIL')
    .replaceAll(email.replace('@', '<wbr/>@'), 'EMAIL')
    .replace(/"auth_session":"[^"]*"/, '')
    // Of a passkey: random in every page.
    .replace(/&quot;challenge&quot;:&quot;[\w-]+&quot;/, ''),
});

/** In an order that favours neither. */
const shuffled = <T>(items: readonly T[]): T[] =>
  items
    .map((item) => ({ item, at: Math.random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);

describe.each(steps)('$name', ({ send, atOnce = AT_ONCE, attempts: times = ATTEMPTS }) => {
  test('takes as long, and is answered alike, whether there is an account or not', async () => {
    const attempts = shuffled(
      [await members(), strangers()].flatMap((emails, group) =>
        emails.flatMap((email) => Array.from({ length: times }, () => ({ email, group }))),
      ),
    );
    const results = await inOrder(
      attempts.map(({ email, group }) => async () => {
        const answer = await send(runtime.url, email);
        return { group, duration: durations.get(answer) ?? Number.NaN, seen: seen(answer, email) };
      }),
      atOnce,
    );
    const [first] = results;
    for (const result of results) expect(result.seen).toEqual(first?.seen);
    const of = (wanted: number) =>
      results.filter(({ group }) => group === wanted).map(({ duration }) => duration);
    const [ofKnown, ofUnknown] = [of(0), of(1)];
    const limit = 4 * chanceOf(ofKnown.length, ofUnknown.length);
    expect(Math.abs(distinguishability(ofKnown, ofUnknown) - 0.5)).toBeLessThan(limit);
  }, 300_000);
});

test('the measure tells what can be told, and no more', () => {
  const noise = Array.from({ length: 100 }, (_, index) => 1000 + ((index * 37) % 100));
  const later = noise.map((duration) => duration + 60);
  const limit = 4 * chanceOf(100, 100);
  expect(Math.abs(distinguishability(noise, noise) - 0.5)).toBeLessThan(limit);
  expect(Math.abs(distinguishability(noise, later) - 0.5)).toBeGreaterThan(limit);
});
