import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isStuffing,
  MAXIMUM_TRACES,
  TRACES_REMEMBERED_FOR,
  type Trace,
  traced,
} from '../../../src/core/account/stuffing.ts';

/** Each tries once, a second after the one before; those whose names begin with a capital letter know their password. */
function tried(names: readonly string[], traces: readonly Trace[] = [], from = 0): Trace[] {
  return names.reduce<Trace[]>(
    (before, name, at) =>
      traced(before, name, from + at * 1000).map((trace) =>
        trace.identifier === name ? { ...trace, succeeded: trace.succeeded || /^[A-Z]/.test(name) } : trace,
      ),
    [...traces],
  );
}

const names = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at}`);
const suspects = (traces: readonly Trace[], name = 'another', now = 3_600_000) =>
  isStuffing(traced(traces, name, now), name);

describe('an address', () => {
  it('that fails at eleven accounts in a day is stuffing, at ten it is not', () => {
    expect(suspects(tried(names('a', 9)))).toBe(false);
    expect(suspects(tried(names('a', 10)))).toBe(true);
  });

  it('that fails at one account over and over is not: that account counts for itself', () => {
    expect(suspects(tried(Array(500).fill('ada')), 'ada')).toBe(false);
  });

  it('of an office where most people get in is none, however many mistype', () => {
    expect(suspects(tried([...names('A', 40), ...names('b', 12)]))).toBe(false);
    expect(suspects(tried([...names('b', 30), ...names('A', 7)]))).toBe(true);
  });

  it('hides nothing behind accounts of its own, unless they are as many as the others', () => {
    expect(suspects(tried([...names('A', 20), ...names('b', 40)]))).toBe(true);
    expect(suspects(tried([...names('A', 32), ...names('b', 31)]))).toBe(false);
  });

  it('lets those who got in from there go on', () => {
    const traces = tried([...names('A', 1), ...names('b', 30)]);
    expect(suspects(traces, 'A0')).toBe(false);
    expect(suspects(traces, 'b0')).toBe(true);
  });

  it('is forgotten, account by account, after a day', () => {
    const traces = tried(names('a', 10));
    expect(suspects(traces, 'another', TRACES_REMEMBERED_FOR - 1)).toBe(true);
    expect(suspects(traces, 'another', TRACES_REMEMBERED_FOR)).toBe(false);
  });
});

it('whatever happens, at most so many are remembered, each once, the newest last', () => {
  const attempts = fc.array(
    fc.record({ name: fc.nat(150).map(String), wait: fc.oneof(fc.nat(600_000), fc.nat(3_600_000)) }),
    {
      minLength: 100,
      maxLength: 300,
    },
  );
  fc.assert(
    fc.property(attempts, (list) => {
      let traces: Trace[] = [];
      let now = 0;
      for (const { name, wait } of list) {
        now += wait;
        traces = traced(traces, name, now);
        expect(traces.length).toBeLessThanOrEqual(MAXIMUM_TRACES);
        expect(new Set(traces.map(({ identifier }) => identifier)).size).toBe(traces.length);
        expect(traces.at(-1)).toMatchObject({ identifier: name, at: now });
        expect(traces.every(({ at }) => now < at + TRACES_REMEMBERED_FOR)).toBe(true);
      }
    }),
  );
});
