import { addressFault, developmentAddressFault } from '../config/address.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { count } from '../telemetry/recording.ts';
import { checkedPolicy, type Fetch, fetchJson, fetchKeys, type JwksPolicy } from '../verify/jwks.ts';
import { jwksCache, type KeySet } from '../verify/jwks-cache.ts';
import { memory } from '../verify/memory.ts';
import { issuerJwksStore } from './issuer-jwks-store.ts';

/** Whose keys. */
export interface KeyOwner {
  /** Exactly as in the `iss` of what it signs: another issuer, or a client by its own name (RFC 7523 §3). */
  issuer: string;
  /** Where its keys are. Default: its metadata tells (OpenID Connect Discovery §4, RFC 8414 §3). */
  jwksUri?: string | undefined;
}

export interface IssuerJwksOptions extends KeyOwner {
  /** Shared with every other isolate. */
  cache: Pick<KVNamespace, 'get' | 'put'>;
  /** What authenticates the copy that is shared. */
  secrets: RootSecrets;
  /** How long keys are kept. */
  policy?: Partial<JwksPolicy> | undefined;
  /** Whether http and private addresses are allowed. */
  development?: boolean | undefined;
  /** Default the platform's own. */
  fetch?: Fetch | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

/** How long an issuer's word on where its keys are is taken. */
const DISCOVERY_MILLISECONDS = 60 * 60_000;

/** Metadata is at one of these; the first is what an OpenID provider has. */
function metadataUrls(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  return [
    `${origin}${path}/.well-known/openid-configuration`,
    `${origin}/.well-known/oauth-authorization-server${path}`,
  ];
}

/**
 * The keys of another issuer, for the Worker. Isolate memory, then KV, then a fetch, by the rules of `jwksCache`. Make it
 * once per issuer and isolate; `verifier` takes it as `keys`.
 * @throws TypeError when they must not be fetched from where they would be.
 */
export function issuerJwks(options: IssuerJwksOptions): KeySet {
  const { issuer, jwksUri, cache, secrets, development = false, now = () => Date.now() } = options;
  const policy = checkedPolicy(options.policy);
  const faultOf = development ? developmentAddressFault : addressFault;
  const request: Fetch = options.fetch ?? ((url, init) => fetch(url, init));

  function check(name: string, url: string): void {
    const fault = faultOf(url);
    if (fault) throw new TypeError(`${name}: ${url} ${fault}`);
  }
  if (jwksUri === undefined) check('issuer', issuer);
  else check('jwksUri', jwksUri);

  async function discover(signal: AbortSignal): Promise<string> {
    const [first = '', second = ''] = metadataUrls(issuer);
    const read = (url: string) => fetchJson(url, { ...policy, fetch: request, signal });
    const { value } = await read(first).catch(() => read(second));
    const metadata = typeof value === 'object' && value !== null ? value : {};
    // RFC 8414 §3.3: identical, or the keys are somebody else's.
    if (!('issuer' in metadata && metadata.issuer === issuer))
      throw new Error('the metadata is of another issuer');
    if (!('jwks_uri' in metadata && typeof metadata.jwks_uri === 'string')) throw new Error('no jwks_uri');
    check('jwks_uri', metadata.jwks_uri);
    return metadata.jwks_uri;
  }

  // What was fetched over http, or from a private address, is believed where that is allowed and nowhere else.
  const source = JSON.stringify([issuer, jwksUri, development]);

  let discovered: { uri: string; until: number } | undefined;
  async function locate(signal: AbortSignal): Promise<string> {
    if (jwksUri !== undefined) return jwksUri;
    if (!discovered || now() >= discovered.until) {
      discovered = { uri: await discover(signal), until: now() + DISCOVERY_MILLISECONDS };
    }
    return discovered.uri;
  }

  const store = issuerJwksStore(cache, source, policy.maxStaleSeconds, secrets);
  const keys = jwksCache({
    policy,
    now,
    shared: {
      ...store,
      read() {
        count('portcullis_jwks_fetches_total', { keys: 'others', from: 'kv' });
        return store.read();
      },
    },
    async load(signal) {
      count('portcullis_jwks_fetches_total', { keys: 'others', from: 'issuer' });
      try {
        return await fetchKeys(await locate(signal), { ...policy, fetch: request, signal });
      } catch (error) {
        // Also when a document is no set: the next attempt asks anew where the set is.
        discovered = undefined;
        throw error;
      }
    },
  });
  return (unknownKid) => {
    count('portcullis_jwks_lookups_total', { keys: 'others' });
    return keys(unknownKid);
  };
}

/** The keys of whoever is not us. */
export type IssuerKeys = (owner: KeyOwner) => KeySet;

/** So many owners' keys an isolate remembers. */
const MAXIMUM_OWNERS = 1_000;

/** Makes one `issuerJwks` for each owner in an isolate: all who ask share its memory and its fetches. */
export function issuerKeys(shared: Omit<IssuerJwksOptions, keyof KeyOwner>): IssuerKeys {
  // Whoever registers a client adds one.
  const known = memory<KeySet>(MAXIMUM_OWNERS);
  return ({ issuer, jwksUri }) => {
    const owner = JSON.stringify([issuer, jwksUri]);
    const keys = known.get(owner) ?? issuerJwks({ ...shared, issuer, jwksUri });
    known.set(owner, keys);
    return keys;
  };
}
