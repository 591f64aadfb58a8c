import { createHash, randomBytes } from 'node:crypto';

/** Prints a new client secret, which is stored nowhere, and the hash of it that the configuration holds. */
export async function clientSecret(): Promise<number> {
  // 32 random bytes need no slow hash, and in base64url nothing has to be escaped in a form or a header.
  const secret = `pc_cs_${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(secret).digest('base64url');
  process.stdout.write(`Secret, for the client; it is not shown again:
  ${secret}
Hash, for clientSecretHashes in portcullis.config.ts:
  ${hash}
`);
  return 0;
}
