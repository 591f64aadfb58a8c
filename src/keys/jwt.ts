import { base64url, type JWTPayload } from 'jose';
import type { SigningAlgorithm } from './snapshot.ts';

/** RFC 7518 §3.3 and §3.4, RFC 8037 §3.1, as Web Crypto names them. */
const parameters: Record<SigningAlgorithm, SubtleCryptoSignAlgorithm> = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  EdDSA: { name: 'Ed25519' },
};

const utf8 = new TextEncoder();

// Reused, since new buffers for every token cost more than all else here. What is in it is used before anything is
// awaited: `sign` copies its data before it returns (Web Cryptography, SubtleCrypto.sign, step 2).
const scratch = new Uint8Array(16 * 1024);

function bytesOf(text: string): Uint8Array {
  // No UTF-16 unit becomes more than three bytes.
  if (text.length * 3 > scratch.length) return utf8.encode(text);
  return scratch.subarray(0, utf8.encodeInto(text, scratch).written);
}

const encode = (value: unknown): string => base64url.encode(bytesOf(JSON.stringify(value)));

/** Header segments that were written before: one for each key and type. */
const headers = new Map<string, string>();
const MAXIMUM_HEADERS = 100;

function headerOf(alg: SigningAlgorithm, typ: string, kid: string): string {
  const name = `${kid} ${typ}`;
  let header = headers.get(name);
  if (header === undefined) {
    if (headers.size >= MAXIMUM_HEADERS) headers.clear();
    header = encode({ alg, typ, kid });
    headers.set(name, header);
  }
  return header;
}

/**
 * A JWT in compact form (RFC 7515 §3.1). Written out here because every refresh waits for it: jose judges key and
 * header anew each time, which takes a third of the time that the signature itself does.
 */
export async function signJwt(
  { alg, typ, kid }: { alg: SigningAlgorithm; typ: string; kid: string },
  claims: JWTPayload,
  privateKey: CryptoKey,
): Promise<string> {
  const input = `${headerOf(alg, typ, kid)}.${encode(claims)}`;
  const signature = await crypto.subtle.sign(parameters[alg], privateKey, bytesOf(input));
  return `${input}.${base64url.encode(new Uint8Array(signature))}`;
}
