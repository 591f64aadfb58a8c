import { base64url, sha256 } from '../crypto/bytes.ts';
import { callObject } from '../durable/call.ts';
import type { ReplayObject } from './object.ts';

/** What may be used once, in every isolate at once. Throws ObjectUnavailable when the object gives no answer. */
export interface Replays {
  /**
   * Whether this is the first use, remembered in the same step: one object call.
   * @param maker who makes such ids up: a key's thumbprint, a client's id. Each has an object of its own.
   * @param expiresAt when it is refused anyway, in milliseconds since the epoch.
   */
  firstUse(maker: string, id: string, expiresAt: number): Promise<boolean>;
  /** Whether any of these was used and has not expired: one object call. */
  anyUsed(maker: string, ids: readonly string[]): Promise<boolean>;
}

export function createReplays(namespace: DurableObjectNamespace<ReplayObject>): Replays {
  return {
    async firstUse(maker, id, expiresAt) {
      const [name, hash] = await Promise.all([sha256(maker), sha256(id)]);
      // Tells a retry of this call, whose answer was lost, from a second use.
      const requestId = crypto.randomUUID();
      return callObject(
        'ReplayObject',
        () => namespace.getByName(base64url.encode(name)),
        async (stub) => stub.firstUse(base64url.encode(hash), expiresAt, requestId),
      );
    },
    async anyUsed(maker, ids) {
      const [name, ...hashes] = await Promise.all([maker, ...ids].map(sha256));
      return callObject(
        'ReplayObject',
        () => namespace.getByName(base64url.encode(name ?? '')),
        async (stub) => stub.anyUsed(hashes.map((hash) => base64url.encode(hash))),
      );
    },
  };
}
