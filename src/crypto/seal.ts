import { CompactEncrypt, compactDecrypt } from 'jose';
import type { Purpose, RootSecrets } from './root-secret.ts';

type SealPurpose = Extract<Purpose, `seal-${string}`>;

/** No sealed value of ours comes near this; a longer one is refused before it is decrypted. */
const MAXIMUM_LENGTH = 4000;

/**
 * Seals a value into a JWE (dir, A256GCM): unreadable and unchangeable outside the Worker.
 * @param expiresAt milliseconds since the epoch; `unseal` refuses it from then on.
 */
export async function seal(
  secrets: RootSecrets,
  purpose: SealPurpose,
  value: unknown,
  expiresAt: number,
): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(JSON.stringify({ value, expiresAt })))
    .setProtectedHeader({ alg: 'dir', enc: 'A256GCM', kid: secrets.current.id })
    .encrypt(await secrets.current.bytes(purpose));
}

/** What `seal` sealed for the same purpose, or undefined for anything else, an expired one included. */
export async function unseal<T>(
  secrets: RootSecrets,
  purpose: SealPurpose,
  text: string | undefined,
  now: number,
): Promise<T | undefined> {
  if (!text || text.length > MAXIMUM_LENGTH) return undefined;
  try {
    const { plaintext } = await compactDecrypt(
      text,
      async (header) => {
        const secret = secrets.all.find((candidate) => candidate.id === header.kid);
        if (!secret) throw new Error('sealed under another secret');
        return secret.bytes(purpose);
      },
      { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
    );
    const { value, expiresAt } = JSON.parse(new TextDecoder().decode(plaintext)) as {
      value: T;
      expiresAt: number;
    };
    return expiresAt > now ? value : undefined;
  } catch {
    return undefined;
  }
}
