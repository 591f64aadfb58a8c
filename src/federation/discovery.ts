import * as oauth from 'oauth4webapi';
import { addressFault, developmentAddressFault } from '../config/address.ts';
import type { Config } from '../config/schema.ts';
import { memory } from '../verify/memory.ts';
import { judge } from './judge.ts';
import { ProviderUnavailable, providerFetch } from './provider-fetch.ts';

/** What a provider's metadata has to have for whoever is its client. */
export type Metadata<Endpoint extends string = never> = oauth.AuthorizationServer &
  Record<'authorization_endpoint' | 'token_endpoint' | 'jwks_uri' | Endpoint, string>;

interface Discoverable<Endpoint extends string> {
  /** Exactly as its metadata has it (OpenID Connect Discovery §4.3). */
  issuer: string;
  /** What its metadata is found under, where that is another URL than the issuer. */
  foundAt?: string | undefined;
  /** What is taken of it as a signature; what the provider announces is not ours to take. */
  algorithms: readonly string[];
  /** What it has to have beside the usual. */
  endpoints?: readonly Endpoint[];
  environment: Config['environment'];
}

const HOUR_MILLISECONDS = 60 * 60_000;
/** Where no newer metadata can be had, the old one is good for so long. */
const STALE_MILLISECONDS = 24 * HOUR_MILLISECONDS;
const RETRY_MILLISECONDS = 30_000;
/** Where there is none at all, nobody waits for the provider again for so long. */
const PAUSE_MILLISECONDS = 1_000;
const MAXIMUM_PROVIDERS = 100;

interface Known {
  metadata: oauth.AuthorizationServer;
  discoveredAt: number;
  /** Milliseconds since the epoch. */
  until: number;
}

/** One memory for the whole isolate: values only, no promises, which die with the request that made them. */
const discovered = memory<Known>(MAXIMUM_PROVIDERS);
/** When each provider may be tried again, in milliseconds since the epoch. */
const paused = memory<number>(MAXIMUM_PROVIDERS);

/**
 * Makes a function that answers with a provider's metadata: from this isolate's memory, or by discovery.
 * @returns a function that throws ProviderUnavailable when there is none that is right.
 */
export function discovery<Endpoint extends string = never>({
  issuer,
  foundAt = issuer,
  algorithms,
  endpoints = [],
  environment,
}: Discoverable<Endpoint>): () => Promise<Metadata<Endpoint>> {
  const fetch = providerFetch(environment);
  const faultOf = environment === 'development' ? developmentAddressFault : addressFault;
  const needed = ['authorization_endpoint', 'token_endpoint', 'jwks_uri', ...endpoints];
  const key = `${foundAt} ${issuer} ${needed}`;

  async function discover(): Promise<oauth.AuthorizationServer> {
    const url = `${foundAt.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { headers: { Accept: 'application/json' } });
    const metadata = await judge(() => oauth.processDiscoveryResponse(new URL(issuer), response));
    // OpenID Connect Discovery §4.3: identical, or somebody else answers.
    if (metadata.issuer !== issuer) throw new ProviderUnavailable('the metadata is of another issuer');
    for (const name of needed) {
      if (typeof metadata[name] !== 'string') throw new ProviderUnavailable(`the metadata lacks ${name}`);
    }
    // The others are judged when they are fetched; browsers are sent to this one.
    const fault = faultOf(metadata.authorization_endpoint ?? '');
    if (fault) throw new ProviderUnavailable(`the authorization endpoint ${fault}`);
    return metadata;
  }

  async function known(): Promise<oauth.AuthorizationServer> {
    const now = Date.now();
    const before = discovered.get(key);
    if (before && now < before.until) return before.metadata;
    const isUsable = before !== undefined && now <= before.discoveredAt + STALE_MILLISECONDS;
    // Every navigation without a session may begin here.
    if (!isUsable && now < (paused.get(key) ?? 0))
      throw new ProviderUnavailable('the metadata could not be had a moment ago');
    try {
      const metadata = await discover();
      discovered.set(key, { metadata, discoveredAt: now, until: now + HOUR_MILLISECONDS });
      return metadata;
    } catch (error) {
      if (!isUsable) {
        paused.set(key, Date.now() + PAUSE_MILLISECONDS);
        throw error;
      }
      discovered.set(key, { ...before, until: now + RETRY_MILLISECONDS });
      return before.metadata;
    }
  }

  return async () =>
    ({
      ...(await known()),
      id_token_signing_alg_values_supported: [...algorithms],
    }) as unknown as Metadata<Endpoint>;
}
