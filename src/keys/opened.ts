import { waitUntil } from 'cloudflare:workers';
import { ObjectUnavailable } from '../durable/call.ts';
import { type KeyEncryption, KeyEncryptionUnavailable } from './encryption.ts';
import { openKey } from './sealed.ts';
import { singleFlight } from './single-flight.ts';
import type { SealedKey } from './snapshot.ts';

/** After a key management service did not answer, this isolate asks it about that key again no sooner than this. */
const FAILURE_COOLDOWN_MILLISECONDS = 2_000;
/** A successor is opened this long before it signs, at the earliest; each isolate chooses its own moment. */
const LEAD_MILLISECONDS = 60 * 60_000;

export interface OpenedKeys {
  /** The private key, if this isolate has opened it. */
  get(kid: string): CryptoKey | undefined;
  /**
   * Opens it. Undefined when nothing that is configured can.
   * @throws ObjectUnavailable when the key management service does not answer.
   */
  open(key: SealedKey): Promise<CryptoKey | undefined>;
  /** Forgets every key but these, and opens in the background what will sign soon. */
  keep(keys: readonly SealedKey[]): void;
}

/**
 * The private keys that an isolate has opened. They live in its memory only, so that a key management service is
 * asked once per isolate and key, and only for algorithms that this isolate signs with: never per signature. Callers
 * that come together share one call. And so that not every isolate of the world comes at the moment of a rotation,
 * each opens the successor of a key that it uses at a random moment of the hour before.
 */
export function openKeys(encryptions: readonly KeyEncryption[]): OpenedKeys {
  const opened = new Map<string, CryptoKey>();
  const flights = new Map<string, () => Promise<CryptoKey | undefined>>();
  const failures = new Map<string, number>();
  const lead = LEAD_MILLISECONDS * Math.random();

  async function load(key: SealedKey): Promise<CryptoKey | undefined> {
    try {
      const privateKey = await openKey(key, encryptions);
      if (privateKey) opened.set(key.kid, privateKey);
      return privateKey;
    } catch (error) {
      if (!(error instanceof KeyEncryptionUnavailable)) throw error;
      failures.set(key.kid, Date.now());
      throw new ObjectUnavailable('the key management service did not answer', { cause: error });
    }
  }

  function open(key: SealedKey): Promise<CryptoKey | undefined> {
    if (Date.now() < (failures.get(key.kid) ?? Number.NEGATIVE_INFINITY) + FAILURE_COOLDOWN_MILLISECONDS) {
      throw new ObjectUnavailable('the key management service did not answer a moment ago');
    }
    // What is sealed anew is another key to open.
    const name = `${key.kid} ${key.sealedPrivateKey}`;
    const flight = flights.get(name) ?? singleFlight(() => load(key));
    flights.set(name, flight);
    return flight();
  }

  return {
    get: (kid) => opened.get(kid),
    open: async (key) => open(key),
    keep(keys) {
      const kept = new Set(keys.map(({ kid }) => kid));
      const used = new Set(keys.filter(({ kid }) => opened.has(kid)).map(({ alg }) => alg));
      for (const kid of [...opened.keys(), ...failures.keys()]) {
        if (kept.has(kid)) continue;
        opened.delete(kid);
        failures.delete(kid);
      }
      flights.clear();
      const now = Date.now();
      for (const key of keys) {
        if (key.state !== 'next' || key.activeFrom === null || key.activeFrom - lead > now) continue;
        if (used.has(key.alg) && !opened.has(key.kid)) waitUntil((async () => open(key))().catch(() => {}));
      }
    },
  };
}
