import { concat, equal, hmacSha256, randomBytes, sha256 } from '../crypto/bytes.ts';
import type { RootSecret, RootSecrets } from '../crypto/root-secret.ts';

// A successor's secret is HMAC-SHA-256(K, salt || presented secret). Storage has salt and hash, the Worker has K, the
// client has the presented secret: only all three together make the successor, now or when it is asked for again.

const SALT = 16;

type Bytes = Uint8Array<ArrayBuffer>;

const derive = async (secret: RootSecret, salt: Bytes, presented: Bytes): Promise<Bytes> =>
  hmacSha256(await secret.hmacKey('refresh-successor'), concat(salt, presented));

export interface Successor {
  secret: Bytes;
  salt: Bytes;
  hash: Bytes;
}

/** A fresh candidate for the object to adopt. */
export async function candidateSuccessor(secrets: RootSecrets, presented: Bytes): Promise<Successor> {
  const salt = randomBytes(SALT);
  const secret = await derive(secrets.current, salt, presented);
  return { secret, salt, hash: await sha256(secret) };
}

/**
 * The secret of a successor adopted before, made with the current key or the one before it: the stored hash tells.
 * Undefined when neither made it.
 */
export async function replayedSuccessor(
  secrets: RootSecrets,
  presented: Bytes,
  salt: Uint8Array,
  hash: Uint8Array,
): Promise<Bytes | undefined> {
  for (const root of secrets.all) {
    const secret = await derive(root, concat(salt), presented);
    if (equal(await sha256(secret), hash)) return secret;
  }
  return undefined;
}
