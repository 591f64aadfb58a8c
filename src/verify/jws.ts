import {
  base64url,
  type CompactJWSHeaderParameters,
  compactVerify,
  errors,
  type JWTVerifyGetKey,
} from 'jose';
import { memory } from './memory.ts';
import { type Refusal, type RefusalCode, refuse } from './refusal.ts';

/**
 * Asymmetric only: a public key must never be taken for a shared secret, and `none` is no algorithm
 * (RFC 8725 §2.1, §3.2).
 */
export const asymmetric = [
  'ES256',
  'ES384',
  'ES512',
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'EdDSA',
  'Ed25519',
] as const;
export type Algorithm = (typeof asymmetric)[number];

/** No JWT of ours comes near this many characters; a longer one is refused unread. */
const MAXIMUM_LENGTH = 8192;

/** RFC 7515 §3.1 and §2: three parts in base64url, without padding or white space. */
const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]*)$/;
/** RFC 4648 §3.5: what a part may end with, by the length of its last group. The bits that are left over are zero. */
const endings = ['', ' ', 'AQgw', 'AEIMQUYcgkosw048'] as const;

function isCanonical(part: string): boolean {
  const ending = endings[(part.length % 4) as 0 | 1 | 2 | 3];
  return ending === '' || ending.includes(part.slice(-1));
}

/** The parts of a token in its one spelling: decoders let others pass. */
function partsOf(token: string): string[] | undefined {
  const parts = COMPACT.exec(token)?.slice(1);
  return parts?.every(isCanonical) ? parts : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** In valid JSON these are as many as its members, those included that a parser drops. */
function colonsOutsideStrings(json: Uint8Array): number {
  let colons = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const byte = json[index];
    if (byte === 0x22) inString = !inString;
    else if (inString && byte === 0x5c) index += 1;
    else if (byte === 0x3a && !inString) colons += 1;
  }
  return colons;
}

/** The members of a value and of all within it; it is frozen on the way, so that it can be handed out again and again. */
function freezeAndCount(value: object): number {
  let members = 0;
  // No recursion: how deep it goes is up to whoever wrote it.
  const found = [value];
  for (const item of found) {
    const values: unknown[] = Array.isArray(item) ? item : Object.values(item);
    if (values !== item) members += values.length;
    for (const inner of values) if (typeof inner === 'object' && inner !== null) found.push(inner);
    Object.freeze(item);
  }
  return members;
}

/**
 * Reads JSON that must be one object in which every name occurs once: of two members of one name, one reader takes
 * the first and another the last (RFC 7515 §4, RFC 7519 §4).
 */
export function readObject(json: Uint8Array): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(json));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  // A parser that dropped a member kept fewer.
  return freezeAndCount(value) === colonsOutsideStrings(json)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** What the header of a token says. Nothing of it is true before its signature is checked. */
export const headerOf = (token: string): Record<string, unknown> | undefined =>
  readObject(base64url.decode(token.slice(0, token.indexOf('.'))));

/** What its payload says: not a word of it is true yet either. Undefined for what is no token. */
export function payloadOf(token: string): Record<string, unknown> | undefined {
  const payload = token.length > MAXIMUM_LENGTH ? undefined : partsOf(token)?.[1];
  return payload === undefined ? undefined : readObject(base64url.decode(payload));
}

const byError: Record<string, RefusalCode> = {
  [errors.JWSInvalid.code]: 'malformed',
  [errors.JOSEAlgNotAllowed.code]: 'algorithm_not_allowed',
  // The allow-list has passed by then: only `crit` is left to be unsupported.
  [errors.JOSENotSupported.code]: 'critical_header_unknown',
  [errors.JWKSNoMatchingKey.code]: 'key_unknown',
  [errors.JWSSignatureVerificationFailed.code]: 'signature_invalid',
};

/** Thrown through jose by a function that finds keys: none can be had, whichever the header names. */
export class KeysUnavailable extends Error {
  override name = 'KeysUnavailable';
}

/** A JWS whose signature is right. */
export interface Opened {
  ok: true;
  header: Readonly<CompactJWSHeaderParameters>;
  payload: Uint8Array;
}

/** `find` says which key the header means. */
export type OpenJws = (token: string, find: JWTVerifyGetKey) => Promise<Opened | Refusal>;

/** An issuer's tokens share one header for each of its keys. */
const MAXIMUM_HEADERS = 50;

/** A header that jose has judged and that was under a right signature, and the key that `find` gave for it. */
interface KnownHeader {
  header: Readonly<CompactJWSHeaderParameters>;
  find: JWTVerifyGetKey;
  key: CryptoKey;
}

/** What Web Crypto calls an algorithm (RFC 7518 §3, RFC 8037 §3.1). The key says the curve, and the hash of RSA. */
function signatureAlgorithm(alg: string) {
  const bits = alg.slice(2);
  if (alg.startsWith('ES')) return { name: 'ECDSA', hash: `SHA-${bits}` };
  if (alg.startsWith('RS')) return { name: 'RSASSA-PKCS1-v1_5' };
  if (alg.startsWith('PS')) return { name: 'RSA-PSS', saltLength: Number(bits) / 8 };
  return { name: 'Ed25519' };
}

const utf8Encoder = new TextEncoder();

/**
 * Makes a function that checks the signature of a JWS in compact form: one spelling, no repeated member, an allowed
 * algorithm, no `crit` (RFC 7515 §4.1.11), an encoded payload (RFC 7797 §7). `find` alone says which key; `jwk`, `jku`,
 * `x5c` and `x5u` are never looked at (RFC 8725 §3.10).
 *
 * jose judges every header when it is seen first. For the same bytes and the same `find` it would come to the same key
 * and algorithm each time: then only the signature is left to be checked.
 * @param maximumHeaders how many are remembered.
 */
export function jwsOpener(algorithms: readonly Algorithm[], maximumHeaders = MAXIMUM_HEADERS): OpenJws {
  const headers = memory<KnownHeader>(maximumHeaders);
  const options = { algorithms: [...algorithms] };
  return async (token, find) => {
    if (token.length > MAXIMUM_LENGTH) return refuse('too_long');
    const [encoded, payload, signature] = partsOf(token) ?? [];
    if (encoded === undefined || payload === undefined || signature === undefined) return refuse('malformed');
    const known = headers.get(encoded);
    if (known?.find === find) {
      const { header, key } = known;
      const input = utf8Encoder.encode(token.slice(0, -1 - signature.length));
      const bytes = base64url.decode(signature) as Uint8Array<ArrayBuffer>;
      // A platform may throw at a signature of the wrong length.
      const isRight = await crypto.subtle
        .verify(signatureAlgorithm(header.alg), key, bytes, input)
        .catch(() => false);
      return isRight ? { ok: true, header, payload: base64url.decode(payload) } : refuse('signature_invalid');
    }
    const header = headerOf(token) as KnownHeader['header'] | undefined;
    if (!header || (header.b64 ?? true) !== true) return refuse('malformed');
    try {
      const verified = await compactVerify(token, find, options);
      // Of signed tokens only: who has no key that counts pushes none of them out.
      headers.set(encoded, { header, find, key: verified.key as CryptoKey });
      return { ok: true, header, payload: verified.payload };
    } catch (error) {
      if (error instanceof KeysUnavailable) return refuse('keys_unavailable');
      // What jose does not name is a key that it cannot use, such as one that is too small: the same as having none.
      const code = error instanceof errors.JOSEError ? byError[error.code] : undefined;
      return refuse(code ?? 'key_unknown');
    }
  };
}
