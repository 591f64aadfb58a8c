import { configOf } from '../config/configured.ts';
import { rootSecrets } from '../crypto/root-secret.ts';
import type { Environment } from '../environment.ts';
import { keyEncryptions } from './encryptions.ts';
import { createKeys, type Keys } from './keys.ts';

/** The issuer's keys, for whoever has nothing but the environment, as a Durable Object. */
export async function keysOf(environment: Environment): Promise<Keys> {
  const config = configOf(environment);
  const secrets = await rootSecrets(environment);
  return createKeys({
    ring: environment.KEY_RING,
    cache: environment.JWKS_CACHE,
    context: config,
    secrets,
    encryptions: keyEncryptions(config, secrets, environment),
  });
}
