import type { JSONWebKeySet, JWK } from 'jose';

/** How keys that come from elsewhere are kept. */
export interface JwksPolicy {
  /** For how many seconds a set is used without asking for it again. An issuer's `max-age` may shorten it. Default 600. */
  maxAgeSeconds: number;
  /** However many tokens name a key that is not in the set, it is fetched anew at most this often. Default 30. */
  cooldownSeconds: number;
  /** For how many seconds a set may be used when no newer one can be had. Then no token passes. Default 86,400. */
  maxStaleSeconds: number;
  /** How long a fetch may take, from the first byte sent to the last byte read. Default 5,000. */
  timeoutMilliseconds: number;
  /** The longest document that is read. Default 131,072. */
  maximumBytes: number;
  /** The most signature keys that a set may have. Default 100. */
  maximumKeys: number;
}

export const defaultPolicy: Readonly<JwksPolicy> = {
  maxAgeSeconds: 600,
  cooldownSeconds: 30,
  maxStaleSeconds: 24 * 60 * 60,
  timeoutMilliseconds: 5000,
  maximumBytes: 128 * 1024,
  maximumKeys: 100,
};

/** A policy with its defaults. @throws TypeError when it would keep keys shorter, longer or more than makes sense */
export function checkedPolicy(policy: Partial<JwksPolicy> = {}): JwksPolicy {
  const checked = { ...defaultPolicy, ...policy };
  for (const [name, value] of Object.entries(checked)) {
    if (!(value > 0 && value < 2 ** 31)) throw new TypeError(`${name}: must be a positive number`);
  }
  if (checked.maxAgeSeconds > checked.maxStaleSeconds) {
    throw new TypeError('maxAgeSeconds: must not exceed maxStaleSeconds');
  }
  return checked;
}

/** What a public key is made of, by its type (RFC 7518 §6, RFC 8037 §2). Everything else is left behind. */
const publicMembers: Record<string, readonly string[]> = {
  EC: ['crv', 'x', 'y'],
  RSA: ['n', 'e'],
  OKP: ['crv', 'x'],
};
/** Microsoft says by `issuer` whose tokens a key signs, in the one set of all its tenants. */
const commonMembers = ['kty', 'kid', 'use', 'alg', 'key_ops', 'issuer'];

/** RFC 7518 §3.3: 2048 bits or more. In base64url without leading zeroes, they take this many characters. */
const MINIMUM_MODULUS_LENGTH = 342;

function publicKey(jwk: unknown): JWK | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined;
  const { kty, use, n } = jwk as JWK;
  const own = Object.hasOwn(publicMembers, String(kty)) && publicMembers[String(kty)];
  if (!own || (use !== undefined && use !== 'sig')) return undefined;
  // RFC 7517 §5: keys that lack a member they need are ignored.
  if (!own.every((member) => typeof (jwk as Record<string, unknown>)[member] === 'string')) return undefined;
  // `A` is six bits of zero: padding that would make a small modulus look large.
  if (kty === 'RSA' && !(typeof n === 'string' && n.length >= MINIMUM_MODULUS_LENGTH && !n.startsWith('A'))) {
    return undefined;
  }
  const members = Object.entries(jwk).filter(([name]) => commonMembers.includes(name) || own.includes(name));
  return Object.fromEntries(members);
}

/**
 * The public signature keys of a JWK Set, without private members; other keys are ignored (RFC 7517 §5).
 * @throws TypeError when it is none.
 */
export function publicKeys(set: unknown): JSONWebKeySet {
  const keys = typeof set === 'object' && set !== null && 'keys' in set ? set.keys : undefined;
  if (!Array.isArray(keys)) throw new TypeError('not a JWK Set');
  return { keys: keys.map(publicKey).filter((key) => key !== undefined) };
}

/** Whatever fetches: the platform's `fetch`, or one around it. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;
interface FetchInit {
  headers: Record<string, string>;
  redirect: 'manual';
  signal: AbortSignal;
}
interface FetchResponse {
  status: number;
  headers: { get(name: string): string | null };
  body: ReadableStream<Uint8Array> | null;
}

/** For how many seconds the server of a document says that it may be kept. */
interface Aged {
  maxAgeSeconds: number | undefined;
}
/** A key set as it came, with what is public of it. */
export interface FetchedKeys extends Aged {
  keys: JSONWebKeySet;
}
interface FetchOptions {
  fetch: Fetch;
  signal: AbortSignal;
  maximumBytes: number;
}

/**
 * Fetches one JSON document: status 200, no redirect followed (where it leads, nobody has checked), no more bytes
 * than allowed however they are compressed.
 * @throws Error for anything else; its message holds nothing of the answer.
 */
export async function fetchJson(
  url: string,
  { fetch, signal, maximumBytes }: FetchOptions,
): Promise<Aged & { value: unknown }> {
  const { status, headers, body } = await fetch(url, {
    headers: { Accept: 'application/json' },
    redirect: 'manual',
    signal,
  });
  if (status !== 200 || !body) {
    await body?.cancel();
    throw new Error(`status ${status}`);
  }
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  const reader = body.getReader();
  let text = '';
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maximumBytes) {
      await reader.cancel();
      throw new Error(`more than ${maximumBytes} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
  text += decoder.decode();
  const maxAge = /(?:^|[\s,])max-age="?(\d{1,9})\b/i.exec(headers.get('Cache-Control') ?? '')?.[1];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not the parser's own error: it quotes what it read.
    throw new TypeError('not JSON');
  }
  return { value, maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge) };
}

/** Fetches a JWK Set. @throws Error when what comes is none, or has more keys than are allowed */
export async function fetchKeys(
  url: string,
  { maximumKeys, ...options }: FetchOptions & { maximumKeys: number },
): Promise<FetchedKeys> {
  const { value, maxAgeSeconds } = await fetchJson(url, options);
  const keys = publicKeys(value);
  if (keys.keys.length > maximumKeys) throw new TypeError(`more than ${maximumKeys} keys`);
  return { keys, maxAgeSeconds };
}
