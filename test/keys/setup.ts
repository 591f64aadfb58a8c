import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import config from '../../portcullis.config.ts';
import { configOf, configure } from '../../src/config/configured.ts';
import type { Config, ConfigInput } from '../../src/config/schema.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import type { Environment } from '../../src/environment.ts';
import { type KeyEncryptions, secretEncryptions } from '../../src/keys/encryptions.ts';
import { createKeys, type Keys, RING_NAME } from '../../src/keys/keys.ts';
import type { KeyRingObject } from '../../src/keys/object.ts';
import { readSnapshot, SNAPSHOT_NAME, type Snapshot } from '../../src/keys/snapshot.ts';
import { readRing } from '../../src/keys/store.ts';

export const otherSecret = `development_${btoa('another secret of thirty-two bytes!')}`;

export const ringStub = (): DurableObjectStub<KeyRingObject> => env.KEY_RING.getByName(RING_NAME);

/** The object as the tests see it from within: everything that it reads from its environment can be replaced. */
export const withEnvironment = (changes: Partial<Environment>): Promise<void> =>
  runInDurableObject(ringStub(), (object) => {
    Object.assign(object, { env: { ...env, ...changes } });
  });

/** Configures the Worker's objects with these options for `keys`; without any, as before. */
export function configurationWith(keys?: ConfigInput['keys']): Config {
  configure(keys ? (environment) => ({ ...config(environment), keys }) : config);
  return configOf(env);
}

export const storedKeys = () =>
  runInDurableObject(ringStub(), (_, { storage }) => readRing(storage.sql).keys);

export const cachedSnapshot = (): Promise<string | null> => env.JWKS_CACHE.get(SNAPSHOT_NAME);

/** What KV holds, if it was sealed by and for this issuer. */
export const snapshotInKv = async (): Promise<Snapshot | undefined> =>
  readSnapshot(await cachedSnapshot(), await rootSecrets(env), configOf(env));

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
  encryptions?: KeyEncryptions,
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
  const secrets = await rootSecrets(environment);
  const keys = createKeys({
    ring: counting(environment.KEY_RING, 'getByName', 'object'),
    cache: counting(environment.JWKS_CACHE, 'get', 'cache'),
    context: configOf(env),
    secrets,
    encryptions: encryptions ?? secretEncryptions(secrets),
  });
  return { keys, calls };
}
