import { leadingZeroBits } from '../core/account/work.ts';
import { base64url, concat, equal, hmacSha256, randomBytes, sha256 } from '../crypto/bytes.ts';
import type { RootSecret, RootSecrets } from '../crypto/root-secret.ts';
import type { Challenge } from './challenge.ts';

// Nothing is stored to ask: a challenge is its own proof that we made it, for whom, how hard and until when.
//   nonce 16 | expiry 4, seconds since the epoch | difficulty 1 | tag 16    bytes
// The answer is the challenge, a dot, and a number that gives the SHA-256 of it all as many zero bits in front.

const NONCE = 16;
const SIGNED = NONCE + 4 + 1;
const TAG = 16;
/** A slow telephone, and somebody who looks away for a moment. */
const LIFETIME_MILLISECONDS = 10 * 60 * 1000;

async function tagOf(secret: RootSecret, signed: Uint8Array, caller: string): Promise<Uint8Array> {
  const bytes = concat(signed, new TextEncoder().encode(caller));
  return (await hmacSha256(await secret.hmacKey('work-challenge'), bytes)).subarray(0, TAG);
}

export const proofOfWork = (secrets: RootSecrets, difficulty: number): Challenge => ({
  async ask(caller) {
    const signed = concat(randomBytes(NONCE), new Uint8Array(4), Uint8Array.of(difficulty));
    const expiresAt = Math.floor((Date.now() + LIFETIME_MILLISECONDS) / 1000);
    new DataView(signed.buffer).setUint32(NONCE, expiresAt);
    const challenge = base64url.encode(concat(signed, await tagOf(secrets.current, signed, caller)));
    return { kind: 'proof-of-work', challenge, difficulty };
  },

  async judge(caller, answer) {
    const [, text] = /^([\w-]{50})\.\d{1,16}$/.exec(answer) ?? [];
    if (text === undefined) return undefined;
    const bytes = base64url.decode(text);
    const [signed, tag] = [bytes.subarray(0, SIGNED), bytes.subarray(SIGNED)];
    const tags = await Promise.all(secrets.all.map((secret) => tagOf(secret, signed, caller)));
    if (!tags.some((expected) => equal(expected, tag))) return undefined;
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    if (Date.now() >= view.getUint32(NONCE) * 1000) return undefined;
    if (leadingZeroBits(await sha256(answer)) < view.getUint8(NONCE + 4)) return undefined;
    // Not the number: other numbers may do as well, and it is one piece of work.
    return { answerId: base64url.encode(bytes.subarray(0, NONCE)) };
  },
});
