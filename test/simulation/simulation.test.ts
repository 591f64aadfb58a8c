import { expect, it } from 'vitest';
import { load } from './load.ts';
import type { Failure } from './model/checks.ts';

const simulate = await load();

const SCHEDULES = 100_000;
const PARTS = 10;
const part = SCHEDULES / PARTS;

const counts = new Map<string, number>();
const count = (what: string): void => {
  counts.set(what, (counts.get(what) ?? 0) + 1);
};

function story({ seed, message }: Failure): string {
  const lines: string[] = [];
  simulate(seed, undefined, (line) => lines.push(line));
  return `${message}\n\n${lines.join('\n')}\n\nAgain: npm run simulate -- --seed ${seed}`;
}

it.each(Array.from({ length: PARTS }, (_, index) => index * part + 1))(
  'every promise holds in the schedules from %i on',
  (first) => {
    for (let seed = first; seed < first + part; seed += 1) {
      const failure = simulate(seed, count);
      if (failure) throw new Error(story(failure));
    }
  },
);

it('the same seed is the same schedule', () => {
  const tell = (seed: number): string[] => {
    const lines: string[] = [];
    simulate(seed, undefined, (line) => lines.push(line));
    return lines;
  };
  for (let seed = 1; seed <= 100; seed += 1) expect(tell(seed)).toEqual(tell(seed));
  expect(tell(1)).not.toEqual(tell(2));
});

// A promise about something that never happens is worth nothing.
it.each([
  'current',
  'answer rotated',
  'previous, in its grace',
  'answer replayed',
  'previous, in its browser',
  'the same attempt, made again',
  'stale',
  'answer ended (reuse)',
  'a theft is caught by the owner',
  'a theft is caught by the thief',
  'unknown',
  'answer ended (token_mismatch)',
  'expired',
  'answer ended (idle_expiry)',
  'answer ended (absolute_expiry)',
  'session over',
  'ended before',
  'of another client',
  'without its key',
  'too wide',
  'a request is lost',
  'a response is lost',
  'a request is delivered twice',
  'a client gives up waiting',
  'the Worker asks the object again',
  'crash before the transaction',
  'crash before the commit',
  'storage full at the commit',
  'crash after the commit',
  'crash after the response',
  'a restart',
  'a restore',
  'keys replaced in two steps',
  'keys replaced at once',
  'a tag is refused',
  'a successor of another key is derived again',
  'sign-out',
  'sign-out everywhere',
  'revocation',
  'a client is signed out',
  'everybody stays signed in',
])('the schedules have plenty of: %s', (what) => {
  expect(counts.get(what) ?? 0).toBeGreaterThan(100);
});
