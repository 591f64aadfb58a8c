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
  /** When time alone changes the ring next; infinite while nothing of the kind is decided. */
  changesAt: number;
  /** From when a key is to be made or KV to be told. */
  workAt: number;
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
  const advanced = withoutOrphans(unchanged ? ring : withKeys(ring, keys), (alg) =>
    policy.algorithms.includes(alg),
  );
  const create = policy.algorithms.flatMap((alg) => missing(advanced, alg));
  return {
    ring: advanced,
    create,
    changesAt: changesAt(advanced, policy, now),
    workAt: create.length > 0 ? now : publicationAt(advanced, policy),
  };
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
  const has = (state: Creation['state']) => own.some((key) => key.state === state);
  // Nobody holds a copy of a ring that never had a key. And where the signing key leaked and none waited, to wait
  // would be to refuse everybody; verifiers that do not know the new key fetch the set anew. Whatever else has no
  // key, such as an algorithm that comes or comes back, waits until every cache knows its first one.
  const atOnce = (ring.version === 1 && ring.keys.length === 0) || ring.orphaned.includes(alg);
  const wanted: Creation[] = [];
  if (atOnce && !has('active')) wanted.push({ alg, state: 'active' });
  if (!has('next')) wanted.push({ alg, state: 'next' });
  return wanted;
}

const changesAt = ({ keys }: Ring, policy: Policy, now: number): number =>
  Math.max(
    now,
    Math.min(
      ...keys.map((key) =>
        key.state === 'next' ? (key.activeFrom ?? Number.POSITIVE_INFINITY) : removalOf(key, policy),
      ),
    ),
  );

const publicationAt = ({ version, published }: Ring, policy: Policy): number =>
  published?.version === version ? published.at + policy.republish : Number.NEGATIVE_INFINITY;

/** Whether KV is to be given the ring. */
export const publicationDue = (ring: Ring, policy: Policy, now: number): boolean =>
  publicationAt(ring, policy) <= now;

const visible = (keys: readonly RingKey[]): string =>
  JSON.stringify(keys.map(({ kid, state, activeFrom }) => [kid, state, activeFrom]));

const withKeys = <K extends RingKey>(ring: Ring<K>, keys: readonly K[]): Ring<K> => ({
  ...ring,
  keys,
  version: visible(keys) === visible(ring.keys) ? ring.version : ring.version + 1,
});

const withoutOrphans = <K extends RingKey>(ring: Ring<K>, stays: (alg: string) => boolean): Ring<K> =>
  ring.orphaned.every(stays) ? ring : { ...ring, orphaned: ring.orphaned.filter(stays) };

/** The ring with a key that a plan asked for. */
export const add = <K extends RingKey>(ring: Ring<K>, key: K): Ring<K> =>
  withoutOrphans(withKeys(ring, [...ring.keys, key]), (alg) => !(key.state === 'active' && key.alg === alg));

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
  const bereft =
    leaked.state === 'active' && !keys.some(({ alg, state }) => alg === leaked.alg && state === 'active');
  const orphaned = bereft ? [...ring.orphaned, leaked.alg] : ring.orphaned;
  return { ...withKeys(ring, keys), revoked, orphaned };
}
