import { env, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newUserId } from '../../src/crypto/token.ts';
import type { DeliveryAnswer, OutgoingEvent, Receiver } from '../../src/outbox/receiver.ts';
import { Alarm } from '../../src/user/alarm.ts';
import { EventReceiverTable } from '../../src/user/tables/event-receiver.ts';
import { createUsers } from '../../src/user/users.ts';

const users = createUsers(env.USER);
const administration = exports.Administration;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** A receiver that keeps what it is handed, and takes it while it is well. */
class Stand implements Receiver {
  readonly handed: OutgoingEvent[][] = [];
  readonly name: string;
  batch = 1;
  answer: (events: readonly OutgoingEvent[]) => DeliveryAnswer | Promise<DeliveryAnswer> = () => ({
    kind: 'taken',
  });

  constructor(name: string) {
    this.name = name;
  }

  wants(type: string): boolean {
    return type !== 'everything_ended';
  }

  async deliver(events: readonly OutgoingEvent[]): Promise<DeliveryAnswer> {
    this.handed.push([...events]);
    return this.answer(events);
  }

  get sequences(): number[] {
    return this.handed.flat().map(({ sequence }) => sequence);
  }
}

const later = (): DeliveryAnswer => ({ kind: 'later', reason: '500' });

/** Somebody whose events go to these receivers. */
async function member(...receivers: Stand[]) {
  vi.spyOn(Alarm.prototype, 'receivers').mockReturnValue(receivers);
  const userId = newUserId();
  const email = `${userId.toLowerCase()}@people.test`;
  await users.create({ userId, email, emailVerified: false, name: 'Ada' }, { passwordHash: 'hash' });
  const stub = env.USER.getByName(userId);
  const happen = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      await users.disable(userId);
      await users.enable(userId);
    }
  };
  return { userId, stub, receivers, happen };
}

type Member = Awaited<ReturnType<typeof member>>;

const ring = ({ stub }: Pick<Member, 'stub'>) => runInDurableObject(stub, (object) => object.alarm());

/** Moves the clock from alarm to alarm. */
async function pass(person: Pick<Member, 'stub'>, milliseconds: number) {
  const until = Date.now() + milliseconds;
  await ring(person);
  for (let runs = 0; runs < 500; runs += 1) {
    const at = await runInDurableObject(person.stub, (_, state) => state.storage.getAlarm());
    if (at === null || at > until) break;
    vi.setSystemTime(Math.max(at, Date.now()));
    await ring(person);
  }
  vi.setSystemTime(until);
}

const ordered = (sequences: number[]) =>
  sequences.every((sequence, index) => index === 0 || sequence >= (sequences[index - 1] ?? 0));

describe('a receiver', () => {
  it('is handed every event that it wants, once, in order, in batches of its size', async () => {
    const [one, two] = [new Stand('one'), new Stand('two')];
    two.batch = 3;
    const person = await member(one, two);
    await person.happen(3);
    await pass(person, 1000);
    // A disabling is two events, of which nobody here wants the one that everything ended.
    expect(one.sequences).toEqual([1, 3, 4, 6, 7, 9, 10]);
    expect(two.sequences).toEqual(one.sequences);
    expect(one.handed.every((events) => events.length === 1)).toBe(true);
    expect(Math.max(...two.handed.map((events) => events.length))).toBeLessThanOrEqual(3);
  });
});

describe('a receiver that is down for an hour', () => {
  it.each([
    ['answers 500', later],
    [
      'throws',
      () => {
        throw new Error('boom');
      },
    ],
  ])('and %s has everything afterwards, in order, each under the same id', async (_, failing) => {
    const one = new Stand('one');
    one.answer = failing;
    const person = await member(one);
    await ring(person);
    await person.happen(2);
    await pass(person, HOUR);
    const tries = one.handed.length;
    // 5, 10, 20 ... seconds: the hour holds nine of them.
    expect(tries).toBeGreaterThanOrEqual(8);
    expect(tries).toBeLessThanOrEqual(11);
    expect(new Set(one.handed.flat().map(({ eventId }) => eventId)).size, 'the first alone').toBe(1);
    one.answer = () => ({ kind: 'taken' });
    await pass(person, HOUR);
    const after = one.handed.slice(tries).flat();
    expect(after.map(({ sequence }) => sequence)).toEqual([1, 3, 4, 6, 7]);
    expect(after[0]?.eventId).toBe(one.handed[0]?.[0]?.eventId);
    expect(await administration.deadLetters(person.userId)).toEqual([]);
  });

  it('holds up neither another receiver nor another person', async () => {
    const [one, two] = [new Stand('one'), new Stand('two')];
    const person = await member(one, two);
    one.answer = (events) => (events[0]?.userId === person.userId ? later() : { kind: 'taken' });
    await person.happen(2);
    await pass(person, 60_000);
    expect(two.sequences).toEqual([1, 3, 4, 6, 7]);
    const next = await member(one, two);
    await next.happen(1);
    await pass(next, 1000);
    const others = one.handed.flat().filter(({ userId }) => userId === next.userId);
    expect(others.map(({ sequence }) => sequence)).toContain(4);
  });
});

it('a receiver that hangs is tried again, and the others have everything meanwhile', async () => {
  const [one, two] = [new Stand('one'), new Stand('two')];
  const real = globalThis.setTimeout;
  const soon = (run: () => void, milliseconds?: number) =>
    real(run, milliseconds === 15_000 ? 20 : milliseconds);
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(soon as typeof setTimeout);
  one.answer = () => new Promise(() => {});
  const person = await member(one, two);
  await person.happen(1);
  await ring(person);
  expect(two.sequences).toEqual([1, 3, 4]);
  one.answer = () => ({ kind: 'taken' });
  await pass(person, 60_000);
  expect([...new Set(one.sequences)]).toEqual([1, 3, 4]);
});

it('an object that dies after a receiver has an event hands it over again, under the same id', async () => {
  const one = new Stand('one');
  const person = await member(one);
  await pass(person, 1000);
  one.handed.length = 0;
  const crash = vi.spyOn(EventReceiverTable.prototype, 'set').mockImplementation(() => {
    throw new Error('crashed');
  });
  await users.disable(person.userId);
  await ring(person).catch(() => {});
  expect(new Set(one.sequences)).toEqual(new Set([3]));
  const [[first] = []] = one.handed.splice(0);
  crash.mockRestore();
  await evictDurableObject(person.stub);
  await ring(person);
  expect(one.sequences).toEqual([3]);
  expect(one.handed[0]?.[0]?.eventId).toBe(first?.eventId);
});

it('a receiver that is new begins with what happens next', async () => {
  const one = new Stand('one');
  const person = await member(one);
  await person.happen(1);
  await pass(person, 1000);
  const two = new Stand('two');
  vi.spyOn(Alarm.prototype, 'receivers').mockReturnValue([...person.receivers, two]);
  await person.happen(1);
  await pass(person, 1000);
  expect(two.sequences).toEqual([6, 7]);
  expect(one.sequences).toEqual([1, 3, 4, 6, 7]);
});

/** The events of one type in the person's object. */
const noted = ({ stub }: Member, type: string) =>
  runInDurableObject(stub, (_, state) =>
    state.storage.sql
      .exec<{ detail: string }>('SELECT detail FROM event WHERE type = ? ORDER BY sequence', type)
      .toArray()
      .map(({ detail }) => JSON.parse(detail) as Record<string, unknown>),
  );

describe('what a receiver does not take', () => {
  it('is given up after three days, and not before; whoever is there again goes on with the rest', async () => {
    const [one, two] = [new Stand('one'), new Stand('two')];
    one.answer = later;
    const person = await member(one, two);
    await ring(person);
    await pass(person, 3 * DAY - 2 * HOUR);
    expect(await administration.deadLetters(person.userId)).toEqual([]);
    await person.happen(1);
    await pass(person, 4 * HOUR);
    const letters = await administration.deadLetters(person.userId);
    expect(letters).toEqual([
      expect.objectContaining({
        receiver: 'one',
        reason: '500',
        sequence: 1,
      }),
    ]);
    expect(letters[0]?.attempts).toBeGreaterThan(70);
    expect(await noted(person, 'delivery_given_up')).toEqual([
      expect.objectContaining({
        by: 'system',
        receiver: 'one',
        eventId: letters[0]?.eventId,
        reason: '500',
        attempts: letters[0]?.attempts,
      }),
    ]);
    one.handed.length = 0;
    one.answer = () => ({ kind: 'taken' });
    await pass(person, 2 * HOUR);
    expect(one.sequences).toEqual([3, 4, 5]);
    expect(two.sequences, 'who tells the operator').toEqual([1, 3, 4, 5]);
  }, 120_000);

  it('and will never take is given up at once', async () => {
    const one = new Stand('one');
    one.answer = ([event]) =>
      event?.type === 'account_disabled' ? { kind: 'never', reason: '410' } : { kind: 'taken' };
    const person = await member(one);
    await person.happen(1);
    await pass(person, 1000);
    expect(one.sequences).toEqual([1, 3, 4, 5]);
    expect(await administration.deadLetters(person.userId)).toEqual([
      expect.objectContaining({
        reason: '410',
        attempts: 1,
        sequence: 3,
      }),
    ]);
  });

  it('is kept no longer than the event itself would be', async () => {
    const one = new Stand('one');
    one.answer = () => ({ kind: 'never', reason: '410' });
    const person = await member(one);
    await pass(person, 29 * DAY);
    expect(await administration.deadLetters(person.userId)).not.toEqual([]);
    await pass(person, 32 * DAY);
    expect(await administration.deadLetters(person.userId)).toEqual([]);
  });

  it('makes no events for ever, although nobody takes any', async () => {
    const receivers = [new Stand('one'), new Stand('two')];
    for (const receiver of receivers) receiver.answer = () => ({ kind: 'never', reason: '410' });
    const person = await member(...receivers);
    await person.happen(1);
    await pass(person, DAY);
    // The account was made, disabled and enabled: three, for each of two receivers.
    expect(await noted(person, 'delivery_given_up')).toHaveLength(6);
  });

  it('is tried again when an administrator asks for it, in order, and is listed again where that is in vain', async () => {
    const [one, two] = [new Stand('one'), new Stand('two')];
    for (const receiver of [one, two]) receiver.answer = () => ({ kind: 'never', reason: '410' });
    const person = await member(one, two);
    await person.happen(1);
    await pass(person, 1000);
    const listed = await administration.deadLetters(person.userId);
    one.handed.length = 0;
    two.handed.length = 0;
    const own = listed.filter(({ receiver }) => receiver === 'one');
    one.answer = ([event]) =>
      event?.type === 'account_enabled' ? { kind: 'never', reason: '400' } : { kind: 'taken' };
    expect(await administration.replayDeliveries(person.userId, 'one')).toBe(own.length);
    await pass(person, 1000);
    const ids = one.handed.flat().map(({ eventId }) => eventId);
    expect(ids.slice(0, own.length)).toEqual(own.map(({ eventId }) => eventId));
    expect(ordered(one.sequences)).toBe(true);
    expect(
      two.handed.flat().map(({ type }) => type),
      'but for the new event',
    ).toEqual(['delivery_given_up']);
    const left = await administration.deadLetters(person.userId);
    expect(left.filter(({ receiver }) => receiver === 'one')).toEqual([
      expect.objectContaining({ reason: '400', replayedAt: null }),
    ]);
  });

  it('waits again, with the others behind it, where it is tried again in vain', async () => {
    const one = new Stand('one');
    one.answer = () => ({ kind: 'never', reason: '410' });
    const person = await member(one);
    await pass(person, 1000);
    one.answer = later;
    one.handed.length = 0;
    expect(await administration.replayDeliveries(person.userId)).toBeGreaterThan(0);
    await pass(person, 30_000);
    expect(new Set(one.sequences)).toEqual(new Set([1]));
    one.answer = () => ({ kind: 'taken' });
    await pass(person, HOUR);
    expect(await administration.deadLetters(person.userId)).toEqual([]);
  });

  it('is kept of two hundred events, and what goes for it is counted', async () => {
    const one = new Stand('one');
    one.answer = ({ 0: event }) =>
      event?.type === 'delivery_given_up' ? { kind: 'taken' } : { kind: 'never', reason: '410' };
    const person = await member(one);
    await person.happen(101);
    await pass(person, DAY);
    const letters = await administration.deadLetters(person.userId);
    expect(letters).toHaveLength(200);
    expect(letters.map(({ sequence }) => sequence)).not.toContain(1);
    const dropped = (await noted(person, 'delivery_given_up')).map((detail) => Number(detail.dropped ?? 0));
    expect(dropped.reduce((sum, count) => sum + count, 0)).toBe(3);
  }, 120_000);

  it('is never given up where the receiver is patient', async () => {
    const one = new Stand('one');
    Object.assign(one, { isPatient: true });
    one.answer = later;
    const person = await member(one);
    for (let days = 0; days < 10; days += 1) {
      vi.setSystemTime(Date.now() + DAY);
      await ring(person);
    }
    expect(one.handed.length).toBeGreaterThanOrEqual(10);
    expect(await administration.deadLetters(person.userId)).toEqual([]);
    one.answer = () => ({ kind: 'taken' });
    one.handed.length = 0;
    await pass(person, HOUR);
    expect(one.sequences).toEqual([1]);
  });
});
