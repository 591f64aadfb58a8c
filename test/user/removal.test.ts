import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject, SELF } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { emailIdentifierName } from '../../src/crypto/identifier-name.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { decodeToken, newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';
import type { UserObject } from '../../src/user/object.ts';
import { createUsers } from '../../src/user/users.ts';
import { tokensFor } from '../logout/issuer.ts';
import { issuer, Person, post, refresh } from '../workerd/person.ts';

const users = createUsers(env.USER);
const identifiers = createIdentifiers(env.IDENTIFIER);
const fresh = { freshSeconds: 600, secondFactors: true };
const administration = exports.Administration;

/** Whom the clients were told is gone. */
let told: string[] = [];
let clientsAnswer = () => new Response();

// Never unstubbed: an object whose alarm goes on after the last test would ask the network, and the runner would wait for it.
beforeEach(() => {
  told = [];
  clientsAnswer = () => new Response();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
    const token = new URLSearchParams(String(init.body)).get('logout_token') ?? '';
    const answer = clientsAnswer();
    if (answer.ok) told.push(decodeJwt(token).sub ?? '');
    return answer;
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** What came before is delivered, so that what is seen afterwards is of the removal. */
async function settle(stub: DurableObjectStub<UserObject>) {
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    const query = 'SELECT MAX(sequence) - (SELECT MIN(sequence) FROM event_receiver) AS n FROM event';
    expect(await runInDurableObject(stub, (_, state) => state.storage.sql.exec(query).one().n)).toBe(0);
  }, patience);
}

/** The same without a browser, and without the dear hash of a password. */
async function plainMember() {
  const userId = newUserId();
  const email = `${userId.toLowerCase()}@people.test`;
  const person = new Person(email);
  await identifiers.reserve(email, userId);
  await users.create({ userId, email, emailVerified: false, name: 'Ada' }, { passwordHash: 'hash' });
  await identifiers.confirm(email, userId);
  const session = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const device = { userAgent: 'Some browser', place: 'Lisbon, Portugal' };
  const policy = {
    idleSeconds: 600,
    absoluteSeconds: 600,
    secondFactor: { rule: 'off' as const, groups: [] },
  };
  await users.openSession(session, undefined, 'anyone', ['pwd'], device, policy);
  const family = {
    secretHash: newSecret(),
    idleSeconds: 600,
    absoluteSeconds: 600,
    hearsOfLogout: true,
  };
  const granted = { clientId: 'one', scope: ['openid', 'offline_access'], resource: [] };
  await users.foundFamily(session, newRecordId(), family, granted);
  const stub = env.USER.getByName(userId);
  await settle(stub);
  return { person, userId, session, stub };
}

/** Somebody who is signed in at a client that hears of the end of it. */
async function member() {
  const person = new Person();
  await person.signUp();
  const tokens = await tokensFor(person, 'one', 'openid offline_access');
  const userId = decodeJwt(tokens.id_token).sub ?? '';
  const cookie = person.cookies.get('portcullis-session') ?? '';
  const session = await decodeToken(await rootSecrets(env), 'session', cookie);
  if (!session) throw new Error('not signed in');
  const stub = env.USER.getByName(userId);
  await settle(stub);
  return { person, tokens, userId, session, stub };
}

/** What is stored in an object: its tables with their rows, and its alarm. */
const storageOf = (stub: DurableObjectStub) =>
  runInDurableObject(stub, async (_, state) => {
    const { sql } = state.storage;
    const names = sql
      .exec<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*'")
      .toArray()
      .map(({ name }) => name);
    const rows = (name: string) => Number(sql.exec(`SELECT COUNT(*) AS n FROM "${name}"`).one().n);
    return {
      tables: Object.fromEntries(names.map((name) => [name, rows(name)])),
      alarm: await state.storage.getAlarm(),
    };
  });

const patience = { timeout: 10_000 };
const nothing = { tables: {}, alarm: null };

/** Runs the alarm, if one is set, as the platform does: one that throws, or dies, is run again. */
const runAlarm = (stub: DurableObjectStub<UserObject>) =>
  runInDurableObject(stub, async (object, state) => {
    if ((await state.storage.getAlarm()) === null) return;
    await state.storage.deleteAlarm();
    await object.alarm().catch(() => state.storage.setAlarm(Date.now() + 1000));
  });

/** Lets the object's alarm run until it asks for no more. */
async function finish(stub: DurableObjectStub) {
  for (let run = 0; run < 20; run += 1) {
    if (Object.keys((await storageOf(stub)).tables).length === 0) return;
    await runDurableObjectAlarm(stub);
  }
}

const trail = async (userId: string) =>
  (
    await env.AUDIT.prepare('SELECT type, detail FROM security_event WHERE user_id = ? ORDER BY at')
      .bind(userId)
      .all<{ type: string; detail: string }>()
  ).results;

const mailOf = async (email: string) =>
  (await readMailbox(env.MAILBOX)).filter(({ to }) => to === email).map(({ subject }) => subject);

/** What must be true of everybody whose removal is through, however it went. */
async function expectGone({ person, userId, stub }: Awaited<ReturnType<typeof plainMember>>) {
  expect(await storageOf(stub)).toEqual(nothing);
  expect(await identifiers.lookup(person.email)).toBeUndefined();
  expect(await mailOf(person.email)).toEqual(['Your Portcullis account is deleted', 'Welcome to Portcullis']);
  const events = await trail(userId);
  expect(events.map(({ type }) => type)).toContain('account_deleted');
  const told = events.filter(({ detail }) => detail !== '{}').map(({ type }) => type);
  expect(told, 'only that it was deleted is told in full').toEqual(['account_deleted']);
}

describe('an account that is deleted', () => {
  it('leaves nothing in its object and its identifier, tells clients and the person, and keeps a bare trail', async () => {
    const gone = await member();
    expect(await users.deleteAccount(gone.session, fresh)).toEqual({ kind: 'deleted', clientIds: ['one'] });
    await finish(gone.stub);
    await expectGone(gone);
    expect(told).toEqual([gone.userId]);
  });

  it('is refused everywhere at once, before the alarm did anything', async () => {
    const { person, tokens, userId, session, stub } = await member();
    // Nothing gets out of the object, so that no later step has a part in this.
    vi.spyOn(env.AUDIT, 'batch').mockRejectedValue(new Error('D1 is down'));
    clientsAnswer = () => new Response(null, { status: 503 });
    await users.deleteAccount(session, fresh);
    const kept = Object.entries((await storageOf(stub)).tables).filter(([, rows]) => rows > 0);
    expect(kept.map(([name]) => name).toSorted()).toEqual([
      'event',
      'event_receiver',
      'logout_notice',
      'removal',
      'schema_version',
    ]);
    const refreshed = await refresh(tokens.refresh_token, { client_id: 'one' });
    expect([refreshed.status, await refreshed.json()]).toEqual([
      400,
      expect.objectContaining({ error: 'invalid_grant' }),
    ]);
    const userinfo = await SELF.fetch(`${issuer}/oauth/userinfo`, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
    });
    expect(userinfo.status).toBe(401);
    const account = await person.get('/account');
    expect([account.status, account.headers.get('Location')]).toEqual([303, '/signin']);
    expect((await person.signIn()).status).toBe(401);
    const { sid = '' } = decodeJwt<{ sid: string }>(tokens.id_token);
    expect(await users.status(userId, { sessionId: sid })).toEqual({ kind: 'unknown' });
    expect(await users.inspect(userId)).toBeUndefined();
    expect(await users.exists(userId)).toBe(false);
  });

  it('refuses an access token at introspection once it is gone, too', async () => {
    const { tokens, session, stub } = await member();
    await users.deleteAccount(session, fresh);
    await finish(stub);
    const revoked = await post('/oauth/revoke', { token: tokens.refresh_token, client_id: 'one' });
    expect(revoked.status).toBe(200);
    const userinfo = await SELF.fetch(`${issuer}/oauth/userinfo`, {
      headers: { Authorization: `Bearer ${tokens.access_token}` },
    });
    expect(userinfo.status).toBe(401);
  });

  it('frees its email for somebody else, whom a late retry of a step takes nothing from', async () => {
    const { person, userId, session, stub } = await member();
    await users.deleteAccount(session, fresh);
    await finish(stub);
    const next = new Person(person.email);
    expect((await next.signUp()).headers.get('Location')).toBe('/account');
    const nextId = await identifiers.lookup(person.email);
    expect(nextId).not.toBe(userId);
    await env.IDENTIFIER.getByName(await emailIdentifierName(person.email)).release(userId);
    expect(await identifiers.lookup(person.email)).toBe(nextId);
  });

  it('frees its email although neither the trail nor a client takes anything for now', async () => {
    const { person, session, stub } = await member();
    const failing = vi.spyOn(env.AUDIT, 'batch').mockRejectedValue(new Error('D1 is down'));
    clientsAnswer = () => new Response(null, { status: 503 });
    await users.deleteAccount(session, fresh);
    await runDurableObjectAlarm(stub);
    await vi.waitFor(async () => expect(await identifiers.lookup(person.email)).toBeUndefined(), patience);
    expect((await storageOf(stub)).tables.removal, 'what is to be delivered waits').toBe(1);
    failing.mockRestore();
  });

  it('waits for a client that does not answer for as long as any other logout would, and then goes', async () => {
    const gone = await member();
    clientsAnswer = () => new Response(null, { status: 503 });
    await users.deleteAccount(gone.session, fresh);
    await runDurableObjectAlarm(gone.stub);
    expect((await storageOf(gone.stub)).tables.removal).toBe(1);
    for (let hour = 1; hour < 9; hour += 1) {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
      for (let run = 0; run < 3; run += 1) await runDurableObjectAlarm(gone.stub);
    }
    vi.useRealTimers();
    await finish(gone.stub);
    await expectGone(gone);
    expect((await trail(gone.userId)).map(({ type }) => type)).toContain('logout_undelivered');
  });

  it('has no tables left by a token that comes back later', async () => {
    const { person, tokens, session, stub } = await member();
    await users.deleteAccount(session, fresh);
    await finish(stub);
    await refresh(tokens.refresh_token, { client_id: 'one' });
    await person.get('/account');
    const { alarm } = await storageOf(stub);
    expect(alarm).toBeGreaterThan(Date.now());
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 });
    await runDurableObjectAlarm(stub);
    expect(await storageOf(stub)).toEqual(nothing);
  });

  it('is not made again by a late retry of its sign-up', async () => {
    const { person, userId, session } = await member();
    vi.spyOn(env.AUDIT, 'batch').mockRejectedValue(new Error('D1 is down'));
    await users.deleteAccount(session, fresh);
    await users.create(
      { userId, email: person.email, emailVerified: false, name: 'Ada' },
      { passwordHash: 'hash' },
    );
    expect(await users.exists(userId)).toBe(false);
  });

  it('is gone as a whole although its alarm had begun for something else', async () => {
    const gone = await member();
    const real = env.AUDIT.batch.bind(env.AUDIT);
    let step: 'before' | 'held' | 'released' = 'before';
    vi.spyOn(env.AUDIT, 'batch').mockImplementationOnce(async (statements) => {
      step = 'held';
      while (step === 'held') await scheduler.wait(10);
      return real(statements);
    });
    // Something to deliver, which takes its time; meanwhile the account is deleted.
    await users.editProfile(gone.session, { name: 'Countess', claims: {} });
    await vi.waitFor(() => expect(step).toBe('held'), patience);
    await users.deleteAccount(gone.session, fresh);
    step = 'released';
    await finish(gone.stub);
    await expectGone(gone);
  });

  it('is deleted by nobody whose sign-in is too long ago', async () => {
    const { userId, session } = await member();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 601_000 });
    expect(await users.deleteAccount(session, fresh)).toEqual({ kind: 'stale' });
    expect(await users.exists(userId)).toBe(true);
  });

  it('is deleted by nobody whose session is over', async () => {
    const { userId, session } = await member();
    await users.endSession(userId, session.recordId, 'sign_out');
    expect(await users.deleteAccount(session, fresh)).toEqual({ kind: 'stale' });
    expect(await users.exists(userId)).toBe(true);
  });
});

describe('an administrator', () => {
  it('deletes an account, and finds out that an id is no user', async () => {
    const gone = await member();
    expect(await administration.deleteUser(gone.userId)).toBe(true);
    await finish(gone.stub);
    await expectGone(gone);
    const deleted = (await trail(gone.userId)).find(({ type }) => type === 'account_deleted');
    expect(JSON.parse(deleted?.detail ?? '')).toEqual({ by: 'administrator' });
    expect(await administration.deleteUser(gone.userId)).toBe(false);
    expect(await administration.find(gone.person.email)).toBeUndefined();
  });
});

/**
 * The Worker and the object die at the step with this number: it happens or it does not, and nothing after it does.
 * @returns how many steps there were, and how to start again
 */
async function dieAt(stub: DurableObjectStub, step: number, when: 'before' | 'after') {
  let steps = 0;
  let dead = false;
  const crash = () => {
    dead = true;
    throw new Error('crashed');
  };
  const mortal =
    <Arguments extends unknown[], Result>(real: (...given: Arguments) => Result) =>
    (...given: Arguments): Result => {
      if (dead) throw new Error('dead already');
      steps += 1;
      if (steps === step && when === 'before') crash();
      const result = real(...given);
      if (steps !== step || when === 'before') return result;
      dead = true;
      if (result instanceof Promise) return result.then(crash) as Result;
      return crash();
    };
  const restores: (() => void)[] = [];
  // biome-ignore lint/suspicious/noExplicitAny: any method of any of them
  const wrap = (target: any, method: string) => {
    const own = Object.getOwnPropertyDescriptor(target, method);
    const real = target[method].bind(target);
    Object.defineProperty(target, method, { configurable: true, writable: true, value: mortal(real) });
    restores.push(() => {
      if (own) Object.defineProperty(target, method, own);
      else delete target[method];
    });
  };
  for (const namespace of [env.IDENTIFIER, env.MAILBOX]) wrap(namespace, 'getByName');
  wrap(env.AUDIT, 'batch');
  await runInDurableObject(stub, (_, state) => {
    for (const method of ['transactionSync', 'deleteAll']) wrap(state.storage, method);
  });
  // Its timer would keep the object in memory for as long as it runs.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => new AbortController().signal);
  const real = globalThis.fetch;
  vi.stubGlobal('fetch', mortal(real));
  return {
    isDead: () => dead,
    async revive() {
      for (const restore of restores) restore();
      vi.stubGlobal('fetch', real);
      await evictDurableObject(stub);
      return steps;
    },
  };
}

describe.each(['before', 'after'] as const)('a crash %s any step of the removal', (when) => {
  it('is finished by the next runs of the alarm', async () => {
    let steps = Number.POSITIVE_INFINITY;
    let crashes = 0;
    for (let step = 1; step <= steps; step += 1) {
      const gone = await plainMember();
      const { stub, session } = gone;
      const life = await dieAt(stub, step, when);
      await users.deleteAccount(session, fresh).catch(() => {});
      for (let run = 0; run < 4 && !life.isDead(); run += 1) {
        await runAlarm(stub);
      }
      const taken = await life.revive();
      if (taken < step) {
        steps = taken;
        await finish(stub);
      } else {
        crashes += 1;
        const { tables, alarm } = await storageOf(stub);
        const begun = Number(tables.removal ?? 0) > 0;
        if (Number(tables.profile ?? 0) > 0) {
          expect(begun, `step ${step}: all of the first move, or nothing`).toBe(false);
          await users.deleteAccount(session, fresh);
        } else if (Object.keys(tables).length > 0) {
          const soon = Date.now() + 5 * 60_000;
          expect(alarm ?? Number.NaN, `step ${step}: somebody goes on, soon`).toBeLessThan(soon);
        }
        await finish(stub);
      }
      await expectGone(gone);
      expect(told.filter((userId) => userId === gone.userId).length, `step ${step}`).toBeGreaterThan(0);
    }
    expect(crashes, 'every step was there to crash at').toBeGreaterThanOrEqual(8);
  }, 120_000);
});
