import { type JWK, type JWTPayload, SignJWT } from 'jose';
import { ConfigError } from '../config/error.ts';
import { activeKey, inPublishedOrder } from '../core/keyring/ring.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { callObject } from '../durable/call.ts';
import { rootSecretEncryption } from './encryption.ts';
import type { KeyRingObject } from './object.ts';
import { openKey } from './sealed.ts';
import { singleFlight } from './single-flight.ts';
import {
  algorithms,
  readSnapshot,
  type SealedKey,
  type SigningAlgorithm,
  SNAPSHOT_NAME,
} from './snapshot.ts';

export type { SigningAlgorithm } from './snapshot.ts';

/** Signs with our active keys and shows their public halves. Made by `createKeys` in this folder. */
export interface Keys {
  /**
   * Signs a JWT with the active key of `alg`. No call leaves the isolate while its ring is warm.
   * @throws ConfigError when no configured root secret opens the key.
   * @throws ObjectUnavailable when the isolate has no ring and the object gave none.
   */
  sign(alg: SigningAlgorithm, typ: string, claims: JWTPayload): Promise<string>;
  /**
   * The published keys, public members only, in a stable order. The same object again for as long as the isolate
   * holds the same ring.
   * @throws ObjectUnavailable as above.
   */
  jwks(): Promise<{ keys: JWK[] }>;
}

/** The ring's one object. */
export const RING_NAME = 'ring';

/** An isolate asks for the ring again when what it holds is this old. */
export const MAXIMUM_AGE_MILLISECONDS = 5 * 60_000;

/** A ring as an isolate holds it: keys imported, ready to sign. */
interface OpenRing {
  jwks: { keys: JWK[] };
  /** Without an algorithm whose private key no configured secret opens. */
  signers: Map<SigningAlgorithm, { kid: string; privateKey: CryptoKey }>;
  /** Whether every key opened, which only the holder of a root secret can bring about. */
  authentic: boolean;
}

interface KeySources {
  ring: DurableObjectNamespace<KeyRingObject>;
  cache: KVNamespace;
  secrets: RootSecrets;
}

/** The signing keys, looked for in isolate memory, then in KV, then in the key ring's object. */
export function createKeys({ ring, cache, secrets }: KeySources): Keys {
  const encryptions = secrets.all.map(rootSecretEncryption);

  async function open(sealed: SealedKey[]): Promise<OpenRing> {
    const keys = inPublishedOrder(sealed);
    const opened = new Map(
      await Promise.all(keys.map(async (key) => [key, await openKey(key, encryptions)] as const)),
    );
    const signers: OpenRing['signers'] = new Map();
    for (const alg of algorithms) {
      const key = activeKey(keys, alg);
      const privateKey = key && opened.get(key);
      if (privateKey) signers.set(alg, { kid: key.kid, privateKey });
    }
    return {
      jwks: { keys: keys.map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })) },
      signers,
      authentic: [...opened.values()].every((privateKey) => privateKey !== undefined),
    };
  }

  /** KV saves the way to the object and is trusted no further: a snapshot that we did not seal is not there. */
  async function fromCache(): Promise<OpenRing | undefined> {
    const sealed = readSnapshot(await cache.get(SNAPSHOT_NAME).catch(() => null));
    const found = sealed && (await open(sealed));
    return found?.authentic && found.signers.size === algorithms.length ? found : undefined;
  }

  const fromObject = async (): Promise<OpenRing> =>
    open(
      await callObject(
        () => ring.getByName(RING_NAME),
        (stub) => stub.ring(),
      ),
    );

  let held: { ring: OpenRing; until: number } | undefined;
  const refresh = singleFlight(async () => {
    const found = (await fromCache()) ?? (await fromObject());
    held = { ring: found, until: Date.now() + MAXIMUM_AGE_MILLISECONDS };
    return found;
  });
  const current = async (): Promise<OpenRing> => (held && Date.now() < held.until ? held.ring : refresh());

  return {
    async sign(alg, typ, claims) {
      const signer = (await current()).signers.get(alg);
      if (!signer) {
        throw new ConfigError(
          'The signing keys were sealed under another PORTCULLIS_SECRET: restore it as PORTCULLIS_SECRET_PREVIOUS, or delete the local state folder',
        );
      }
      return new SignJWT(claims).setProtectedHeader({ alg, typ, kid: signer.kid }).sign(signer.privateKey);
    },
    async jwks() {
      return (await current()).jwks;
    },
  };
}
