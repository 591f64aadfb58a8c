import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  type JWKSCacheInput,
  type JWTVerifyGetKey,
  jwksCache,
} from 'jose';

/** Finds the key that a header names among those published now. Another function once the set has changed. */
export type KeySource = () => Promise<JWTVerifyGetKey>;

/** A set read anew but not changed keeps its imported keys, and so whatever was verified with them. */
function whenChanged(find: (set: JSONWebKeySet) => JWTVerifyGetKey): (set: JSONWebKeySet) => JWTVerifyGetKey {
  let known: { set: JSONWebKeySet; text: string; find: JWTVerifyGetKey } | undefined;
  return (set) => {
    if (known?.set === set) return known.find;
    const text = JSON.stringify(set);
    known = known?.text === text ? { ...known, set } : { set, text, find: find(set) };
    return known.find;
  };
}

/** Keys that the caller hands over: the issuer's own, in process. */
export function localKeys(published: () => Promise<JSONWebKeySet>): KeySource {
  const find = whenChanged(createLocalJWKSet);
  return async () => find(await published());
}

/** Keys fetched from a `jwks_uri`: kept for ten minutes, fetched anew for an unknown `kid` at most every 30 s. */
export function remoteKeys(jwksUri: URL): KeySource {
  const fetched: JWKSCacheInput = {};
  const remote = createRemoteJWKSet(jwksUri, { [jwksCache]: fetched });
  const find = whenChanged(() => (header, token) => remote(header, token));
  return async () => {
    if (!remote.fresh) await remote.reload();
    return find(fetched.jwks ?? { keys: [] });
  };
}
