import type { Context } from 'hono';
import type { JWK } from 'jose';
import { JWKS_MAXIMUM_AGE_SECONDS, JWKS_STALE_WHILE_REVALIDATE_SECONDS } from '../../core/keyring/timing.ts';
import { base64url, sha256 } from '../../crypto/bytes.ts';
import type { Dependencies } from '../../dependencies.ts';

// RFC 5861. Both count in how long a new key waits before it signs.
const cacheControl = `public, max-age=${JWKS_MAXIMUM_AGE_SECONDS}, stale-while-revalidate=${JWKS_STALE_WHILE_REVALIDATE_SECONDS}`;

/** RFC 9110 §13.1.2: a list of entity tags or `*`, compared weakly. */
const matches = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((tag) => ['*', etag].includes(tag.trim().replace(/^W\//, '')));

async function written(set: { keys: JWK[] }) {
  const body = JSON.stringify(set);
  return { body, etag: `"${base64url.encode(await sha256(body))}"` };
}

/** GET /.well-known/jwks.json: the public keys that our tokens verify with (RFC 7517 §5). */
export function jwks({ keys }: Pick<Dependencies, 'keys'>) {
  // `keys` hands out the same object for as long as the ring does not change.
  let last: { set: object; text: Awaited<ReturnType<typeof written>> } | undefined;
  return async (context: Context) => {
    const set = await keys.jwks();
    const text = last?.set === set ? last.text : await written(set);
    last = { set, text };
    const headers = {
      'cache-control': cacheControl,
      etag: text.etag,
      // Public, and read by browser apps that verify ID tokens themselves.
      'access-control-allow-origin': '*',
    };
    if (matches(context.req.header('if-none-match'), text.etag)) return context.body(null, 304, headers);
    return context.body(text.body, 200, { ...headers, 'content-type': 'application/json' });
  };
}
