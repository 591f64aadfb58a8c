import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Client } from '../config/schema.ts';
import type { IssuerKeys } from '../keys/issuer-jwks.ts';
import { publicKeys } from '../verify/jwks.ts';
import type { KeySet } from '../verify/jwks-cache.ts';
import { headerOf, type Opened, type OpenJws } from '../verify/jws.ts';
import { type Refusal, refuse } from '../verify/refusal.ts';

/** One for each set, so that keys are imported once and a header that was judged is known again. */
const finders = new WeakMap<JSONWebKeySet, JWTVerifyGetKey>();

/** Without `kid` exactly one key must fit (OpenID Connect Core §10.1). */
function finderOf(set: JSONWebKeySet): JWTVerifyGetKey {
  const find = finders.get(set) ?? createLocalJWKSet(publicKeys(set));
  finders.set(set, find);
  return find;
}

async function openWith(keys: KeySet, token: string, open: OpenJws): Promise<Opened | Refusal> {
  const set = await keys();
  const opened = await open(token, finderOf(set));
  const kid = !opened.ok && opened.code === 'key_unknown' && headerOf(token)?.kid;
  if (typeof kid !== 'string') return opened;
  // The key may be newer than the set.
  const later = await keys(kid);
  return later === set ? opened : open(token, finderOf(later));
}

/**
 * Checks the signature of a client by the keys that it is registered with, by value or by address, and by no others.
 * @param open which algorithms may have signed it.
 */
export async function openSignedBy(
  { clientId, jwks, jwksUri }: Client,
  token: string,
  open: OpenJws,
  issuerKeys: IssuerKeys,
): Promise<Opened | Refusal> {
  try {
    if (jwks) return await openWith(async () => jwks as unknown as JSONWebKeySet, token, open);
    if (jwksUri === undefined) return refuse('key_unknown');
    return await openWith(issuerKeys({ issuer: clientId, jwksUri }), token, open);
  } catch {
    return refuse('keys_unavailable');
  }
}
