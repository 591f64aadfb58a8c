/** The states of a key, in order. A removed key has no record. */
export type KeyState = 'next' | 'active' | 'retired';

/** What the ring decides by. All times are milliseconds since the epoch. */
export interface RingKey {
  /** RFC 7638 thumbprint of the public key. */
  kid: string;
  /** JWS algorithm: RFC 8725 §3.1 wants each key used with exactly one. */
  alg: string;
  state: KeyState;
  createdAt: number;
  /** When it began to sign; null while it is `next`. */
  activatedAt: number | null;
  /** When it stopped signing; null until then. */
  retiredAt: number | null;
}

/** The key that signs with `alg`. */
export const activeKey = <K extends RingKey>(ring: readonly K[], alg: string): K | undefined =>
  ring.find((key) => key.alg === alg && key.state === 'active');

/** Those of `algorithms` that nothing in the ring signs with. */
export const missingAlgorithms = <A extends string>(
  ring: readonly RingKey[],
  algorithms: readonly A[],
): A[] => algorithms.filter((alg) => activeKey(ring, alg) === undefined);

/**
 * The order of publication: it depends on the keys alone, so that every isolate publishes the same bytes. Within
 * an algorithm the oldest comes first, so that a new key is added behind what caches already hold.
 */
export const inPublishedOrder = <K extends RingKey>(ring: readonly K[]): K[] =>
  ring.toSorted(
    (a, b) => compare(a.alg, b.alg) || compare(a.createdAt, b.createdAt) || compare(a.kid, b.kid),
  );

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
