import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attemptDoor,
  type Door,
  type DoorPolicy,
  knock,
  SECOND_FACTOR_DOOR,
} from '../../../src/core/account/door.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const PASSWORD_DOOR = attemptDoor({ maximumAttempts: 10, attemptWindowSeconds: 900 });

/** Knocks until the door closes; answers with how many attempts were counted, and for how long it stays closed. */
function untilClosed(policy: DoorPolicy, door: Door | undefined, now: number) {
  let current = door;
  for (let counted = 0; ; counted += 1) {
    const answer = knock(current, policy, now);
    if (answer.kind === 'closed') return { counted, door: current, seconds: answer.retryAfterSeconds };
    current = answer.door;
  }
}

/** Comes back each time on the moment that the door opens. */
function closings(policy: DoorPolicy, times: number) {
  let door: Door | undefined;
  let now = 1_000_000;
  return Array.from({ length: times }, () => {
    const { counted, seconds, door: closed } = untilClosed(policy, door, now);
    door = closed;
    now += seconds * SECOND;
    return { counted, seconds };
  });
}

describe('a door where passwords are tried', () => {
  it('lets ten attempts pass, then one at a time, with waits that double up to the longest', () => {
    const seen = closings(PASSWORD_DOOR, 8);
    expect(seen.map(({ counted }) => counted)).toEqual([10, 1, 1, 1, 1, 1, 1, 1]);
    expect(seen.map(({ seconds }) => seconds)).toEqual([30, 60, 120, 240, 480, 900, 900, 900]);
  });

  it('forgets after a day without attempts, and not a moment before', () => {
    const door = { attempts: 30, triedAt: 0, closedUntil: 15 * MINUTE };
    expect(knock(door, PASSWORD_DOOR, DAY - 1)).toMatchObject({ closes: true, door: { attempts: 31 } });
    expect(knock(door, PASSWORD_DOOR, DAY)).toEqual({
      kind: 'counted',
      closes: false,
      door: { attempts: 1, triedAt: DAY, closedUntil: DAY },
    });
  });

  it('waits no longer than it remembers', () => {
    const policy = attemptDoor({ maximumAttempts: 3, attemptWindowSeconds: 900, forgottenAfterSeconds: 900 });
    expect(closings(policy, 8).map(({ counted }) => counted)).toEqual([3, 1, 1, 1, 1, 1, 3, 1]);
  });
});

describe('a door where the codes of an authenticator app are tried', () => {
  it('closes after five, and stays closed twice as long each time, up to a day', () => {
    const seen = closings(SECOND_FACTOR_DOOR, 10);
    expect(seen.every(({ counted }) => counted === 5)).toBe(true);
    const minutes = seen.map(({ seconds }) => seconds / 60);
    expect(minutes).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
  });

  it('counts slow guesses like fast ones', () => {
    let door: Door | undefined;
    for (let day = 0; day < 4; day += 1) {
      const answer = knock(door, SECOND_FACTOR_DOOR, day * DAY);
      if (answer.kind !== 'counted') throw new Error('closed too early');
      expect(answer.closes).toBe(false);
      door = answer.door;
    }
    const fifth = knock(door, SECOND_FACTOR_DOOR, 4 * DAY);
    expect(fifth).toMatchObject({ kind: 'counted', closes: true });
    expect(untilClosed(SECOND_FACTOR_DOOR, door, 4 * DAY).counted).toBe(1);
  });

  it('is closed to the last millisecond', () => {
    const door = { attempts: 5, triedAt: 0, closedUntil: 1000 };
    expect(knock(door, SECOND_FACTOR_DOOR, 999)).toEqual({ kind: 'closed', retryAfterSeconds: 1 });
    expect(knock(door, SECOND_FACTOR_DOOR, 1000).kind).toBe('counted');
  });
});

describe('whatever the policy, and however somebody knocks', () => {
  const policies = fc.oneof(
    fc.constant(SECOND_FACTOR_DOOR),
    fc
      .record({
        maximumAttempts: fc.integer({ min: 3, max: 100 }),
        attemptWindowSeconds: fc.integer({ min: 60, max: 86_400 }),
      })
      .map(attemptDoor),
  );
  const pauses = fc.array(fc.oneof(fc.nat(100), fc.nat(MINUTE), fc.nat(2 * DAY)), { maxLength: 200 });

  /** Knocks after each pause. */
  function run(policy: DoorPolicy, waits: readonly number[], judge: (seen: Seen) => void) {
    let door: Door | undefined;
    let now = 0;
    for (const wait of waits) {
      now += wait;
      const answer = knock(door, policy, now);
      judge({ before: door, answer, now });
      if (answer.kind === 'counted') door = answer.door;
    }
  }
  type Seen = { before: Door | undefined; answer: ReturnType<typeof knock>; now: number };

  it('nobody waits longer than the longest wait, and whoever waits as told is let in', () => {
    fc.assert(
      fc.property(policies, pauses, (policy, waits) => {
        run(policy, waits, ({ before, answer, now }) => {
          if (answer.kind !== 'closed') return;
          expect(answer.retryAfterSeconds).toBeGreaterThan(0);
          expect(answer.retryAfterSeconds * SECOND).toBeLessThanOrEqual(policy.longestClosedFor + SECOND);
          expect(knock(before, policy, now + answer.retryAfterSeconds * SECOND).kind).toBe('counted');
        });
      }),
    );
  });

  it('the limit is passed at most once for each wait', () => {
    fc.assert(
      fc.property(policies, pauses, (policy, waits) => {
        let free = 0;
        run(policy, waits, ({ answer }) => {
          if (answer.kind === 'closed') return;
          if (answer.door.attempts === 1) free = 0;
          free += 1;
          expect(free).toBeLessThanOrEqual(policy.closesAfter);
          if (answer.closes) free = policy.closesAfter - policy.closesEvery;
        });
      }),
    );
  });

  it('knocking at a closed door changes nothing', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 50 }), (policy, extra) => {
        const { door, seconds } = untilClosed(policy, undefined, 0);
        for (let time = 0; time < extra; time += 1)
          expect(knock(door, policy, time)).toMatchObject({ kind: 'closed' });
        expect(knock(door, policy, seconds * SECOND).kind).toBe('counted');
      }),
    );
  });
});
