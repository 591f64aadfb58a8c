import { describe, expect, it } from 'vitest';
import {
  acknowledge,
  add,
  advance,
  type Creation,
  type Policy,
  publicationDue,
  revoke,
  rotateNow,
} from '../../../src/core/keyring/plan.ts';
import { type Ring, type RingKey, signerAt } from '../../../src/core/keyring/ring.ts';

const policy: Policy = {
  algorithms: ['ES256'],
  period: 10_000,
  tokenLifetime: 500,
  propagation: 100,
  republish: 1_000,
};
const empty: Ring = { version: 1, keys: [], revoked: [], orphaned: [], published: null };

let made = 0;
const make = ({ alg, state }: Creation, now: number): RingKey => {
  made += 1;
  return {
    kid: `${alg} ${made}`,
    alg,
    state,
    createdAt: now,
    activeFrom: state === 'active' ? now : null,
    endsAt: null,
    publishedAt: null,
    tokenLifetime: 0,
  };
};

/** Does what the plan says, as the object does: makes what is asked for, publishes if KV takes it. */
function settle(ring: Ring, now: number, { kv = true, rules = policy } = {}): Ring {
  const plan = advance(ring, rules, now);
  let settled = plan.create.reduce((into, creation) => add(into, make(creation, now)), plan.ring);
  if (kv && publicationDue(settled, rules, now)) settled = acknowledge(settled, settled.version, now);
  settled = advance(settled, rules, now).ring;
  return kv && publicationDue(settled, rules, now) ? acknowledge(settled, settled.version, now) : settled;
}
const first = () => settle(empty, 0);
const inState = (ring: Ring, state: string) => ring.keys.filter((key) => key.state === state);
const only = (ring: Ring, state: string): RingKey => {
  const [key, ...others] = inState(ring, state);
  if (!key || others.length > 0) throw new Error(`${others.length + 1} keys are ${state}`);
  return key;
};

describe('a new ring', () => {
  it('has a key that signs at once and one that waits, for every algorithm', () => {
    const rules = { ...policy, algorithms: ['ES256', 'RS256'] };
    expect(advance(empty, rules, 0).create).toEqual([
      { alg: 'ES256', state: 'active' },
      { alg: 'ES256', state: 'next' },
      { alg: 'RS256', state: 'active' },
      { alg: 'RS256', state: 'next' },
    ]);
  });

  it('makes an algorithm that comes later wait until every cache knows its first key', () => {
    const rules = { ...policy, algorithms: ['ES256', 'EdDSA'] };
    const ring = settle(first(), 50, { rules });
    expect(signerAt(ring.keys, 'EdDSA', 149)).toBeUndefined();
    expect(signerAt(ring.keys, 'EdDSA', 150)).toMatchObject({ alg: 'EdDSA', activeFrom: 150 });
  });

  it('retires the key of an algorithm that is wanted no more', () => {
    const rules = { ...policy, algorithms: ['ES256', 'EdDSA'] };
    const both = settle(settle(settle(empty, 0, { rules }), 50, { rules }), 5_000, { rules });
    const ring = settle(both, 6_000);
    expect(ring.keys.filter(({ alg }) => alg === 'EdDSA').map(({ state }) => state)).toEqual([
      'retired',
      'retired',
    ]);
    expect(settle(ring, 6_600).keys.every(({ alg }) => alg === 'ES256')).toBe(true);
  });
});

describe('rotation', () => {
  it('goes over at the end of the period, by itself in whoever holds a copy', () => {
    const ring = first();
    const [active, next] = [only(ring, 'active'), only(ring, 'next')];
    expect(next.activeFrom).toBe(10_000);
    expect(signerAt(ring.keys, 'ES256', 9_999)).toBe(active);
    expect(signerAt(ring.keys, 'ES256', 10_000)).toBe(next);
    const after = settle(ring, 10_000);
    expect(only(after, 'active').kid).toBe(next.kid);
    expect(only(after, 'retired')).toMatchObject({ kid: active.kid, endsAt: 10_000 });
    expect(only(after, 'next').createdAt).toBe(10_000);
  });

  it('lets nothing sign before KV has held it for the propagation time, however late that was', () => {
    const unpublished = settle(empty, 0, { kv: false });
    const late = settle(unpublished, 20_000, { kv: false });
    expect(only(late, 'next').activeFrom).toBeNull();
    expect(signerAt(late.keys, 'ES256', 1e9)).toBe(only(late, 'active'));
    const published = settle(late, 30_000);
    expect(only(published, 'next').activeFrom).toBe(30_100);
  });

  it('takes an acknowledgement of an older version for nothing', () => {
    const ring = settle(empty, 0, { kv: false });
    expect(acknowledge(ring, ring.version - 1, 5)).toBe(ring);
  });

  it('keeps a retired key for the last token and the propagation time, counted from when KV had it so', () => {
    const ring = settle(first(), 10_000, { kv: false });
    expect(only(settle(ring, 15_000, { kv: false }), 'retired').publishedAt).toBeNull();
    const told = settle(ring, 16_000);
    expect(inState(settle(told, 16_599), 'retired')).toHaveLength(1);
    expect(inState(settle(told, 16_600), 'retired')).toHaveLength(0);
  });

  it('remembers the longest life of a token that a key signed, though tokens have become shorter', () => {
    const long = settle(first(), 5_000, { rules: { ...policy, tokenLifetime: 3_000 } });
    const ring = settle(long, 10_000);
    expect(inState(settle(ring, 13_099), 'retired')).toHaveLength(1);
    expect(inState(settle(ring, 13_100), 'retired')).toHaveLength(0);
  });

  it('moves a planned time forward when the period becomes shorter, never back', () => {
    const rules = { ...policy, period: 2_000 };
    expect(only(settle(first(), 500, { rules }), 'next').activeFrom).toBe(2_000);
    const longer = { ...policy, period: 90_000 };
    expect(only(settle(first(), 500, { rules: longer }), 'next').activeFrom).toBe(10_000);
  });
});

describe('an alarm', () => {
  it('changes nothing when it comes again', () => {
    for (const now of [0, 50, 10_000, 10_700]) {
      const ring = settle(first(), now);
      expect(advance(ring, policy, now).ring).toBe(ring);
    }
  });

  it('finds after months what isolates have done meanwhile, and goes on from there', () => {
    const ring = settle(first(), 500_000);
    expect(only(ring, 'active').activeFrom).toBe(10_000);
    // Overdue, and yet no sooner than every cache has it.
    expect(only(ring, 'next').activeFrom).toBe(500_100);
  });

  it('is asked for when something begins, ends, or is to be told KV again', () => {
    const ring = first();
    expect(advance(ring, policy, 0)).toMatchObject({ changesAt: 10_000, workAt: 1_000 });
    const rotated = settle(acknowledge(ring, ring.version, 9_500), 10_000);
    expect(advance(rotated, policy, 10_500)).toMatchObject({ changesAt: 10_600, workAt: 11_000 });
  });

  it('is asked for at once while something is to be made or published, and knows what comes by itself', () => {
    expect(advance(empty, policy, 5)).toMatchObject({ changesAt: Number.POSITIVE_INFINITY, workAt: 5 });
    const untold = settle(first(), 10_000, { kv: false });
    expect(advance(untold, policy, 10_000).workAt).toBeLessThan(10_000);
    expect(advance(rotateNow(first(), 50), policy, 50)).toMatchObject({ changesAt: 100 });
  });
});

describe('rotate now', () => {
  it('goes over at once to a key that every cache knows', () => {
    const ring = settle(rotateNow(settle(first(), 4_000), 5_000), 5_000);
    expect(only(ring, 'active')).toMatchObject({ activeFrom: 5_000, createdAt: 0 });
    expect(inState(ring, 'retired')).toHaveLength(1);
  });

  it('keeps the overlap for one that was published only now', () => {
    const unpublished = settle(empty, 0, { kv: false });
    const ring = settle(rotateNow(unpublished, 10), 10);
    expect(only(ring, 'next').activeFrom).toBe(110);
    expect(only(settle(ring, 109), 'active')).toMatchObject({ endsAt: 10 });
    expect(only(settle(ring, 110), 'active')).toMatchObject({ activeFrom: 110, endsAt: null });
  });

  it('is one rotation when it is asked for again after a lost answer', () => {
    const once = settle(rotateNow(settle(first(), 4_000), 5_000), 5_000);
    const again = settle(rotateNow(once, 5_000), 5_300);
    expect(only(again, 'active')).toEqual(only(once, 'active'));
  });
});

describe('a leak', () => {
  it('puts the waiting key in the place of the leaked one at once, and makes another that waits', () => {
    const ring = settle(first(), 4_000);
    const leaked = only(ring, 'active');
    const after = settle(revoke(ring, leaked.kid, 4_000), 4_000);
    expect(after.keys.some(({ kid }) => kid === leaked.kid)).toBe(false);
    expect(only(after, 'active')).toMatchObject({ kid: only(ring, 'next').kid, activeFrom: 4_000 });
    expect(only(after, 'next').createdAt).toBe(4_000);
    expect(after.revoked).toEqual([{ kid: leaked.kid, alg: 'ES256', revokedAt: 4_000 }]);
  });

  it('asks for a key that is active from the start where none waits', () => {
    const ring = first();
    const lonely = { ...ring, keys: inState(ring, 'active') };
    expect(advance(revoke(lonely, only(ring, 'active').kid, 5), policy, 5).create).toEqual([
      { alg: 'ES256', state: 'active' },
      { alg: 'ES256', state: 'next' },
    ]);
  });

  it('leaves nothing to sign with only until a key is in its place, however long making one takes', () => {
    const ring = first();
    const lonely = { ...ring, keys: inState(ring, 'active') };
    const bereft = revoke(lonely, only(ring, 'active').kid, 5);
    expect(bereft.orphaned).toEqual(['ES256']);
    // A successor that was being made when the leak became known waits behind a key that signs.
    const late = add(bereft, make({ alg: 'ES256', state: 'next' }, 6));
    expect(advance(late, policy, 6).create).toEqual([{ alg: 'ES256', state: 'active' }]);
    const healed = settle(bereft, 900);
    expect(only(healed, 'active').activeFrom).toBe(900);
    expect(healed.orphaned).toEqual([]);
  });

  it.each(['active', 'next', 'retired'])(
    'of a key that was %s does not let its algorithm sign at once when it comes back later',
    (state) => {
      const both = { ...policy, algorithms: ['ES256', 'EdDSA'] };
      const start = settle(settle(empty, 0, { rules: both }), 10_000, { rules: both });
      const leaked = start.keys.find((key) => key.alg === 'EdDSA' && key.state === state)?.kid ?? '';
      const after = settle(revoke(start, leaked, 10_001), 10_001, { rules: both });
      const without = settle(settle(after, 10_002), 20_000);
      expect(without.keys.some(({ alg }) => alg === 'EdDSA')).toBe(false);
      const back = settle(without, 20_001, { rules: both });
      expect(signerAt(back.keys, 'EdDSA', 20_100)).toBeUndefined();
      expect(signerAt(back.keys, 'EdDSA', 20_101)?.activeFrom).toBe(20_101);
    },
  );

  it('that left an algorithm without a key is forgotten when the algorithm is wanted no more', () => {
    const both = { ...policy, algorithms: ['ES256', 'EdDSA'] };
    const start = settle(empty, 0, { rules: both });
    const waits = (key: RingKey) => key.alg === 'EdDSA' && key.state === 'next';
    const lonely = { ...start, keys: start.keys.filter((key) => !waits(key)) };
    const leaked = lonely.keys.find(({ alg }) => alg === 'EdDSA')?.kid ?? '';
    const bereft = revoke(lonely, leaked, 5);
    const back = advance(advance(bereft, policy, 6).ring, both, 7);
    expect(back.create).toEqual([{ alg: 'EdDSA', state: 'next' }]);
  });

  it('of every key leaves a ring that is not a new one: an algorithm that comes then waits', () => {
    const ring = first();
    const none = ring.keys.reduce((left, { kid }) => revoke(left, kid, 5), ring);
    const other = { ...policy, algorithms: ['EdDSA'] };
    expect(none.keys).toEqual([]);
    expect(advance(none, other, 6).create).toEqual([{ alg: 'EdDSA', state: 'next' }]);
  });

  it('of the key that waits, or of a retired one, touches nothing that signs', () => {
    const ring = settle(first(), 10_000);
    for (const state of ['next', 'retired']) {
      const leaked = only(ring, state);
      const after = settle(revoke(ring, leaked.kid, 10_001), 10_001);
      expect(after.keys.some(({ kid }) => kid === leaked.kid)).toBe(false);
      expect(only(after, 'active')).toEqual(only(ring, 'active'));
      // Whoever holds a copy can tell.
      expect(revoke(ring, leaked.kid, 10_001).version).toBe(ring.version + 1);
    }
  });

  it('of an unknown key changes nothing', () => {
    const ring = first();
    expect(revoke(ring, 'unknown', 5)).toBe(ring);
  });
});
