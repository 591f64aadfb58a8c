import { runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type RootSecrets, rootSecrets } from '../../src/crypto/root-secret.ts';
import { createTransactions, type Transactions } from '../../src/transaction/transactions.ts';

const kind = 'pushed_request';
let secrets: RootSecrets;
let transactions: Transactions;
beforeAll(async () => {
  secrets = await rootSecrets(env);
  transactions = createTransactions(env.TRANSACTION, secrets);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const soon = () => Date.now() + 60_000;
const nameOf = (id: string) =>
  btoa(atob(`${id.replaceAll('-', '+').replaceAll('_', '/')}=`).slice(0, 16))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

it('is read as often as wanted, and taken once', async () => {
  const id = await transactions.begin(kind, { a: 1 }, soon());
  expect(await transactions.read(kind, id)).toEqual({ a: 1 });
  expect(await transactions.read(kind, id)).toEqual({ a: 1 });
  const taken = await Promise.all([1, 2, 3].map(() => transactions.take(kind, id)));
  expect(taken.filter((value) => value !== undefined)).toEqual([{ a: 1 }]);
  expect(await transactions.read(kind, id)).toBeUndefined();
});

it('is over when it expires, and leaves nothing behind', async () => {
  const id = await transactions.begin(kind, { a: 1 }, soon());
  const stub = env.TRANSACTION.getByName(nameOf(id));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_001 });
  expect(await transactions.read(kind, id)).toBeUndefined();
  expect(await transactions.take(kind, id)).toBeUndefined();
  expect(await runDurableObjectAlarm(stub)).toBe(true);
  const tables = await runInDurableObject(stub, (_, state) =>
    state.storage.sql.exec("SELECT name FROM sqlite_master WHERE name = 'pending'").toArray(),
  );
  expect(tables).toEqual([]);
});

it('wakes no object for an id that was not made here', async () => {
  const id = await transactions.begin(kind, {}, soon());
  const getByName = vi.spyOn(env.TRANSACTION, 'getByName');
  const changed = id.startsWith('A') ? `B${id.slice(1)}` : `A${id.slice(1)}`;
  for (const garbage of [
    '',
    'x',
    id.slice(1),
    `${id}A`,
    changed,
    `${id.slice(0, -3)}AAA`,
    '../../etc/passwd',
  ]) {
    expect(await transactions.read(kind, garbage)).toBeUndefined();
    expect(await transactions.take(kind, garbage)).toBeUndefined();
  }
  expect(getByName).not.toHaveBeenCalled();
});

it('is still found after the root secret was replaced', async () => {
  const id = await transactions.begin(kind, { a: 1 }, soon());
  const next = await rootSecrets({
    ...env,
    PORTCULLIS_SECRET: `development_${btoa('another secret of 32 bytes, yes!')}`,
    PORTCULLIS_SECRET_PREVIOUS: env.PORTCULLIS_SECRET,
  });
  expect(await createTransactions(env.TRANSACTION, next).take(kind, id)).toEqual({ a: 1 });
});
