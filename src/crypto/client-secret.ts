import { base64url, equal, sha256 } from './bytes.ts';

/**
 * Whether a client's secret has one of these hashes (base64url of SHA-256: 32 random bytes need no slow one). All are
 * compared, each in constant time.
 */
export async function matchesSecret(secret: string, hashes: readonly string[]): Promise<boolean> {
  const presented = await sha256(secret);
  return hashes.map((hash) => equal(presented, base64url.decode(hash))).includes(true);
}
