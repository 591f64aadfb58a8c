import type { Config } from './config/schema.ts';
import type { RootSecrets } from './crypto/root-secret.ts';
import type { Environment } from './environment.ts';
import type { Identifiers } from './identifier/identifiers.ts';
import type { Keys } from './keys/keys.ts';
import type { Users } from './user/users.ts';

/** What the composition root (compose.ts) makes once per isolate and hands to endpoints and gate. */
export interface Dependencies {
  config: Config;
  secrets: RootSecrets;
  users: Users;
  identifiers: Identifiers;
  keys: Keys;
  environment: Environment;
}
