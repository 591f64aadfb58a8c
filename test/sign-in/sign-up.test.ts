import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import '../../src/worker.ts';
import { emailIdentifierName } from '../../src/crypto/identifier-name.ts';
import { newUserId } from '../../src/crypto/token.ts';
import { createIdentifiers, type Identifiers } from '../../src/identifier/identifiers.ts';
import { signUpUser } from '../../src/sign-in/sign-up.ts';
import { createUsers, type Users } from '../../src/user/users.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const users = createUsers(env.USER);
const credentials = async () => ({ passwordHash: 'hash' });
const person = (email = `${newUserId().toLowerCase()}@example.com`) => ({
  userId: newUserId(),
  email,
  emailVerified: false,
  name: 'Ada',
});
type Someone = ReturnType<typeof person>;

const steps = ['reserve', 'create', 'confirm'] as const;
type Step = (typeof steps)[number];

/** The dependencies of a Worker that dies just before or just after one of its calls, whose answer is lost then. */
function dying(step: Step, when: 'before' | 'after'): { identifiers: Identifiers; users: Users } {
  const crash = new Error('the Worker is gone');
  const dies =
    <Arguments extends unknown[], Answer>(call: (...them: Arguments) => Promise<Answer>) =>
    async (...them: Arguments): Promise<Answer> => {
      if (when === 'before') throw crash;
      await call(...them);
      throw crash;
    };
  return {
    identifiers: {
      ...identifiers,
      ...(step === 'reserve' && { reserve: dies(identifiers.reserve) }),
      ...(step === 'confirm' && { confirm: dies(identifiers.confirm) }),
    },
    users: { ...users, ...(step === 'create' && { create: dies(users.create) }) },
  };
}

const identifierOf = async ({ email }: Someone) => env.IDENTIFIER.getByName(await emailIdentifierName(email));

/** What the platform does by itself once the time has come. */
async function later(someone: Someone) {
  vi.setSystemTime(Date.now() + 2 * 60_000);
  await runDurableObjectAlarm(await identifierOf(someone));
  await runDurableObjectAlarm(env.USER.getByName(someone.userId));
}

/** Whether there is nothing in the storage of the object of an address. */
async function isUnused(someone: Someone): Promise<boolean> {
  const tables = await runInDurableObject(await identifierOf(someone), (_, state) =>
    state.storage.sql
      .exec("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'")
      .toArray(),
  );
  return tables.length === 0;
}

const crashes = steps.flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const]);

describe.each(crashes)('a sign-up that died at "%s", %s it was done', (step, when) => {
  const made = step === 'confirm' || (step === 'create' && when === 'after');
  const crashed = async (someone: Someone) => {
    await expect(signUpUser(dying(step, when), someone, credentials)).rejects.toThrow('gone');
    return someone;
  };

  it(`is ${made ? 'finished' : 'undone'} by the alarms`, async () => {
    const someone = await crashed(person());
    await later(someone);
    expect(await identifiers.lookup(someone.email)).toBe(made ? someone.userId : undefined);
    expect(await users.exists(someone.userId)).toBe(made);
    if (!made) expect(await isUnused(someone)).toBe(true);
  });

  it(`is ${made ? 'finished' : 'undone'} by the user's alarm and the identifier's in the other order`, async () => {
    const someone = await crashed(person());
    vi.setSystemTime(Date.now() + 2 * 60_000);
    await runDurableObjectAlarm(env.USER.getByName(someone.userId));
    await runDurableObjectAlarm(await identifierOf(someone));
    expect(await identifiers.lookup(someone.email)).toBe(made ? someone.userId : undefined);
    expect(await users.exists(someone.userId)).toBe(made);
  });

  it('can be tried again by its own retry', async () => {
    const someone = await crashed(person());
    expect(await signUpUser({ identifiers, users }, someone, credentials)).toBe('created');
    expect(await identifiers.lookup(someone.email)).toBe(someone.userId);
  });

  it('leaves one account, whoever comes next', async () => {
    const someone = await crashed(person());
    await later(someone);
    const next = person(someone.email);
    const outcome = await signUpUser({ identifiers, users }, next, credentials);
    expect(outcome).toBe(made ? 'taken' : 'created');
    expect(await identifiers.lookup(someone.email)).toBe(made ? someone.userId : next.userId);
    expect([await users.exists(someone.userId), await users.exists(next.userId)]).toEqual([made, !made]);
  });
});

describe('an account', () => {
  it('whose address went to somebody else before it was its own removes itself', async () => {
    const slow = person();
    await users.create(slow, await credentials());
    const other = person(slow.email);
    expect(await signUpUser({ identifiers, users }, other, credentials)).toBe('created');
    await later(slow);
    expect(await users.exists(slow.userId)).toBe(false);
    expect(await identifiers.lookup(slow.email)).toBe(other.userId);
    expect(await users.exists(other.userId)).toBe(true);
  });

  it('does nothing of the kind while its sign-up may still be going on', async () => {
    const slow = person();
    await users.create(slow, await credentials());
    await signUpUser({ identifiers, users }, person(slow.email), credentials);
    await runDurableObjectAlarm(env.USER.getByName(slow.userId));
    expect(await users.exists(slow.userId)).toBe(true);
  });

  it('that is its address’s stays, and asks once', async () => {
    const someone = person();
    await signUpUser({ identifiers, users }, someone, credentials);
    await later(someone);
    const stub = env.USER.getByName(someone.userId);
    const unclaimed = await runInDurableObject(stub, (_, state) =>
      state.storage.sql.exec<{ unclaimed: number }>('SELECT unclaimed FROM profile').one(),
    );
    expect(unclaimed).toEqual({ unclaimed: 0 });
  });
});

describe('two sign-ups with one address at once', () => {
  it('make one account, and the other is told', async () => {
    for (let round = 0; round < 5; round += 1) {
      const one = person();
      const two = person(one.email);
      const outcomes = await Promise.all(
        [one, two].map((who) => signUpUser({ identifiers, users }, who, credentials)),
      );
      expect(outcomes.sort()).toEqual(['created', 'taken']);
      await later(one);
      await later(two);
      const winner = await identifiers.lookup(one.email);
      const exist = [await users.exists(one.userId), await users.exists(two.userId)];
      expect(exist.filter(Boolean)).toHaveLength(1);
      expect(winner).toBe(exist[0] ? one.userId : two.userId);
    }
  });

  it('make one account, whichever of the two dies wherever', async () => {
    for (const [step, when] of crashes) {
      const one = person();
      const two = person(one.email);
      await Promise.allSettled([
        signUpUser(dying(step, when), one, credentials),
        signUpUser({ identifiers, users }, two, credentials),
      ]);
      await later(one);
      await later(two);
      await later(one);
      const exist = [one, two].map(async (who) => (await users.exists(who.userId)) && who.userId);
      const left = (await Promise.all(exist)).filter(Boolean);
      expect(left.length).toBeLessThanOrEqual(1);
      expect(await identifiers.lookup(one.email)).toBe(left[0]);
    }
  });
});
