import { base64url, concat, equal, hmacSha256, randomBytes } from './bytes.ts';
import type { RootSecrets } from './root-secret.ts';
import { looksLikeOurs, tokenPrefixes } from './token-form.ts';

// The one wire form of every token we make ourselves: its prefix (token-form.ts), then base64url of
//   version 1 | home 1 | user id 16 | record id 8 | generation 4 | secret 32 | tag 16   bytes
// A device code has no user yet: in the place of the user's id stands that of the object in which it waits for one.

export type TokenKind = Exclude<keyof typeof tokenPrefixes, 'access_token'>;

const VERSION = 1;
const USER_ID = 16;
const RECORD_ID = 8;
const SECRET = 32;
const TAG = 16;
const SIGNED = 1 + 1 + USER_ID + RECORD_ID + 4 + SECRET;
const encodedLength = Math.ceil(((SIGNED + TAG) * 4) / 3);

export interface Token {
  /** Which placement of the user's object to ask; 0 is the default one. */
  home: number;
  /** base64url of 16 bytes. */
  userId: string;
  /** base64url of 8 bytes: the code, family or session within the user's object. */
  recordId: string;
  generation: number;
  secret: Uint8Array<ArrayBuffer>;
}

/** A new record id: 8 random bytes, base64url. Unique within one user's object. */
export const newRecordId = (): string => base64url.encode(randomBytes(RECORD_ID));
/** A new user id: 16 random bytes, base64url. */
export const newUserId = (): string => base64url.encode(randomBytes(USER_ID));
export const newSecret = (): Uint8Array<ArrayBuffer> => randomBytes(SECRET);

/** The prefix is under the tag too, so that a code cannot be presented as a refresh token. */
async function tagOf(key: CryptoKey, kind: TokenKind, signed: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  return (await hmacSha256(key, concat(new TextEncoder().encode(tokenPrefixes[kind]), signed))).subarray(
    0,
    TAG,
  );
}

/** Writes a token in its wire form, tagged with the current root secret. */
export async function encodeToken(secrets: RootSecrets, kind: TokenKind, token: Token): Promise<string> {
  const signed = concat(
    Uint8Array.of(VERSION, token.home),
    base64url.decode(token.userId),
    base64url.decode(token.recordId),
    new Uint8Array(4),
    token.secret,
  );
  new DataView(signed.buffer).setUint32(2 + USER_ID + RECORD_ID, token.generation);
  const tag = await tagOf(await secrets.current.hmacKey('token-tag'), kind, signed);
  return tokenPrefixes[kind] + base64url.encode(concat(signed, tag));
}

/**
 * Reads a token back, or undefined for anything that we did not make. Garbage ends here, before any object is
 * woken: it costs one HMAC and no storage.
 */
export async function decodeToken(
  secrets: RootSecrets,
  kind: TokenKind,
  text: string,
): Promise<Token | undefined> {
  const prefix = tokenPrefixes[kind];
  if (text.length !== prefix.length + encodedLength || !looksLikeOurs(text, kind)) return undefined;
  const encoded = text.slice(prefix.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return undefined;
  const bytes = Uint8Array.from(base64url.decode(encoded));
  const signed = bytes.slice(0, SIGNED);
  const tag = bytes.slice(SIGNED);
  for (const secret of secrets.all) {
    if (!equal(tag, await tagOf(await secret.hmacKey('token-tag'), kind, signed))) continue;
    if (signed[0] !== VERSION) return undefined;
    const recordAt = 2 + USER_ID;
    const generationAt = recordAt + RECORD_ID;
    return {
      home: signed[1] ?? 0,
      userId: base64url.encode(signed.subarray(2, recordAt)),
      recordId: base64url.encode(signed.subarray(recordAt, generationAt)),
      generation: new DataView(signed.buffer).getUint32(generationAt),
      secret: signed.slice(generationAt + 4),
    };
  }
  return undefined;
}
