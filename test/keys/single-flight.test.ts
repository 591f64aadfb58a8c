import { expect, it } from 'vitest';
import { singleFlight } from '../../src/keys/single-flight.ts';

it('does not wait without end for a load whose request is gone', async () => {
  let loads = 0;
  const load = singleFlight(() => {
    loads += 1;
    // What becomes of a promise when the request that made it is cancelled.
    return loads === 1 ? new Promise<number>(() => {}) : Promise.resolve(loads);
  });
  void load();
  expect(await load()).toBe(2);
  expect(await load()).toBe(3);
});

it('gives a failure to everybody who waits, and starts anew for the next', async () => {
  let loads = 0;
  const load = singleFlight(async () => {
    loads += 1;
    await scheduler.wait(1);
    if (loads === 1) throw new Error('away');
    return loads;
  });
  const outcomes = await Promise.allSettled([load(), load(), load()]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(loads).toBe(1);
  expect(await load()).toBe(2);
});

it('starts one new load for all who lost patience together', async () => {
  let loads = 0;
  const load = singleFlight(async () => {
    loads += 1;
    if (loads === 1) return new Promise<number>(() => {});
    await scheduler.wait(50);
    return loads;
  });
  void load();
  expect(await Promise.all(Array.from({ length: 100 }, load))).toEqual(Array(100).fill(2));
  expect(loads).toBe(2);
});
