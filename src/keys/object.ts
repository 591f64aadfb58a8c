import { DurableObject } from 'cloudflare:workers';
import { missingAlgorithms } from '../core/keyring/ring.ts';
import { rootSecrets } from '../crypto/root-secret.ts';
import { migrate } from '../durable/migrate.ts';
import type { Environment } from '../environment.ts';
import { rootSecretEncryption } from './encryption.ts';
import { migrations } from './schema.ts';
import { makeKey } from './sealed.ts';
import { algorithms, type SealedKey, SNAPSHOT_NAME, writeSnapshot } from './snapshot.ts';
import { insertKey, readRing } from './store.ts';

/** KV takes one write per second and key, and remembers an absence for a minute: more often helps nobody. */
const PUBLISH_INTERVAL_MILLISECONDS = 60_000;

/** The signing keys of the issuer: one object, so that one writer decides which key signs. */
export class KeyRingObject extends DurableObject<Environment> {
  #publishedAt = Number.NEGATIVE_INFINITY;

  constructor(state: DurableObjectState, environment: Environment) {
    super(state, environment);
    migrate(state.storage, migrations);
  }

  /** Every key, private halves sealed; the first call makes them. Idempotent. */
  async ring(): Promise<SealedKey[]> {
    const { storage } = this.ctx;
    const missing = missingAlgorithms(readRing(storage.sql), algorithms);
    if (missing.length > 0) {
      const encryption = rootSecretEncryption((await rootSecrets(this.env)).current);
      const now = Date.now();
      const made = await Promise.all(missing.map((alg) => makeKey(alg, encryption, now)));
      // Another first call may have got here while this one made its keys: look again and write with nothing in
      // between. Whoever comes second throws its own keys away.
      storage.transactionSync(() => {
        const stillMissing = missingAlgorithms(readRing(storage.sql), algorithms);
        for (const key of made) if (stillMissing.includes(key.alg)) insertKey(storage.sql, key);
      });
    }
    const keys = readRing(storage.sql);
    this.#publish(keys);
    return keys;
  }

  /** Whoever asks did not find the ring in KV: put it there, but let nobody wait for KV or fail with it. */
  #publish(keys: SealedKey[]): void {
    const now = Date.now();
    if (now - this.#publishedAt < PUBLISH_INTERVAL_MILLISECONDS) return;
    this.#publishedAt = now;
    const put = async () => this.env.JWKS_CACHE.put(SNAPSHOT_NAME, writeSnapshot(keys));
    this.ctx.waitUntil(
      put().catch(() => {
        this.#publishedAt = Number.NEGATIVE_INFINITY;
      }),
    );
  }
}
