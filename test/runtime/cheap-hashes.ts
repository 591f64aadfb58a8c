const cost = /logN: ?15, ?r: ?8, ?p: ?3/;

/**
 * The same code, source or bundle, with a cost of hashing passwords that tests can pay many times over.
 * @throws Error when the real cost is not the one that is known here, once
 */
export function withCheapHashes(code: string): string {
  const parts = code.split(cost);
  if (parts.length !== 2) throw new Error('the cost of hashing is not where it was');
  return parts.join('logN: 6, r: 8, p: 1');
}
