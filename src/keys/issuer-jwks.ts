import * as v from 'valibot';
import { base64url, sha256 } from '../crypto/bytes.ts';
import { checkedPolicy, type Fetch, fetchJson, type JwksPolicy, publicKeys } from '../verify/jwks.ts';
import { type Copy, jwksCache, type KeySet, type SharedStore } from '../verify/jwks-cache.ts';
import { addressFault, developmentAddressFault } from './issuer-jwks-address.ts';

export interface IssuerJwksOptions {
  /** The other issuer, exactly as in its `iss`. */
  issuer: string;
  /** Where its keys are. Default: its metadata tells (OpenID Connect Discovery §4, RFC 8414 §3). */
  jwksUri?: string | undefined;
  /** Shared with every other isolate. */
  cache: Pick<KVNamespace, 'get' | 'put'>;
  /** How long keys are kept. */
  policy?: Partial<JwksPolicy> | undefined;
  /** Whether http and private addresses are allowed. */
  development?: boolean | undefined;
  /** Default the platform's own. */
  fetch?: Fetch | undefined;
  /** Milliseconds since the epoch. */
  now?: (() => number) | undefined;
}

/** KV's own minimum. */
const MINIMUM_TTL_SECONDS = 60;
/** How long an isolate may go on with what it read, also where nothing was. */
const KV_CACHE_SECONDS = 30;
/** How long an issuer's word on where its keys are is taken. */
const DISCOVERY_MILLISECONDS = 60 * 60_000;

const record = v.strictObject({
  version: v.literal(1),
  keys: v.strictObject({ keys: v.array(v.record(v.string(), v.unknown())) }),
  fetchedAt: v.pipe(v.number(), v.integer()),
  maxAgeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

/** Workers KV as a shared store. What is broken there, or cannot be reached, is not there. */
function kvStore(
  cache: IssuerJwksOptions['cache'],
  source: string,
  { maxStaleSeconds }: JwksPolicy,
): SharedStore {
  // A KV key has a length, an issuer none.
  const name = async () => `issuer-jwks/${base64url.encode(await sha256(source))}`;
  return {
    async read() {
      try {
        const text = await cache.get(await name(), { cacheTtl: KV_CACHE_SECONDS });
        if (text === null) return undefined;
        const { keys, fetchedAt, maxAgeSeconds } = v.parse(record, JSON.parse(text));
        return { keys: publicKeys(keys), fetchedAt, maxAgeSeconds };
      } catch {
        return undefined;
      }
    },
    async write(copy: Copy) {
      const text = JSON.stringify({ version: 1, ...copy });
      const expirationTtl = Math.max(MINIMUM_TTL_SECONDS, Math.ceil(maxStaleSeconds));
      // It saves the next isolate a fetch; without it that one fetches.
      await cache.put(await name(), text, { expirationTtl }).catch(() => {});
    },
  };
}

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
 * The keys of another issuer, for the Worker: an upstream provider, or one whose tokens the gate accepts. Isolate memory,
 * then KV, then a fetch, by the rules of `jwksCache`. Make it once per issuer and isolate; `verifier` takes it as `keys`.
 * @throws TypeError when the issuer or the address must not be fetched.
 */
export function issuerJwks(options: IssuerJwksOptions): KeySet {
  const { issuer, jwksUri, cache, development = false, now = () => Date.now() } = options;
  const policy = checkedPolicy(options.policy);
  const faultOf = development ? developmentAddressFault : addressFault;
  const request: Fetch = options.fetch ?? ((url, init) => fetch(url, init));

  function check(name: string, url: string): void {
    const fault = faultOf(url);
    if (fault) throw new TypeError(`${name}: ${url} ${fault}`);
  }
  check('issuer', issuer);
  if (jwksUri !== undefined) check('jwksUri', jwksUri);

  const read = (url: string, signal: AbortSignal) =>
    fetchJson(url, { fetch: request, signal, maximumBytes: policy.maximumBytes });

  async function discover(signal: AbortSignal): Promise<string> {
    const [first = '', second = ''] = metadataUrls(issuer);
    const { value } = await read(first, signal).catch(() => read(second, signal));
    const metadata = typeof value === 'object' && value !== null ? value : {};
    // RFC 8414 §3.3: identical, or the keys are somebody else's.
    if (!('issuer' in metadata && metadata.issuer === issuer))
      throw new Error('the metadata is of another issuer');
    if (!('jwks_uri' in metadata && typeof metadata.jwks_uri === 'string')) throw new Error('no jwks_uri');
    check('jwks_uri', metadata.jwks_uri);
    return metadata.jwks_uri;
  }

  let discovered: { uri: string; until: number } | undefined;
  async function locate(signal: AbortSignal): Promise<string> {
    if (jwksUri !== undefined) return jwksUri;
    if (!discovered || now() >= discovered.until) {
      discovered = { uri: await discover(signal), until: now() + DISCOVERY_MILLISECONDS };
    }
    return discovered.uri;
  }

  return jwksCache({
    policy,
    now,
    shared: kvStore(cache, JSON.stringify([issuer, jwksUri]), policy),
    async load(signal) {
      try {
        const { value, maxAgeSeconds } = await read(await locate(signal), signal);
        // Here, so that a document that is no set makes the next attempt ask anew where the set is.
        return { value: publicKeys(value, policy.maximumKeys), maxAgeSeconds };
      } catch (error) {
        discovered = undefined;
        throw error;
      }
    },
  });
}
