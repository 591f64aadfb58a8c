import { base64url, concat, equal, hmacSha256, randomBytes } from '../crypto/bytes.ts';
import type { RootSecret, RootSecrets } from '../crypto/root-secret.ts';

// A challenge is its own proof that we made it, for whom and for what: nothing to store, and any number of tabs. That
// it is used once is remembered where it is used, in the user's object.
//   nonce 16 | expiry 4, seconds since the epoch | tag 16    bytes

const NONCE = 16;
const SIGNED = NONCE + 4;
const TAG = 16;

/** What a challenge is good for. A second factor's or a registration's is also for one user alone. */
export type ChallengeFor =
  | { purpose: 'sign_in' }
  | { purpose: 'register' | 'sign_up' | 'second_factor'; userId: string };

/** Names a challenge until it expires. */
export interface ChallengeId {
  /** base64url of 16 bytes. */
  challengeId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

async function tagOf(
  secret: RootSecret,
  signed: Uint8Array,
  browser: string,
  use: ChallengeFor,
): Promise<Uint8Array> {
  const bound = JSON.stringify([use.purpose, 'userId' in use ? use.userId : '', browser]);
  const tag = await hmacSha256(
    await secret.hmacKey('passkey-challenge'),
    concat(signed, new TextEncoder().encode(bound)),
  );
  return tag.subarray(0, TAG);
}

/**
 * A challenge for a page that is about to be shown.
 * @param browser what this browser alone keeps, in a cookie
 * @param expiresAt milliseconds since the epoch
 * @returns base64url of 36 bytes
 */
export async function makeChallenge(
  secrets: RootSecrets,
  browser: string,
  use: ChallengeFor,
  expiresAt: number,
): Promise<string> {
  const signed = concat(randomBytes(NONCE), new Uint8Array(4));
  new DataView(signed.buffer).setUint32(NONCE, Math.floor(expiresAt / 1000));
  return base64url.encode(concat(signed, await tagOf(secrets.current, signed, browser, use)));
}

/** The challenge, if we made it for this browser and this use and it has not expired. @param now milliseconds. */
export async function openChallenge(
  secrets: RootSecrets,
  text: string,
  browser: string,
  use: ChallengeFor,
  now: number,
): Promise<ChallengeId | undefined> {
  if (!/^[A-Za-z0-9_-]{48}$/.test(text)) return undefined;
  const bytes = base64url.decode(text);
  const [signed, tag] = [bytes.subarray(0, SIGNED), bytes.subarray(SIGNED)];
  const tags = await Promise.all(secrets.all.map((secret) => tagOf(secret, signed, browser, use)));
  if (!tags.some((expected) => equal(expected, tag))) return undefined;
  const expiresAt = new DataView(bytes.buffer, bytes.byteOffset).getUint32(NONCE) * 1000;
  if (now >= expiresAt) return undefined;
  return { challengeId: base64url.encode(bytes.subarray(0, NONCE)), expiresAt };
}
