import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cookieOf, type Ground, shortToken, signOutElsewhere, startGate } from './gate-ground.ts';
import { send } from './http.ts';
import type { Person } from './person.ts';

let ground: Ground;
beforeAll(async () => {
  ground = await startGate();
});
afterAll(() => ground.stop());

interface Try {
  /** Milliseconds since the epoch, when the request was sent. */
  at: number;
  passed: boolean;
}

const CONNECTIONS = 4;

/** Asks again and again, on several connections at once, until it is told to stop. */
function hammer(path: string, headers: Record<string, string>) {
  const tries: Try[] = [];
  let over = false;
  const lanes = Array.from({ length: CONNECTIONS }, async () => {
    while (!over) {
      const at = Date.now();
      const { status } = await send(ground.runtime.url + path, { headers: { Accept: '*/*', ...headers } });
      if (status !== 200 && status !== 401) throw new Error(`${path} answered ${status}`);
      tries.push({ at, passed: status === 200 });
      // Many people at once must not keep each other from being measured.
      await wait(5);
    }
  });
  return {
    tries,
    async stop(): Promise<void> {
      over = true;
      await Promise.all(lanes);
    },
  };
}

const ways: ((person: Person) => Promise<void>)[] = [
  signOutElsewhere,
  /** By the gate's own form; the copy of the cookies is what a thief has. */
  async (person) => {
    const { browser } = person.copy();
    await browser.send(`${person.issuer}/.portcullis/sign-out`, {
      method: 'POST',
      headers: { Origin: person.issuer, 'Sec-Fetch-Site': 'same-origin' },
    });
  },
  async (person) => {
    const { browser } = person.copy();
    await browser.open(`${person.issuer}/oauth/logout`);
    await browser.submit('/oauth/logout');
  },
];

/**
 * Signs somebody out under fire. @returns how many milliseconds after that was acknowledged the last request was sent
 * that still got through; negative when none was.
 */
async function round(
  index: number,
  path: string,
  boundSeconds: number,
  credentials: (person: Person) => Promise<Record<string, string>> | Record<string, string>,
): Promise<number> {
  const person = await ground.enter();
  const { tries, stop } = hammer(path, await credentials(person));
  try {
    // Others hash their passwords meanwhile.
    await expect.poll(() => tries.some(({ passed }) => passed), { timeout: 10_000 }).toBe(true);
    await wait(Math.random() * 500);
    await ways[index % ways.length]?.(person);
    const signedOutAt = Date.now();
    await expect
      .poll(() => tries.slice(-CONNECTIONS).every(({ passed }) => !passed), {
        timeout: boundSeconds * 1000 + 10_000,
      })
      .toBe(true);
    await wait(100);
    return Math.max(...tries.filter(({ passed }) => passed).map(({ at }) => at)) - signedOutAt;
  } finally {
    await stop();
  }
}

async function rounds(count: number, one: (index: number) => Promise<number>): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => one(index)));
}

const withCookie = (person: Person) => ({ Cookie: cookieOf(person) });
const withToken = (route: 'strict' | 'within' | 'token') => async (person: Person) => ({
  Authorization: `Bearer ${await shortToken(person, route)}`,
});

function tell(what: string, late: readonly number[], bound: string): void {
  const worst = Math.max(...late);
  const said = worst < 0 ? 'none got through' : `the last one got through ${worst} ms after`;
  console.log(`signed out, ${what}, ${late.length} rounds: ${said} (bound: ${bound})`);
}

describe('after sign-out', () => {
  test.each([
    ['cookie', withCookie],
    ['token', withToken('strict')],
  ])('a strict route lets nothing through (%s)', async (what, credentials) => {
    const late = await rounds(9, (index) => round(index, '/strict/hello', 0, credentials));
    tell(`strict, ${what}`, late, 'none');
    // Its sending was seen before the sign-out was acknowledged, or in the same millisecond.
    expect(Math.max(...late)).toBeLessThanOrEqual(0);
  });

  test.each([
    ['cookie', withCookie],
    ['token', withToken('within')],
  ])('a route within 2 s lets nothing through after 2 s (%s)', async (what, credentials) => {
    const late = await rounds(9, (index) => round(index, '/within/hello', 2, credentials));
    tell(`within 2 s, ${what}`, late, '2000 ms');
    expect(Math.max(...late)).toBeLessThanOrEqual(2_000);
    // Or it would be the object that is asked each time.
    expect(Math.max(...late)).toBeGreaterThan(0);
  });

  test('a token route lets nothing through after the end of the token', async () => {
    const late = await rounds(6, (index) => round(index, '/token/hello', 30, withToken('token')));
    tell('token of 30 s', late, '30000 ms');
    expect(Math.max(...late)).toBeLessThanOrEqual(30_000);
    // Or somebody would be asked.
    expect(Math.min(...late)).toBeGreaterThan(10_000);
  });
});
