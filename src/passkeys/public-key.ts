import { base64url } from '../crypto/bytes.ts';
import type { CborMap } from './cbor.ts';

/** The public key of a passkey, as a JWK: text in storage that every tool reads. */
export type PublicKey =
  | { alg: 'ES256'; kty: 'EC'; crv: 'P-256'; x: string; y: string }
  | { alg: 'EdDSA'; kty: 'OKP'; crv: 'Ed25519'; x: string }
  | { alg: 'RS256'; kty: 'RSA'; n: string; e: string };

/**
 * What browsers are asked for, by its COSE numbers, the best first: ES256, which nearly every authenticator makes;
 * EdDSA; RS256, without which many a Windows machine has nothing to offer.
 */
export const algorithms = [-7, -8, -257] as const;

// COSE_Key parameters (RFC 9052 §7, RFC 9053 §7, RFC 8230 §4).
const KTY = 1;
const ALG = 3;

/** The key of a COSE_Key, or undefined for one that was not asked for, or is malformed. */
export function readPublicKey(key: CborMap): PublicKey | undefined {
  const bytes = (label: number, minimum: number, maximum = minimum): string | undefined => {
    const value = key.get(label);
    const fits = value instanceof Uint8Array && value.length >= minimum && value.length <= maximum;
    return fits ? base64url.encode(value) : undefined;
  };
  switch (key.get(ALG)) {
    case -7: {
      const [x, y] = [bytes(-2, 32), bytes(-3, 32)];
      const fits = key.get(KTY) === 2 && key.get(-1) === 1;
      return fits && x && y ? { alg: 'ES256', kty: 'EC', crv: 'P-256', x, y } : undefined;
    }
    case -8: {
      const x = bytes(-2, 32);
      const fits = key.get(KTY) === 1 && key.get(-1) === 6;
      return fits && x ? { alg: 'EdDSA', kty: 'OKP', crv: 'Ed25519', x } : undefined;
    }
    case -257: {
      // 2048 to 4096 bits: a shorter key is weak, a longer one makes every sign-in dear.
      const [n, e] = [bytes(-1, 256, 512), bytes(-2, 1, 4)];
      return key.get(KTY) === 3 && n && e ? { alg: 'RS256', kty: 'RSA', n, e } : undefined;
    }
    default:
      return undefined;
  }
}

const parameters = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
} as const;

/** The key, ready to verify with; undefined for one that is none, such as a point beside the curve. */
export async function importPublicKey({ alg, ...jwk }: PublicKey): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey('jwk', jwk, parameters[alg], false, ['verify']);
  } catch {
    return undefined;
  }
}

/** Whether the key made this signature over these bytes. */
export async function verifySignature(
  publicKey: PublicKey,
  signature: Uint8Array<ArrayBuffer>,
  signed: Uint8Array<ArrayBuffer>,
): Promise<boolean> {
  const key = await importPublicKey(publicKey);
  const raw = rawSignature(publicKey, signature);
  return key !== undefined && raw !== undefined
    ? crypto.subtle.verify(parameters[publicKey.alg], key, raw, signed)
    : false;
}

const ED25519_SIGNATURE = 64;

/** A signature as Web Crypto takes it, which throws at an Ed25519 one of another length; undefined for what is none. */
function rawSignature(
  { alg }: PublicKey,
  signature: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> | undefined {
  // WebAuthn §6.5.5: ECDSA signatures are ASN.1.
  if (alg === 'ES256') return twoNumbers(signature);
  return alg === 'EdDSA' && signature.length !== ED25519_SIGNATURE ? undefined : signature;
}

const SEQUENCE = 0x30;
const INTEGER = 0x02;
const COORDINATE = 32;

/**
 * The two numbers of an ECDSA signature, 32 bytes each, from its DER form (RFC 3279 §2.2.3), in which each is as long as it
 * has to be: one in 128 signatures has one that is shorter than 32 bytes.
 */
function twoNumbers(der: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  if (der[0] !== SEQUENCE || der[1] !== der.length - 2) return undefined;
  const raw = new Uint8Array(2 * COORDINATE);
  let at = 2;
  for (const end of [COORDINATE, 2 * COORDINATE]) {
    const length = der[at + 1] ?? 0;
    const number = der.subarray(at + 2, at + 2 + length);
    if (der[at] !== INTEGER || length === 0 || number.length !== length) return undefined;
    // A zero goes before a number that would pass for a negative one without it, and nowhere else (X.690 §8.3.2).
    const padded = number[0] === 0;
    if (padded ? length > 1 && (number[1] ?? 0) < 0x80 : (number[0] ?? 0) >= 0x80) return undefined;
    const digits = padded ? number.subarray(1) : number;
    if (digits.length > COORDINATE) return undefined;
    raw.set(digits, end - digits.length);
    at += 2 + length;
  }
  return at === der.length ? raw : undefined;
}
