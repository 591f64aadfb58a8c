/** The states of a key, in order. A removed key has no record. */
export type KeyState = 'next' | 'active' | 'retired';

/** What the ring decides by. All times are milliseconds since the epoch, all durations milliseconds. */
export interface RingKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  /** JWS algorithm: RFC 8725 §3.1 wants each key used with exactly one. */
  alg: string;
  state: KeyState;
  createdAt: number;
  /** From when it signs. A `next` key has this before its time has come, or null while that is undecided. */
  activeFrom: number | null;
  /** When it stopped signing. An active key that has this is to stop as soon as its successor may sign. */
  endsAt: number | null;
  /** Since when KV has it in this state; null until KV has acknowledged that. */
  publishedAt: number | null;
  /** The longest life of any token that it may have signed. */
  tokenLifetime: number;
}

/** A key that must never sign or verify again. */
export interface RevokedKey {
  kid: string;
  alg: string;
  revokedAt: number;
}

export interface Ring<K extends RingKey = RingKey> {
  /** Counts the changes that the holder of a copy can see. */
  version: number;
  keys: readonly K[];
  revoked: readonly RevokedKey[];
  /** Algorithms whose signing key leaked while none waited: until a key is in its place, nothing can sign. */
  orphaned: readonly string[];
  /** The newest version that KV acknowledged, and when it last did; null before the first time. */
  published: { version: number; at: number } | null;
}

/**
 * The key that signs with `alg` at `now`. Whoever holds a copy of the ring goes over to the next key by itself when
 * its time has come: nobody has to be told.
 */
export function signerAt<K extends Pick<RingKey, 'alg' | 'state' | 'activeFrom'>>(
  keys: readonly K[],
  alg: string,
  now: number,
): K | undefined {
  let active: K | undefined;
  for (const key of keys) {
    if (key.alg !== alg) continue;
    if (key.state === 'next' && key.activeFrom !== null && key.activeFrom <= now) return key;
    if (key.state === 'active') active = key;
  }
  return active;
}

/**
 * The order of publication: it depends on the keys alone, so that every isolate publishes the same bytes. Within
 * an algorithm the oldest comes first, so that a new key is added behind what caches already hold.
 */
export const inPublishedOrder = <K extends Pick<RingKey, 'alg' | 'createdAt' | 'kid'>>(
  keys: readonly K[],
): K[] =>
  keys.toSorted(
    (a, b) => compare(a.alg, b.alg) || compare(a.createdAt, b.createdAt) || compare(a.kid, b.kid),
  );

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
