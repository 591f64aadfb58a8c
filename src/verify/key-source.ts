import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { checkedPolicy, type Fetch, fetchKeys, type JwksPolicy, publicKeys } from './jwks.ts';
import { jwksCache, type KeySet } from './jwks-cache.ts';
import { KeysUnavailable } from './jws.ts';
import { isTrustworthy } from './trustworthy.ts';

/**
 * Finds the key that a header names among those published now. Another function once the set has changed.
 * @throws Error when the keys cannot be had.
 */
export type KeySource = (unknownKid?: string) => Promise<JWTVerifyGetKey>;

/** Every signature key is named: without `kid` a verifier would have to guess among keys. */
const named =
  (find: JWTVerifyGetKey): JWTVerifyGetKey =>
  async (header, token) => {
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey();
    try {
      return await find(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      throw new KeysUnavailable('the published keys cannot be read', { cause: error });
    }
  };

/** A set read anew but not changed keeps its imported keys, and so whatever was verified with them. */
export function keySource(keys: KeySet): KeySource {
  let known: { set: JSONWebKeySet; text: string; find: JWTVerifyGetKey } | undefined;
  return async (unknownKid) => {
    const set = await keys(unknownKid);
    if (known?.set === set) return known.find;
    const usable = publicKeys(set);
    const text = JSON.stringify(usable);
    known = known?.text === text ? { ...known, set } : { set, text, find: named(createLocalJWKSet(usable)) };
    return known.find;
  };
}

/** Keys fetched from a `jwks_uri`. @throws TypeError when it is neither https nor http on loopback */
export function remoteKeys(
  jwksUri: string,
  { policy, fetch, now }: { policy?: Partial<JwksPolicy> | undefined; fetch: Fetch; now: () => number },
): KeySet {
  const uri = new URL(jwksUri);
  if (!isTrustworthy(uri)) {
    throw new TypeError(`jwksUri: ${uri.href} must be https; http is for loopback only`);
  }
  const checked = checkedPolicy(policy);
  return jwksCache({
    policy: checked,
    now,
    load: (signal) => fetchKeys(uri.href, { ...checked, fetch, signal }),
  });
}
