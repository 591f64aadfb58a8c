import { base64url, equal, hmacSha256 } from '../crypto/bytes.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';

/** How long one nonce is handed out. It is accepted for as long again: 5 to 10 minutes. */
const SLICE_MILLISECONDS = 5 * 60 * 1000;
/** 16 bytes in base64url. */
const LENGTH = 22;

/** The nonces that proofs must hold (RFC 9449 §8). */
export interface Nonces {
  /** The one for the next proof. */
  current(): Promise<string>;
  accepts(nonce: string): Promise<boolean>;
}

/**
 * Nonces that nobody has to store: an HMAC over the slice of time, which every isolate makes alike and nobody else can
 * foretell. Together with `jti`, which is for one use, nothing is lost by giving everybody the same one.
 * @param now milliseconds since the epoch.
 */
export function createNonces(secrets: RootSecrets, now: () => number = Date.now): Nonces {
  const sliceAt = (time: number): number => Math.floor(time / SLICE_MILLISECONDS);
  async function nonceOf(slice: number, secret: RootSecrets['current']): Promise<Uint8Array<ArrayBuffer>> {
    const data = new Uint8Array(8);
    new DataView(data.buffer).setBigUint64(0, BigInt(slice));
    return (await hmacSha256(await secret.hmacKey('dpop-nonce'), data)).subarray(0, 16);
  }
  return {
    current: async () => base64url.encode(await nonceOf(sliceAt(now()), secrets.current)),
    async accepts(nonce) {
      if (nonce.length !== LENGTH || !/^[\w-]+$/.test(nonce)) return false;
      const presented = base64url.decode(nonce);
      const slice = sliceAt(now());
      // The next one, too: another isolate's clock may be ahead, and nobody else can have made it.
      for (const secret of secrets.all) {
        for (const candidate of [slice, slice - 1, slice + 1]) {
          if (equal(presented, await nonceOf(candidate, secret))) return true;
        }
      }
      return false;
    },
  };
}
