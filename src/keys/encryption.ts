import { base64url, concat, randomBytes } from '../crypto/bytes.ts';
import type { RootSecret } from '../crypto/root-secret.ts';

/**
 * Encrypts private keys at rest. `context` is authenticated, not hidden: what was wrapped with one context opens
 * with no other.
 *
 * One key per call, since that is all that every key management service has: Vault's transit engine takes batches,
 * AWS KMS does not. There, `wrap` is Encrypt with `context` as the EncryptionContext (which CloudTrail shows: it
 * holds no secret), `unwrap` is Decrypt, and 4096 bytes, the most that Encrypt takes, are more than twice the
 * longest key of ours. An implementation throws KeyEncryptionUnavailable for whatever may pass by itself.
 */
export interface KeyEncryption {
  /** Names the key-encryption key beside whatever it sealed; reveals nothing about it. */
  readonly id: string;
  /** @throws KeyEncryptionUnavailable when it cannot be asked now. */
  wrap(plaintext: Uint8Array, context: string): Promise<string>;
  /**
   * @throws KeyEncryptionUnavailable when it cannot be asked now.
   * @throws any other error when this key did not seal `sealed` with this context.
   */
  unwrap(sealed: string, context: string): Promise<Uint8Array>;
  /** Keeps the right to use it from running out, where it can. The ring's object calls it every hour. Never throws. */
  renew?(): Promise<void>;
}

/** The key-encryption key did not answer: nothing is known about what was asked. */
export class KeyEncryptionUnavailable extends Error {
  override name = 'KeyEncryptionUnavailable';
}

/** NIST SP 800-38D §8.2.2: a random IV of 96 bits is safe for 2^32 uses of a key; a ring makes a few a month. */
const IV = 12;

/** AES-256-GCM under a key derived from a root secret. */
export function rootSecretEncryption(secret: RootSecret): KeyEncryption {
  let imported: Promise<CryptoKey> | undefined;
  const key = () => {
    imported ??= secret
      .bytes('key-encryption')
      .then((bytes) => crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']));
    return imported;
  };
  const parameters = (iv: Uint8Array<ArrayBuffer>, context: string) => ({
    name: 'AES-GCM',
    iv,
    additionalData: new TextEncoder().encode(context),
  });
  return {
    id: secret.id,
    async wrap(plaintext, context) {
      const iv = randomBytes(IV);
      const sealed = await crypto.subtle.encrypt(parameters(iv, context), await key(), plaintext);
      return base64url.encode(concat(iv, new Uint8Array(sealed)));
    },
    async unwrap(sealed, context) {
      const bytes = Uint8Array.from(base64url.decode(sealed));
      const iv = bytes.slice(0, IV);
      return new Uint8Array(
        await crypto.subtle.decrypt(parameters(iv, context), await key(), bytes.slice(IV)),
      );
    },
  };
}
