import { env } from 'cloudflare:workers';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import type { Environment } from '../../src/environment.ts';
import { createKeys, type Keys, RING_NAME } from '../../src/keys/keys.ts';
import type { KeyRingObject } from '../../src/keys/object.ts';
import { SNAPSHOT_NAME } from '../../src/keys/snapshot.ts';

export const otherSecret = `development_${btoa('another secret of thirty-two bytes!')}`;

export const ringStub = (): DurableObjectStub<KeyRingObject> => env.KEY_RING.getByName(RING_NAME);

export const cachedSnapshot = (): Promise<string | null> => env.JWKS_CACHE.get(SNAPSHOT_NAME);

interface Isolate {
  keys: Keys;
  /** How often this isolate asked for the ring, and where. */
  calls: { cache: number; object: number };
}

/** What a fresh isolate holds: no memory, and counters around its bindings. */
export async function isolate(
  options: Partial<
    Pick<Environment, 'PORTCULLIS_SECRET' | 'PORTCULLIS_SECRET_PREVIOUS' | 'JWKS_CACHE' | 'KEY_RING'>
  > = {},
): Promise<Isolate> {
  const environment = { ...env, ...options };
  const calls = { cache: 0, object: 0 };
  const counting = <T extends object>(target: T, method: keyof T, counter: keyof typeof calls): T =>
    new Proxy(target, {
      get(_, name) {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return (...parameters: unknown[]) => {
          if (name === method) calls[counter] += 1;
          return member.apply(target, parameters);
        };
      },
    });
  const keys = createKeys({
    ring: counting(environment.KEY_RING, 'getByName', 'object'),
    cache: counting(environment.JWKS_CACHE, 'get', 'cache'),
    secrets: await rootSecrets(environment),
  });
  return { keys, calls };
}
