import { CompactEncrypt, compactDecrypt } from 'jose';
import { base64url } from './bytes.ts';
import type { Purpose, RootSecrets } from './root-secret.ts';

type SealPurpose = Extract<Purpose, `seal-${string}`>;

/** No sealed value of ours comes near this; a longer one is refused before it is decrypted. */
export const MAXIMUM_SEALED_LENGTH = 4000;

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

interface Sealed<T> {
  value: T;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/**
 * What `seal` sealed for the same purpose, expired or not, or undefined for anything else.
 * @param maximumLength in characters; what comes from our own storage may be longer.
 */
export async function openSealed<T>(
  secrets: RootSecrets,
  purpose: SealPurpose,
  text: string,
  maximumLength = MAXIMUM_SEALED_LENGTH,
): Promise<Sealed<T> | undefined> {
  if (text.length > maximumLength) return undefined;
  try {
    // A decoder lets white space pass, and bits that stand for nothing: one sealed value has one spelling.
    if (!text.split('.').every((part) => base64url.encode(base64url.decode(part)) === part)) return undefined;
    const { plaintext } = await compactDecrypt(
      text,
      async (header) => {
        const secret = secrets.all.find((candidate) => candidate.id === header.kid);
        if (!secret) throw new Error('sealed under another secret');
        return secret.bytes(purpose);
      },
      { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
    );
    return JSON.parse(new TextDecoder().decode(plaintext)) as Sealed<T>;
  } catch {
    return undefined;
  }
}

/** What `seal` sealed for the same purpose, or undefined for anything else, an expired one included. */
export async function unseal<T>(
  secrets: RootSecrets,
  purpose: SealPurpose,
  text: string | undefined,
  now: number,
): Promise<T | undefined> {
  const sealed = text ? await openSealed<T>(secrets, purpose, text) : undefined;
  return sealed && sealed.expiresAt > now ? sealed.value : undefined;
}
