import type { IssuerKeys } from '../keys/issuer-jwks.ts';
import { type Algorithm, headerOf, jwsOpener, type Opened, readObject } from '../verify/jws.ts';
import { type KeySource, keySource } from '../verify/key-source.ts';
import { memory } from '../verify/memory.ts';
import { ProviderUnavailable } from './provider-fetch.ts';

export type Claims = Readonly<Record<string, unknown>>;

/**
 * Makes a function that opens what a provider signed: with the keys it publishes, and by these algorithms alone.
 * @returns a function that answers with undefined for a signature that is not right, and throws ProviderUnavailable where
 * the keys cannot be had.
 */
export function signedBy({
  issuer,
  algorithms,
  issuerKeys,
}: {
  issuer: string;
  algorithms: readonly Algorithm[];
  issuerKeys: IssuerKeys;
}): (token: string, jwksUri: string) => Promise<(Opened & { claims: Claims }) | undefined> {
  const open = jwsOpener(algorithms);
  const sources = memory<KeySource>(4);

  return async (token, jwksUri) => {
    const keys = sources.get(jwksUri) ?? keySource(issuerKeys({ issuer, jwksUri }));
    sources.set(jwksUri, keys);
    const find = await keys().catch((error: unknown) => {
      throw new ProviderUnavailable("the provider's keys cannot be had", { cause: error });
    });
    let judged = await open(token, find);
    if (!judged.ok && judged.code === 'key_unknown') {
      // The key may be newer than the set.
      const kid = headerOf(token)?.kid;
      const newer = typeof kid === 'string' ? await keys(kid).catch(() => find) : find;
      if (newer !== find) judged = await open(token, newer);
    }
    if (!judged.ok) return undefined;
    const claims = readObject(judged.payload);
    return claims && { ...judged, claims };
  };
}
