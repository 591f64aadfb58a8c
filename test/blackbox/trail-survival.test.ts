import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { expect, test } from 'vitest';
import { digest } from '../../src/audit/digest.ts';
import { verifyChain } from '../../src/core/audit/verify.ts';
import { freePort, startRuntime } from '../runtime/runtime.ts';
import { Person } from './person.ts';
import { seed, seeded } from './random.ts';
import { ROUND_MILLISECONDS } from './rounds.ts';
import { eventsIn, trailIn } from './trail.ts';

// The process is killed with SIGKILL while people change their profiles: each change is an event, committed with it and
// delivered a moment later. PORTCULLIS_SEED repeats the moments.

const ROUNDS = 6;
const PEOPLE = 3;

interface Account {
  person: Person;
  userId: string;
  /** How many changes were acknowledged. */
  changes: number;
}

async function signUp(issuer: string): Promise<Account> {
  const person = new Person(issuer);
  await person.signUp();
  return { person, userId: decodeJwt((await person.tokens()).accessToken).sub ?? '', changes: 0 };
}

/** Changes the profile again and again, until the process does not answer any more. */
async function change(account: Account, life: { killed: boolean }): Promise<void> {
  const { browser, issuer } = account.person;
  try {
    while (!life.killed) {
      await browser.open(`${issuer}/account/profile`);
      const { status } = await browser.submit('/account/profile', {
        nickname: `${account.changes}.${Math.random()}`,
      });
      expect(status).toBe(200);
      account.changes += 1;
    }
  } catch (error) {
    if (!life.killed) throw error;
  }
}

const changesIn = async (folder: string, { userId }: Account) =>
  (await trailIn(folder, userId)).filter(({ type }) => type === 'profile_changed').length;

test('a kill between commit and delivery loses no event', {
  timeout: (ROUNDS + 2) * ROUND_MILLISECONDS,
}, async () => {
  const start = seed();
  console.info(`PORTCULLIS_SEED=${start}`);
  const random = seeded(start);
  const persistTo = await mkdtemp(join(tmpdir(), 'portcullis-trail-'));
  const options = { port: await freePort(), persistTo };
  const accounts: Account[] = [];
  let undelivered = 0;
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const runtime = await startRuntime(options);
      const life = { killed: false };
      try {
        while (accounts.length < PEOPLE) accounts.push(await signUp(runtime.url));
        const load = Promise.all(accounts.map((account) => change(account, life)));
        await Promise.race([wait(300 + random.below(1000)), load]);
        life.killed = true;
        await runtime.kill();
        await load;
      } finally {
        life.killed = true;
        await runtime.kill();
      }
      for (const { userId } of accounts) {
        const delivered = await trailIn(persistTo, userId);
        undelivered += (await eventsIn(persistTo, userId)).length - delivered.length;
      }
    }
    expect(undelivered, 'some were committed and not delivered when the process was killed').toBeGreaterThan(
      0,
    );
    const committed = await Promise.all(accounts.map(({ userId }) => eventsIn(persistTo, userId)));

    const runtime = await startRuntime(options);
    try {
      for (const { person } of accounts) await person.browser.send(`${runtime.url}/account`);
      await wait(3000);
    } finally {
      await runtime.stop();
    }
    for (const [index, account] of accounts.entries()) {
      const rows = await trailIn(persistTo, account.userId);
      expect(rows.map(({ eventId }) => eventId)).toEqual(expect.arrayContaining(committed[index] ?? []));
      expect(await changesIn(persistTo, account)).toBeGreaterThanOrEqual(account.changes);
      expect(account.changes).toBeGreaterThan(0);
      const verdict = verifyChain(digest, account.userId, rows);
      expect(verdict).toMatchObject({ isWhole: true, before: 0, faults: [] });
    }
  } finally {
    await rm(persistTo, { recursive: true, force: true, maxRetries: 5 });
  }
});
