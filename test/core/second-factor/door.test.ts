import { expect, it } from 'vitest';
import { type Door, knock } from '../../../src/core/second-factor/door.ts';

const MINUTE = 60 * 1000;
const DAY = 24 * 60 * MINUTE;

/** Knocks until the door closes; answers with how many attempts were counted, and for how long it stays closed. */
function untilClosed(door: Door | undefined, now: number) {
  let current = door;
  for (let counted = 0; ; counted += 1) {
    const answer = knock(current, now);
    if (answer.kind === 'closed') return { counted, door: current, seconds: answer.retryAfterSeconds };
    current = answer.door;
  }
}

it('closes after five, and stays closed twice as long each time, up to a day', () => {
  let door: Door | undefined;
  let now = 1_000_000;
  const closed: number[] = [];
  for (let time = 0; time < 10; time += 1) {
    const answer = untilClosed(door, now);
    expect(answer.counted).toBe(5);
    closed.push(answer.seconds / 60);
    door = answer.door;
    now += answer.seconds * 1000;
  }
  expect(closed).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440]);
});

it('counts slow guesses like fast ones', () => {
  let door: Door | undefined;
  for (let day = 0; day < 4; day += 1) {
    const answer = knock(door, day * DAY);
    if (answer.kind !== 'counted') throw new Error('closed too early');
    expect(answer.closes).toBe(false);
    door = answer.door;
  }
  const fifth = knock(door, 4 * DAY);
  expect(fifth).toMatchObject({ kind: 'counted', closes: true });
  expect(untilClosed(door, 4 * DAY).counted).toBe(1);
});

it('is closed to the last millisecond', () => {
  const door = { attempts: 5, closedUntil: 1000 };
  expect(knock(door, 999)).toEqual({ kind: 'closed', retryAfterSeconds: 1 });
  expect(knock(door, 1000).kind).toBe('counted');
});
