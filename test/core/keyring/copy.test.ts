import { describe, expect, it } from 'vitest';
import { endOf, type Held, suffices, supersedes } from '../../../src/core/keyring/copy.ts';
import { ISOLATE_SECONDS } from '../../../src/core/keyring/timing.ts';

const isolate = ISOLATE_SECONDS * 1000;
const held = (version: number, asOf: number, staleAt = 1e12): Held => ({ copy: { version, staleAt }, asOf });

it('is over when it was asked for a minute ago, and when its own time is over', () => {
  expect(endOf(held(1, 1_000))).toBe(1_000 + isolate);
  expect(endOf(held(1, 1_000, 5_000))).toBe(5_000);
});

describe('what KV shows', () => {
  it('will do until its time is over', () => {
    expect(suffices({ version: 1, staleAt: 101 }, undefined, 100)).toBe(true);
    expect(suffices({ version: 1, staleAt: 100 }, undefined, 100)).toBe(false);
  });

  it('will not do when the isolate has seen a newer ring, though it can use that one no more', () => {
    const old = held(5, 0);
    expect(suffices({ version: 4, staleAt: 1e12 }, old, 10)).toBe(false);
    expect(suffices({ version: 4, staleAt: 1e12 }, old, 10 * isolate)).toBe(false);
    expect(suffices({ version: 5, staleAt: 1e12 }, old, 10)).toBe(true);
  });
});

describe('of two answers', () => {
  it('the newer ring stays, whichever was asked for first and whichever comes last', () => {
    const [older, newer] = [held(5, 2_000), held(6, 1_000)];
    expect(supersedes(newer, older)).toBe(true);
    expect(supersedes(older, newer)).toBe(false);
  });

  it('with the same ring the one that was asked for later stays', () => {
    expect(supersedes(held(5, 2_000), held(5, 1_000))).toBe(true);
    expect(supersedes(held(5, 1_000), held(5, 2_000))).toBe(false);
  });

  it('an older ring is taken once what is held is over: the object was put back to an earlier time', () => {
    expect(supersedes(held(4, isolate - 1), held(5, 0))).toBe(false);
    expect(supersedes(held(4, isolate), held(5, 0))).toBe(true);
  });
});
