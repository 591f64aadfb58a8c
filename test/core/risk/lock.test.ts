import { describe, expect, it } from 'vitest';
import { type Lock, lockStep } from '../../../src/core/risk/lock.ts';

const MINUTE = 60_000;
const DAY = 86_400_000;

/** Waits as it is told and comes back at once, so often. @returns how long each time */
function delays(times: number): number[] {
  let lock: Lock | null = null;
  let now = 0;
  const waited: number[] = [];
  while (waited.length < times) {
    const step = lockStep(lock, now);
    if (step.kind === 'goes_on') {
      now += 61 * MINUTE;
      continue;
    }
    waited.push(step.lock.until - now);
    lock = step.lock;
    now = step.lock.until;
  }
  return waited;
}

describe('a sign-in that waits', () => {
  it('waits longer each time, an hour at most', () => {
    expect(delays(6)).toEqual([1, 4, 16, 60, 60, 60].map((minutes) => minutes * MINUTE));
  });

  it('is not made to wait longer by asking meanwhile', () => {
    const lock = { count: 2, until: 10 * MINUTE };
    expect(lockStep(lock, 9 * MINUTE)).toEqual({ kind: 'waits', lock });
  });

  it('goes on once it has waited, and begins anew a day later', () => {
    const lock = { count: 4, until: 10 * MINUTE };
    expect(lockStep(lock, 10 * MINUTE)).toEqual({ kind: 'goes_on' });
    expect(lockStep(lock, 69 * MINUTE)).toEqual({ kind: 'goes_on' });
    expect(lockStep(lock, 10 * MINUTE + DAY)).toMatchObject({ lock: { count: 1 } });
  });
});
