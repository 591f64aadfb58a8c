import { env, evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { migrations } from '../../src/user/schema.ts';
import { Person, personWithTokens, refresh, type Tokens } from '../workerd/person.ts';

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const objectOf = (tokens: Tokens) => env.USER.getByName(decodeJwt(tokens.access_token).sub ?? '');
const causeOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { cause?: string }).cause;
const broken = (flags: Record<string, unknown>) => Object.assign(new Error('the object is gone'), flags);

/** The next calls to a user's object meet these failures first. */
function failNext(failures: Error[]) {
  const real = env.USER.getByName.bind(env.USER);
  return vi.spyOn(env.USER, 'getByName').mockImplementation((name) => {
    const failure = failures.shift();
    const stub = real(name);
    if (!failure) return stub;
    return new Proxy(stub, { get: () => () => Promise.reject(failure) });
  });
}

describe('an object that does not answer', () => {
  it('because it is overloaded is not asked again: 503 with Retry-After, and nothing is lost', async () => {
    const { tokens } = await personWithTokens();
    const calls = failNext([broken({ overloaded: true, retryable: true })]);
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const response = await refresh(tokens.refresh_token);
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('Retry-After'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' });
    expect(calls).toHaveBeenCalledTimes(1);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('for a moment is asked again, three times at most', async () => {
    const { tokens } = await personWithTokens();
    const retryable = () => broken({ retryable: true });
    const calls = failNext([retryable(), retryable(), retryable()]);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect(calls).toHaveBeenCalledTimes(4);
  });

  it('leaves no token in the log', async () => {
    const { tokens } = await personWithTokens();
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    failNext([broken({ remote: true, message: `leaks ${tokens.refresh_token}` })]);
    expect((await refresh(tokens.refresh_token)).status).toBe(503);
    expect(log).toHaveBeenCalled();
    expect(JSON.stringify(log.mock.calls)).not.toContain('pc_rt_');
  });
});

it('a lost answer between object and Worker rotates once: the retry carries the same candidate', async () => {
  const { tokens } = await personWithTokens();
  const real = env.USER.getByName.bind(env.USER);
  let lost = 0;
  vi.spyOn(env.USER, 'getByName').mockImplementation((name) => {
    const stub = real(name);
    return new Proxy(stub, {
      get: (target, property) =>
        property === 'perform' && lost === 0
          ? async (...request: Parameters<typeof target.perform>) => {
              lost += 1;
              await target.perform(...request);
              throw broken({ retryable: true });
            }
          : Reflect.get(target, property, target),
    });
  });
  const next = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
  expect(lost).toBe(1);
  vi.restoreAllMocks();
  const row = await runInDurableObject(objectOf(tokens), (_, state) =>
    state.storage.sql.exec('SELECT generation FROM family').one(),
  );
  expect(row).toEqual({ generation: 1 });
  expect((await refresh(next.refresh_token)).status).toBe(200);
});

it('full storage answers 503, changes nothing, and the old token still works', async () => {
  const { tokens } = await personWithTokens();
  vi.spyOn(console, 'error').mockImplementation(() => {});
  const stub = objectOf(tokens);
  await runInDurableObject(stub, (_, state) => {
    const real = state.storage.transactionSync.bind(state.storage);
    let full = true;
    // Fails like SQLite does: after the work, at the moment of writing, with everything rolled back.
    Object.defineProperty(state.storage, 'transactionSync', {
      configurable: true,
      value: <T>(use: () => T): T => {
        if (!full) return real(use);
        full = false;
        return real(() => {
          use();
          throw new Error('database or disk is full: SQLITE_FULL');
        });
      },
    });
  });
  const response = await refresh(tokens.refresh_token);
  expect(response.status).toBe(503);
  const row = await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec('SELECT generation FROM family').one(),
  );
  expect(row).toEqual({ generation: 0 });
  expect((await refresh(tokens.refresh_token)).status).toBe(200);
});

it('a restore from an old backup fails closed: a token newer than storage ends the family', async () => {
  const { tokens } = await personWithTokens();
  const stub = objectOf(tokens);
  const first = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
  const backup = await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec('SELECT * FROM family').one(),
  );
  const second = (await (await refresh(first.refresh_token)).json()) as Tokens;
  await runInDurableObject(stub, (_, state) => {
    state.storage.sql.exec(
      'UPDATE family SET generation = ?, current_hash = ?, previous_hash = ?, salt = ?',
      backup.generation,
      backup.current_hash,
      backup.previous_hash,
      backup.salt,
    );
  });
  expect(await causeOf(refresh(second.refresh_token))).toBe('token_mismatch');
  expect(await causeOf(refresh(first.refresh_token))).toBe('token_mismatch');
});

it('an object whose tables the previous schema wrote migrates when it wakes, and keeps its people signed in', async () => {
  const { person, tokens } = await personWithTokens();
  const stub = objectOf(tokens);
  // Back to the first schema: its tables, with this person's rows, as the release before wrote them.
  await runInDurableObject(stub, (_, state) => {
    const { sql } = state.storage;
    const rows = (table: string) => sql.exec(`SELECT * FROM ${table}`).toArray();
    const tables = ['profile', 'password', 'session', 'code', 'family', 'event'];
    const kept = tables.map((table) => [table, rows(table)] as const);
    const all = sql
      .exec<{ name: string }>(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\' AND name <> 'schema_version'",
      )
      .toArray();
    for (const { name } of all) sql.exec(`DROP TABLE ${name}`);
    sql.exec(migrations[0]);
    sql.exec('UPDATE schema_version SET version = 1');
    for (const [table, found] of kept) {
      const columns = sql.exec('SELECT name FROM pragma_table_info(?)', table).toArray();
      for (const row of found) {
        const names = Object.keys(row).filter((name) => columns.some((column) => column.name === name));
        sql.exec(
          `INSERT INTO ${table} (${names}) VALUES (${names.map(() => '?')})`,
          ...names.map((name) => row[name]),
        );
      }
    }
  });
  await evictDurableObject(stub);
  expect((await refresh(tokens.refresh_token)).status).toBe(200);
  expect((await person.get('/account')).status).toBe(200);
  const version = await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec('SELECT version FROM schema_version').one(),
  );
  expect(version).toEqual({ version: migrations.length });
});

describe('the alarm', () => {
  it('removes what ended more than 30 days ago, and sleeps when nothing is left', async () => {
    const { person, tokens } = await personWithTokens();
    const stub = objectOf(tokens);
    await person.submit('/account/sign-out-everywhere', {});
    const count = () =>
      runInDurableObject(stub, (_, state) =>
        ['session', 'family', 'code', 'event'].map((table) =>
          Number(state.storage.sql.exec(`SELECT COUNT(*) AS n FROM ${table}`).one().n),
        ),
      );
    await runDurableObjectAlarm(stub);
    expect(await count()).toEqual([1, 1, 1, 4]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 29 * 86_400_000 });
    await runInDurableObject(stub, (object) => object.alarm());
    expect(await count()).toEqual([1, 1, 0, 4]);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * 86_400_000 });
    await runInDurableObject(stub, async (object, state) => {
      await state.storage.deleteAlarm();
      await object.alarm();
    });
    expect(await count(), 'the next event is joined to the newest').toEqual([0, 0, 0, 1]);
    // Where somebody was seen is remembered for longer (risk.rememberSeconds).
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60 * 86_400_000 });
    await runInDurableObject(stub, async (object, state) => {
      await state.storage.deleteAlarm();
      await object.alarm();
    });
    expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).toBeNull();
    expect((await person.signIn()).status, 'the account itself stays').toBe(303);
  });

  it('keeps events that could not be delivered, and delivers them later', async () => {
    const person = new Person();
    const failing = vi.spyOn(env.AUDIT, 'batch').mockRejectedValue(new Error('D1 is down'));
    await person.signUp();
    const { tokens } = await personWithTokens();
    const stub = objectOf(tokens);
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    await runInDurableObject(stub, (object) => object.alarm());
    expect(log).toHaveBeenCalled();
    const retryAt = await runInDurableObject(stub, (_, state) => state.storage.getAlarm());
    expect(retryAt, 'tried again later, and not at once').toBeGreaterThan(Date.now() + 2_000);
    expect((await refresh(tokens.refresh_token)).status, 'refreshes go on meanwhile').toBe(200);
    failing.mockRestore();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    await runInDurableObject(stub, (object) => object.alarm());
    const left = await runInDurableObject(
      stub,
      (_, state) =>
        state.storage.sql
          .exec('SELECT MAX(sequence) - (SELECT MIN(sequence) FROM event_receiver) AS n FROM event')
          .one().n,
    );
    expect(left).toBe(0);
  });
});
