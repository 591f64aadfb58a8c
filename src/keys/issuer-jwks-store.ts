import { waitUntil } from 'cloudflare:workers';
import * as v from 'valibot';
import { base64url, hmacSha256, sha256 } from '../crypto/bytes.ts';
import type { RootSecret, RootSecrets } from '../crypto/root-secret.ts';
import type { Copy, SharedStore } from '../verify/jwks-cache.ts';

/** KV's own minimum. */
const MINIMUM_TTL_SECONDS = 60;
/** How long an isolate may go on with what it read, also where nothing was. */
const KV_CACHE_SECONDS = 30;

const envelope = v.strictObject({ by: v.string(), tag: v.string(), body: v.string() });

const record = v.strictObject({
  version: v.literal(1),
  /** Whose keys they are, where they were, and what was allowed. */
  source: v.string(),
  keys: v.strictObject({ keys: v.array(v.record(v.string(), v.unknown())) }),
  fetchedAt: v.pipe(v.number(), v.integer()),
  maxAgeSeconds: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

const utf8 = new TextEncoder();

async function write(copy: Copy, source: string, secret: RootSecret): Promise<string> {
  const body = JSON.stringify({ version: 1, source, ...copy });
  const tag = await hmacSha256(await secret.hmacKey('issuer-jwks-tag'), utf8.encode(body));
  return JSON.stringify({ by: secret.id, tag: base64url.encode(tag), body });
}

/** @throws Error when it is not what we wrote of this very source. */
async function read(text: string, source: string, { all }: RootSecrets): Promise<Copy> {
  const { by, tag, body } = v.parse(envelope, JSON.parse(text));
  const secret = all.find(({ id }) => id === by);
  if (!secret) throw new Error('written under another secret');
  const bytes = base64url.decode(tag) as Uint8Array<ArrayBuffer>;
  const isOurs = await crypto.subtle.verify(
    'HMAC',
    await secret.hmacKey('issuer-jwks-tag'),
    bytes,
    utf8.encode(body),
  );
  if (!isOurs) throw new Error('not written by us');
  const { version, source: whose, ...copy } = v.parse(record, JSON.parse(body));
  if (whose !== source) throw new Error('of another issuer');
  return { ...copy, maxAgeSeconds: copy.maxAgeSeconds };
}

/**
 * Workers KV as a store that isolates share. A tag under the root secret covers keys, source and age: who can write to
 * KV can plant no key, and an older set of the same issuer is worth no more than its age allows. What is broken there,
 * or cannot be reached, is not there.
 * @param source names the issuer, where its keys are, and by which rules they were fetched.
 */
export function issuerJwksStore(
  cache: Pick<KVNamespace, 'get' | 'put'>,
  source: string,
  maxStaleSeconds: number,
  secrets: RootSecrets,
): SharedStore {
  // A KV key has a length, an issuer none.
  const name = async () => `issuer-jwks/${base64url.encode(await sha256(source))}`;
  const expirationTtl = Math.max(MINIMUM_TTL_SECONDS, Math.ceil(maxStaleSeconds));
  return {
    async read() {
      try {
        const text = await cache.get(await name(), { cacheTtl: KV_CACHE_SECONDS });
        return text === null ? undefined : await read(text, source, secrets);
      } catch {
        return undefined;
      }
    },
    write(copy) {
      const written = async () =>
        cache.put(await name(), await write(copy, source, secrets.current), { expirationTtl });
      // It saves the next isolate a fetch; without it that one fetches.
      waitUntil(written().catch(() => {}));
    },
  };
}
