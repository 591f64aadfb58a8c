import type { Ring, RingKey } from './ring.ts';

/** Durations in milliseconds. */
export interface Policy {
  /** JWS algorithms that the ring keeps a signing key for. */
  algorithms: readonly string[];
  /** How long a key signs. */
  period: number;
  /** The longest life of any token. */
  tokenLifetime: number;
  /** How long after KV's acknowledgement some cache may still hold an older ring. */
  propagation: number;
  /** How often the copy in KV is renewed though nothing has changed. */
  republish: number;
}

/** A key to be made. It enters the ring by `add`. */
export interface Creation {
  alg: string;
  state: 'next' | 'active';
}

export interface Plan<K extends RingKey> {
  /** The ring with every transition that is due: the very same object when none is. */
  ring: Ring<K>;
  create: Creation[];
  /** When to look again. Not in the future while something is to be made or published. */
  wakeAt: number;
}

/**
 * What is to be done with the ring at `now`. Late, repeated or skipped calls are harmless: a transition depends on
 * what is recorded and on the time, not on when or how often this is asked.
 *
 * - A `next` key signs once KV has been known to hold it for the propagation time, and its predecessor's period is
 *   over. One is always kept ready, so that a leak finds a successor that every cache knows.
 * - A `retired` key goes once KV has been known to hold it as retired for as long as the last token signed with it
 *   may live, and the propagation time.
 */
export function advance<K extends RingKey>(ring: Ring<K>, policy: Policy, now: number): Plan<K> {
  const keys = ring.keys
    .map((key) => due(key, ring.keys, policy, now))
    .filter((key) => now < removalOf(key, policy));
  const unchanged = keys.length === ring.keys.length && keys.every((key, at) => key === ring.keys[at]);
  const advanced = unchanged ? ring : withKeys(ring, keys);
  const create = policy.algorithms.flatMap((alg) => missing(advanced, alg));
  return { ring: advanced, create, wakeAt: create.length > 0 ? now : wakeAt(advanced, policy, now) };
}

/** One key after the transitions that are due at `now`. */
function due<K extends RingKey>(key: K, keys: readonly K[], policy: Policy, now: number): K {
  const own = keys.filter(({ alg }) => alg === key.alg);
  const active = own.find(({ state }) => state === 'active');
  const next = own.find(({ state }) => state === 'next');
  const from = next ? beginning(next, active, policy, now) : null;
  const begun = from !== null && from <= now;
  const wanted = policy.algorithms.includes(key.alg);
  switch (key.state) {
    case 'next':
      if (!wanted) return retired(key, policy, now);
      if (!begun) return from === key.activeFrom ? key : { ...key, activeFrom: from };
      return {
        ...key,
        state: 'active',
        activeFrom: from,
        publishedAt: null,
        tokenLifetime: policy.tokenLifetime,
      };
    case 'active':
      if (!wanted) return retired(key, policy, now);
      if (begun) return retired(key, policy, from);
      return key.tokenLifetime >= policy.tokenLifetime
        ? key
        : { ...key, tokenLifetime: policy.tokenLifetime };
    case 'retired':
      return key;
  }
}

const retired = <K extends RingKey>(key: K, policy: Policy, endsAt: number): K => ({
  ...key,
  state: 'retired',
  endsAt,
  publishedAt: null,
  tokenLifetime: Math.max(key.tokenLifetime, policy.tokenLifetime),
});

/** When `next` begins to sign, or null while KV is not known to hold it. */
function beginning(next: RingKey, active: RingKey | undefined, policy: Policy, now: number): number | null {
  const decided = next.activeFrom;
  // Isolates may have gone over already: what is past is not decided again.
  if (decided !== null && decided <= now) return decided;
  if (next.publishedAt === null) return null;
  const periodEnds = active ? (active.activeFrom ?? 0) + policy.period : 0;
  const ends = active?.endsAt == null ? periodEnds : Math.min(active.endsAt, periodEnds);
  const wanted = Math.max(next.publishedAt + policy.propagation, ends, now);
  // A time that isolates know is only ever moved forward: later would have two keys sign for longer than planned.
  return decided === null ? wanted : Math.min(decided, wanted);
}

function removalOf(key: RingKey, policy: Policy): number {
  if (key.state !== 'retired' || key.publishedAt === null) return Number.POSITIVE_INFINITY;
  return key.publishedAt + Math.max(key.tokenLifetime, policy.tokenLifetime) + policy.propagation;
}

function missing(ring: Ring, alg: string): Creation[] {
  const own = ring.keys.filter((key) => key.alg === alg);
  if (own.some(({ state }) => state === 'next')) return [];
  const next: Creation = { alg, state: 'next' };
  if (own.some(({ state }) => state === 'active')) return [next];
  // Nobody holds a copy of an empty ring. And after a leak nothing is left to sign with: verifiers that do not know
  // the new key fetch the set anew.
  const atOnce = ring.keys.length === 0 || ring.revoked.some((key) => key.alg === alg);
  return atOnce ? [{ alg, state: 'active' }, next] : [next];
}

function wakeAt(ring: Ring, policy: Policy, now: number): number {
  const current = ring.published?.version === ring.version;
  const times = [current ? (ring.published?.at ?? now) + policy.republish : now];
  for (const key of ring.keys) {
    if (key.state === 'next' && key.activeFrom !== null) times.push(key.activeFrom);
    times.push(removalOf(key, policy));
  }
  return Math.max(now, Math.min(...times));
}

/** Whether KV is to be given the ring. */
export const publicationDue = (ring: Ring, policy: Policy, now: number): boolean =>
  ring.published?.version !== ring.version || ring.published.at + policy.republish <= now;

const visible = (keys: readonly RingKey[]): string =>
  JSON.stringify(keys.map(({ kid, state, activeFrom }) => [kid, state, activeFrom]));

const withKeys = <K extends RingKey>(ring: Ring<K>, keys: readonly K[]): Ring<K> => ({
  ...ring,
  keys,
  version: visible(keys) === visible(ring.keys) ? ring.version : ring.version + 1,
});

/** The ring with a key that a plan asked for. */
export const add = <K extends RingKey>(ring: Ring<K>, key: K): Ring<K> => withKeys(ring, [...ring.keys, key]);

/** KV acknowledged, at `now`, a copy of `version`. An older one proves nothing about the keys of today. */
export function acknowledge<K extends RingKey>(ring: Ring<K>, version: number, now: number): Ring<K> {
  if (version !== ring.version) return ring;
  return {
    ...ring,
    keys: ring.keys.map((key) => (key.publishedAt === null ? { ...key, publishedAt: now } : key)),
    published: { version, at: now },
  };
}

/**
 * Rotate now: every key that was active when this was asked for is to stop as soon as its successor may sign. The
 * overlap stays. Asking again with the same `requestedAt` changes nothing.
 */
export const rotateNow = <K extends RingKey>(ring: Ring<K>, requestedAt: number): Ring<K> => ({
  ...ring,
  keys: ring.keys.map((key) =>
    key.state === 'active' && key.endsAt === null && (key.activeFrom ?? 0) < requestedAt
      ? { ...key, endsAt: requestedAt }
      : key,
  ),
});

/**
 * A leak: the key neither signs nor verifies from now on, and the one that waits takes over at once, known to every
 * cache or not. Where none waits, `advance` asks for one that is active from the start.
 * @param ring after `advance`
 */
export function revoke<K extends RingKey>(ring: Ring<K>, kid: string, now: number): Ring<K> {
  const leaked = ring.keys.find((key) => key.kid === kid);
  if (!leaked) return ring;
  const keys = ring.keys
    .filter((key) => key !== leaked)
    .map((key): K => {
      if (leaked.state !== 'active' || key.alg !== leaked.alg || key.state !== 'next') return key;
      return {
        ...key,
        state: 'active',
        activeFrom: now,
        publishedAt: null,
        tokenLifetime: leaked.tokenLifetime,
      };
    });
  const revoked = [...ring.revoked, { kid, alg: leaked.alg, revokedAt: now }];
  return { ...withKeys(ring, keys), revoked };
}
