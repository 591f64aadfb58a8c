import { base64url, concat, hmacSha256, randomBytes } from './bytes.ts';
import type { RootSecret, RootSecrets } from './root-secret.ts';
import { looksLikeOurs, tokenPrefixes } from './token-form.ts';

// An access token that tells its holder nothing: the prefix, then base64url of
//   version 1 | id of the root secret 6 | salt 16 | nonce 12 | ciphertext and tag   bytes
const PREFIX = tokenPrefixes.access_token;
const VERSION = 1;
const SECRET_ID = 6;
const SALT = 16;
const NONCE = 12;
const HEADER = 1 + SECRET_ID + SALT;

/** None of ours comes near this many characters; a longer one is refused before it is decrypted. */
const MAXIMUM_LENGTH = 8192;

const utf8 = new TextEncoder();

/**
 * A key for each salt: under one key for all, random nonces would be used up after 2^32 tokens (NIST SP 800-38D §8.3).
 */
async function keyOf(secret: RootSecret, salt: Uint8Array): Promise<CryptoKey> {
  const bytes = await hmacSha256(await secret.hmacKey('access-token-seal'), salt);
  return crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

const parameters = (header: Uint8Array<ArrayBuffer>, iv: Uint8Array<ArrayBuffer>) => ({
  name: 'AES-GCM',
  iv,
  additionalData: concat(utf8.encode(PREFIX), header),
});

/** Seals what a token says: nobody but us can read or change it, and nothing is stored. */
export async function sealToken({ current }: RootSecrets, claims: object): Promise<string> {
  const salt = randomBytes(SALT);
  const nonce = randomBytes(NONCE);
  const header = concat(Uint8Array.of(VERSION), base64url.decode(current.id), salt);
  const key = await keyOf(current, salt);
  const plaintext = utf8.encode(JSON.stringify(claims));
  const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters(header, nonce), key, plaintext));
  return PREFIX + base64url.encode(concat(header, nonce, sealed));
}

/** What `sealToken` sealed, under the current root secret or the one before it; undefined for anything else. */
export async function openToken<T>({ all }: RootSecrets, text: string): Promise<T | undefined> {
  const encoded = text.slice(PREFIX.length);
  if (
    !looksLikeOurs(text, 'access_token') ||
    text.length > MAXIMUM_LENGTH ||
    !/^[A-Za-z0-9_-]+$/.test(encoded)
  )
    return undefined;
  // No bytes end one character after a group of four (RFC 4648 §4): a decoder throws.
  if (encoded.length % 4 === 1) return undefined;
  const bytes = Uint8Array.from(base64url.decode(encoded));
  // A decoder lets bits pass that stand for nothing: one token has one spelling.
  if (bytes.length < HEADER + NONCE || bytes[0] !== VERSION || base64url.encode(bytes) !== encoded)
    return undefined;
  const id = base64url.encode(bytes.subarray(1, 1 + SECRET_ID));
  const secret = all.find((candidate) => candidate.id === id);
  if (!secret) return undefined;
  const header = bytes.slice(0, HEADER);
  const nonce = bytes.slice(HEADER, HEADER + NONCE);
  const key = await keyOf(secret, header.subarray(1 + SECRET_ID));
  try {
    const plaintext = await crypto.subtle.decrypt(
      parameters(header, nonce),
      key,
      bytes.slice(HEADER + NONCE),
    );
    return JSON.parse(new TextDecoder().decode(plaintext)) as T;
  } catch {
    return undefined;
  }
}
