import type { Config } from '../config/schema.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import type { Environment } from '../environment.ts';
import { type KeyEncryption, rootSecretEncryption } from './encryption.ts';
import { vaultEncryption } from './vault.ts';

/** What seals new keys, then whatever else still opens old ones. */
export interface KeyEncryptions {
  readonly current: KeyEncryption;
  readonly all: readonly KeyEncryption[];
}

/**
 * The key encryptions that `keys.encryption` asks for. Root secrets open in any case, so that an issuer that goes
 * over to a key management service keeps its keys.
 * @throws ConfigError when the configured one cannot be used.
 */
export function keyEncryptions(
  config: Pick<Config, 'keys' | 'environment'>,
  secrets: RootSecrets,
  environment: Pick<Environment, 'PORTCULLIS_VAULT_TOKEN'>,
): KeyEncryptions {
  const bySecret = secretEncryptions(secrets);
  const { encryption } = config.keys;
  if (encryption.kind === 'root-secret') return bySecret;
  const vault = vaultEncryption({
    ...encryption,
    token: environment.PORTCULLIS_VAULT_TOKEN,
    development: config.environment === 'development',
  });
  return { current: vault, all: [vault, ...bySecret.all] };
}

/** The default: the root secrets alone. */
export function secretEncryptions(secrets: RootSecrets): KeyEncryptions {
  const all = secrets.all.map(rootSecretEncryption);
  return { current: all[0] ?? rootSecretEncryption(secrets.current), all };
}
