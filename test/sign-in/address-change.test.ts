import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import '../../src/worker.ts';
import { configOf } from '../../src/config/configured.ts';
import { emailIdentifierName } from '../../src/crypto/identifier-name.ts';
import { newRecordId, newSecret, newUserId, type Token } from '../../src/crypto/token.ts';
import { createIdentifiers, type Identifiers } from '../../src/identifier/identifiers.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';
import { completeChange } from '../../src/sign-in/address-change.ts';
import { freshPolicy } from '../../src/sign-in/fresh-session.ts';
import { signUpUser } from '../../src/sign-in/sign-up.ts';
import { createUsers, type Users } from '../../src/user/users.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const identifiers = createIdentifiers(env.IDENTIFIER);
const users = createUsers(env.USER);
const config = configOf(env);
const stores = { config, identifiers, users };
const newEmail = () => `${newUserId().toLowerCase()}@example.com`;
const credentials = async () => ({ passwordHash: 'hash' });
const hash = newSecret();

interface Someone {
  userId: string;
  email: string;
  session: Token;
  to: string;
  change: Parameters<typeof completeChange>[2];
}

/** Writes a code down and proves it, past the mail. */
async function prove(userId: string, purpose: 'change-from' | 'change-to', address: string) {
  const codeId = newRecordId();
  const policy = { maximumAttempts: 50, attemptWindowSeconds: 600 };
  await users.beginEmailCode(userId, {
    code: { codeId, purpose, address, hash, lifetimeSeconds: 600 },
    mail: undefined,
    needsAccount: true,
    door: 'anyone',
    policy,
  });
  const attempt = newRecordId();
  await users.tryEmailCode(userId, { codeId, purpose, hashes: [hash], attempt, known: true });
  return { codeId, address };
}

/** Somebody who is signed in and has proved both addresses. */
async function someone(to = newEmail()): Promise<Someone> {
  const userId = newUserId();
  const email = newEmail();
  await signUpUser(stores, { userId, email, emailVerified: false, name: 'Ada' }, credentials);
  const session = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const secondFactor = { rule: 'off' as const, groups: [] };
  const policy = { idleSeconds: 3600, absoluteSeconds: 3600, secondFactor };
  await users.openSession(session, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
  const change = {
    from: await prove(userId, 'change-from', email),
    to: await prove(userId, 'change-to', to),
  };
  return { userId, email, session, to, change };
}

const identifierOf = async (address: string) => env.IDENTIFIER.getByName(await emailIdentifierName(address));
const emailOf = async (userId: string) => (await users.inspect(userId))?.profile.email;

/** Runs the alarm, if one is set, as the platform does. */
const runAlarm = (stub: DurableObjectStub) =>
  runInDurableObject(stub, async (object, state) => {
    const at = await state.storage.getAlarm();
    if (at === null || at > Date.now()) return;
    await state.storage.deleteAlarm();
    await object.alarm?.();
  });

/** What the platform does by itself once the time has come. */
async function later(
  { userId, email, to }: Someone,
  order: 'account first' | 'address first' = 'address first',
) {
  vi.setSystemTime(Date.now() + 2 * 60_000);
  const account = env.USER.getByName(userId);
  const addresses = [await identifierOf(to), await identifierOf(email)];
  const objects = order === 'account first' ? [account, ...addresses] : [...addresses, account];
  for (const object of objects) await runAlarm(object);
}

/** That the account is found by one address, and the other is nobody's. */
async function expectAddress({ userId, email, to }: Someone, changed: boolean) {
  const [own, free] = changed ? [to, email] : [email, to];
  expect(await emailOf(userId)).toBe(own);
  expect(await identifiers.lookup(own)).toBe(userId);
  expect(await identifiers.holder(free)).toBeUndefined();
}

const steps = ['reserve', 'changeAddress', 'settleAddress'] as const;
type Step = (typeof steps)[number];

/** The stores of a Worker that dies just before or just after one of its calls, whose answer is lost then. */
function dying(step: Step, when: 'before' | 'after'): typeof stores {
  const crash = new Error('the Worker is gone');
  const dies =
    <Arguments extends unknown[], Answer>(call: (...them: Arguments) => Promise<Answer>) =>
    async (...them: Arguments): Promise<Answer> => {
      if (when === 'before') throw crash;
      await call(...them);
      throw crash;
    };
  const mortal: { identifiers: Identifiers; users: Users } = {
    identifiers: { ...identifiers, ...(step === 'reserve' && { reserve: dies(identifiers.reserve) }) },
    users: { ...users, ...(step !== 'reserve' && { [step]: dies(users[step] as never) }) },
  };
  return { config, ...mortal };
}

const crashes = steps.flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const]);

describe.each(crashes)('a change of address that died at "%s", %s it was done', (step, when) => {
  const made = step === 'settleAddress' || (step === 'changeAddress' && when === 'after');
  const crashed = async () => {
    const who = await someone();
    await expect(completeChange(dying(step, when), who.session, who.change)).rejects.toThrow('gone');
    return who;
  };

  it.each(['account first', 'address first'] as const)(
    `is ${made ? 'finished' : 'undone'} by the alarms, %s`,
    async (order) => {
      const who = await crashed();
      await later(who, order);
      await expectAddress(who, made);
    },
  );

  it('is finished by its own retry', async () => {
    const who = await crashed();
    expect(await completeChange(stores, who.session, who.change)).toBe('changed');
    await expectAddress(who, true);
  });

  it('leaves the new address to one account, whoever comes next', async () => {
    const who = await crashed();
    await later(who);
    const next = { userId: newUserId(), email: who.to, emailVerified: false, name: 'Eve' };
    expect(await signUpUser(stores, next, credentials)).toBe(made ? 'taken' : 'created');
    expect(await identifiers.lookup(who.to)).toBe(made ? who.userId : next.userId);
    expect(await emailOf(who.userId)).toBe(made ? who.to : who.email);
  });

  it('leaves nothing behind when the account is deleted before the alarm', async () => {
    const who = await crashed();
    await users.deleteAccount(who.session, freshPolicy(config));
    const stub = env.USER.getByName(who.userId);
    for (let run = 0; run < 5; run += 1) await runDurableObjectAlarm(stub);
    await later(who);
    for (const address of [who.email, who.to]) expect(await identifiers.holder(address)).toBeUndefined();
  });
});

describe.each(['before', 'after'] as const)(
  'an account’s object that dies %s any call of the second move',
  (when) => {
    it('goes on with its next run', async () => {
      let calls = Number.POSITIVE_INFINITY;
      let crashes = 0;
      for (let call = 1; call <= calls; call += 1) {
        const who = await someone();
        const stub = env.USER.getByName(who.userId);
        const real = env.IDENTIFIER.getByName.bind(env.IDENTIFIER);
        await identifiers.reserve(who.to, who.userId);
        const { from, to } = who.change;
        const change = { address: who.to, fromCodeId: from.codeId, toCodeId: to.codeId };
        expect(await users.changeAddress(who.session, freshPolicy(config), change)).toBe('changed');
        let count = 0;
        const spy = vi.spyOn(env.IDENTIFIER, 'getByName').mockImplementation((name) => {
          count += 1;
          if (count < call) return real(name);
          if (count > call || when === 'before') throw new Error('dead');
          const object = real(name);
          const dies =
            (method: 'claim' | 'release') =>
            async (userId: string): Promise<never> => {
              await object[method](userId);
              throw new Error('dead');
            };
          return { claim: dies('claim'), release: dies('release') } as never;
        });
        await users.settleAddress(who.userId);
        spy.mockRestore();
        if (count < call) calls = count;
        else {
          crashes += 1;
          await evictDurableObject(stub);
          await later(who);
        }
        await expectAddress(who, true);
      }
      expect(crashes).toBe(2);
    });
  },
);

describe('a new address that went to somebody else before it was the account’s', () => {
  const lost = async () => {
    const who = await someone();
    const other = { userId: newUserId(), email: who.to, emailVerified: false, name: 'Eve' };
    await signUpUser(stores, other, credentials);
    const { from, to } = who.change;
    // Past the reservation, as somebody whose reservation lapsed.
    const change = { address: who.to, fromCodeId: from.codeId, toCodeId: to.codeId };
    expect(await users.changeAddress(who.session, freshPolicy(config), change)).toBe('changed');
    return { who, other };
  };

  it('is given back: the account has the old one again, as it was, and is told', async () => {
    const { who, other } = await lost();
    await later(who);
    expect(await emailOf(who.userId)).toBe(who.email);
    expect((await users.inspect(who.userId))?.profile.emailVerified).toBe(false);
    expect([await identifiers.lookup(who.email), await identifiers.lookup(who.to)]).toEqual([
      who.userId,
      other.userId,
    ]);
    await runDurableObjectAlarm(env.USER.getByName(who.userId));
    vi.useRealTimers();
    await vi.waitFor(
      async () => {
        const subjects = (await readMailbox(env.MAILBOX))
          .filter(({ to }) => to === who.email)
          .map(({ subject }) => subject);
        expect(subjects).toContain('Your Portcullis account keeps its email address');
      },
      { timeout: 10_000 },
    );
  });

  it('is not, while a sign-up with it is still under way', async () => {
    const who = await someone();
    const slow = newUserId();
    await identifiers.reserve(who.to, slow);
    const { from, to } = who.change;
    const change = { address: who.to, fromCodeId: from.codeId, toCodeId: to.codeId };
    await users.changeAddress(who.session, freshPolicy(config), change);
    expect(await users.settleAddress(who.userId)).toBe(who.to);
    expect(await identifiers.lookup(who.email), 'the old one is kept meanwhile').toBe(who.userId);
    // It came to nothing.
    await later(who);
    await expectAddress(who, true);
  });
});

describe('a change of address', () => {
  it('takes both codes, each for its own purpose and address, and a fresh session', async () => {
    const who = await someone();
    const { from, to } = who.change;
    const policy = freshPolicy(config);
    const attempt = (change: object, session = who.session) =>
      users.changeAddress(session, policy, {
        address: who.to,
        fromCodeId: from.codeId,
        toCodeId: to.codeId,
        ...change,
      });
    expect(await attempt({ fromCodeId: newRecordId() })).toBe('over');
    expect(await attempt({ toCodeId: newRecordId() })).toBe('over');
    expect(await attempt({ fromCodeId: to.codeId })).toBe('over');
    expect(await attempt({ toCodeId: from.codeId })).toBe('over');
    expect(await attempt({ address: newEmail() })).toBe('over');
    expect(await attempt({}, { ...who.session, secret: newSecret() })).toBe('not_fresh');
    vi.setSystemTime(Date.now() + 601_000);
    expect(await attempt({})).toBe('not_fresh');
    expect(await emailOf(who.userId)).toBe(who.email);
    expect(await identifiers.lookup(who.email)).toBe(who.userId);
  });

  it('makes codes worth nothing that go to the old address afterwards', async () => {
    const who = await someone();
    await completeChange(stores, who.session, who.change);
    for (const purpose of ['sign-in', 'reset'] as const) {
      const answers = [];
      for (const address of [who.email, who.to]) {
        const codeId = newRecordId();
        await users.beginEmailCode(who.userId, {
          code: { codeId, purpose, address, hash, lifetimeSeconds: 600 },
          mail: undefined,
          needsAccount: true,
          door: 'anyone',
          policy: { maximumAttempts: 50, attemptWindowSeconds: 600 },
        });
        const attempt = newRecordId();
        const presented = { codeId, purpose, hashes: [hash], attempt, known: true };
        answers.push((await users.tryEmailCode(who.userId, presented)).kind);
      }
      expect(answers).toEqual(['over', 'proved']);
    }
  });

  it('waits for the one before it', async () => {
    const who = await someone();
    const policy = freshPolicy(config);
    const { from, to } = who.change;
    await users.changeAddress(who.session, policy, {
      address: who.to,
      fromCodeId: from.codeId,
      toCodeId: to.codeId,
    });
    const third = newEmail();
    const next = {
      address: third,
      fromCodeId: (await prove(who.userId, 'change-from', who.to)).codeId,
      toCodeId: (await prove(who.userId, 'change-to', third)).codeId,
    };
    expect(await users.changeAddress(who.session, policy, next)).toBe('busy');
    await users.settleAddress(who.userId);
    expect(await users.changeAddress(who.session, policy, next)).toBe('changed');
    await users.settleAddress(who.userId);
    await expectAddress({ ...who, email: who.to, to: third }, true);
  });

  it('leaves one address to one of two accounts, whichever of them dies wherever', async () => {
    for (const [step, when] of crashes) {
      const to = newEmail();
      const [one, two] = [await someone(to), await someone(to)];
      await Promise.allSettled([
        completeChange(dying(step, when), one.session, one.change),
        completeChange(stores, two.session, two.change),
      ]);
      for (const who of [one, two, one, two]) await later(who);
      const emails = [await emailOf(one.userId), await emailOf(two.userId)];
      expect(emails.filter((email) => email === to).length, `${step}, ${when}`).toBeLessThanOrEqual(1);
      const holder = emails[0] === to ? one.userId : emails[1] === to ? two.userId : undefined;
      expect(await identifiers.lookup(to)).toBe(holder);
      for (const who of [one, two])
        if (who.userId !== holder) expect(await identifiers.lookup(who.email)).toBe(who.userId);
    }
  });
});
