import { waitUntil } from 'cloudflare:workers';
import type { JWK, JWTPayload } from 'jose';
import { ConfigError } from '../config/error.ts';
import { endOf, type Held, suffices, supersedes } from '../core/keyring/copy.ts';
import { inPublishedOrder, signerAt } from '../core/keyring/ring.ts';
import { ISOLATE_REFRESH_SECONDS } from '../core/keyring/timing.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { callObject, ObjectUnavailable } from '../durable/call.ts';
import { count } from '../telemetry/recording.ts';
import { type KeyEncryptions, secretEncryptions } from './encryptions.ts';
import { signJwt } from './jwt.ts';
import type { KeyRingObject } from './object.ts';
import { openKeys } from './opened.ts';
import { singleFlight } from './single-flight.ts';
import {
  type RingContext,
  readSnapshot,
  type SealedKey,
  type SigningAlgorithm,
  SNAPSHOT_NAME,
  type Snapshot,
} from './snapshot.ts';

export type { SigningAlgorithm } from './snapshot.ts';

/** Signs with our active keys and shows their public halves. Made by `createKeys` in this folder. */
export interface Keys {
  /**
   * Signs a JWT with the active key of `alg`. No call leaves the isolate while its ring is warm.
   * @throws ConfigError when no configured root secret opens the key.
   * @throws ObjectUnavailable when the isolate has no ring and nobody gave it one, when the key management service
   * that seals the key does not answer, and while the first key of an algorithm is not known to every cache.
   */
  sign(alg: SigningAlgorithm, typ: string, claims: JWTPayload): Promise<string>;
  /**
   * The published keys, public members only, in a stable order. The same object again for as long as the ring does
   * not change.
   * @param missing a `kid` that a verifier did not find in the set: the object itself is asked whether there is a
   * newer one, at most once per cooldown however many ask.
   * @throws ObjectUnavailable as above.
   */
  jwks(missing?: string): Promise<{ keys: JWK[] }>;
}

/** The ring's one object. */
export const RING_NAME = 'ring';

/** Between two looks for a `kid` that the ring does not have. */
export const MISSING_COOLDOWN_MILLISECONDS = 30_000;
/** Between two attempts to refresh a ring that is in use, while the first is not known to have failed. */
const REFRESH_RETRY_MILLISECONDS = 5_000;

/** The shortest that KV allows: in a location that reads often, this is how old a copy can be. */
const KV_CACHE_SECONDS = 30;

/** A ring as an isolate holds it. */
interface HeldRing extends Held<Snapshot> {
  jwks: { keys: JWK[] };
  /** When to look for a newer one, in the background. */
  refreshAt: number;
}

interface KeySources {
  ring: DurableObjectNamespace<KeyRingObject>;
  cache: KVNamespace;
  /** Whose ring it is: KV may hold that of another environment. */
  context: RingContext;
  secrets: RootSecrets;
  /** What opens private keys. Default: the root secrets. */
  encryptions?: KeyEncryptions;
}

const publicKeys = (keys: readonly SealedKey[]): { keys: JWK[] } => ({
  keys: inPublishedOrder(keys).map(({ publicJwk, kid, alg }) => ({ ...publicJwk, kid, alg, use: 'sig' })),
});

/** The signing keys, looked for in isolate memory, then in KV, then in the key ring's object. */
export function createKeys({
  ring,
  cache,
  context,
  secrets,
  encryptions = secretEncryptions(secrets),
}: KeySources): Keys {
  const opened = openKeys(encryptions.all);
  let held: HeldRing | undefined;

  function hold(copy: Snapshot, asOf: number): HeldRing {
    if (held && !supersedes({ copy, asOf }, held)) return held;
    const same = held?.copy.version === copy.version ? held.jwks : undefined;
    held = {
      copy,
      asOf,
      jwks: same ?? publicKeys(copy.keys),
      refreshAt: asOf + ISOLATE_REFRESH_SECONDS * 1000,
    };
    opened.keep(copy.keys);
    return held;
  }

  /** KV saves the way to the object and is trusted no further: what we did not seal, or not lately, is not there. */
  async function fromCache(asOf: number): Promise<Snapshot | undefined> {
    count('portcullis_jwks_fetches_total', { keys: 'own', from: 'kv' });
    const text = await cache.get(SNAPSHOT_NAME, { cacheTtl: KV_CACHE_SECONDS }).catch(() => null);
    const found = await readSnapshot(text, secrets, context);
    return found && suffices(found, held, asOf) ? found : undefined;
  }

  function fromObject(): Promise<Snapshot> {
    count('portcullis_jwks_fetches_total', { keys: 'own', from: 'object' });
    return callObject(
      'KeyRingObject',
      () => ring.getByName(RING_NAME),
      (stub) => stub.ring(),
    );
  }

  const refresh = singleFlight(async () => {
    const asOf = Date.now();
    return hold((await fromCache(asOf)) ?? (await fromObject()), asOf);
  });
  const ask = singleFlight(async () => {
    const asOf = Date.now();
    return hold(await fromObject(), asOf);
  });

  async function fetched(): Promise<HeldRing> {
    const fresh = await refresh();
    if (Date.now() >= endOf(fresh)) throw new ObjectUnavailable('the ring came too late to be used');
    return fresh;
  }

  /** No promise while the isolate is warm: whoever signs feels each one. */
  function current(): HeldRing | Promise<HeldRing> {
    count('portcullis_jwks_lookups_total', { keys: 'own' });
    const now = Date.now();
    if (!held || now >= endOf(held)) return fetched();
    if (now >= held.refreshAt) {
      held.refreshAt = now + REFRESH_RETRY_MILLISECONDS;
      // A failure is found out, and told, by whoever cannot go on without a newer ring.
      waitUntil(refresh().catch(() => {}));
    }
    return held;
  }

  let askAgainAt = Number.NEGATIVE_INFINITY;
  let asking = 0;

  return {
    async sign(alg, typ, claims) {
      const ring = current();
      const { copy } = ring instanceof Promise ? await ring : ring;
      const key = signerAt(copy.keys, alg, Date.now());
      if (!key) throw new ObjectUnavailable(`no ${alg} key signs yet`);
      const privateKey = opened.get(key.kid) ?? (await opened.open(key));
      if (!privateKey) {
        throw new ConfigError(
          `The signing keys were sealed by "${key.keyEncryptionId}", which is not configured. If that was another PORTCULLIS_SECRET: restore it as PORTCULLIS_SECRET_PREVIOUS, or delete the local state folder`,
        );
      }
      count('portcullis_signatures_total', { alg });
      return signJwt({ alg, typ, kid: key.kid }, claims, privateKey);
    },
    async jwks(missing) {
      const { jwks } = await current();
      if (missing === undefined || jwks.keys.some(({ kid }) => kid === missing)) return jwks;
      const now = Date.now();
      // Whoever comes while the question is out waits for its answer; afterwards nobody asks for a while.
      if (asking === 0) {
        if (now < askAgainAt) return jwks;
        askAgainAt = now + MISSING_COOLDOWN_MILLISECONDS;
      }
      asking += 1;
      try {
        return (await ask()).jwks;
      } catch {
        askAgainAt = Math.min(askAgainAt, now + REFRESH_RETRY_MILLISECONDS);
        return jwks;
      } finally {
        asking -= 1;
      }
    },
  };
}
