import type { Addresses } from './address/addresses.ts';
import type { Challenge } from './challenge/challenge.ts';
import type { Clients } from './clients/clients.ts';
import type { Registrations } from './clients/registrations.ts';
import type { Config } from './config/schema.ts';
import type { RootSecrets } from './crypto/root-secret.ts';
import type { Proofs } from './dpop/proofs.ts';
import type { Environment } from './environment.ts';
import type { Upstreams } from './federation/upstream.ts';
import type { AccessTokens } from './grants/access-tokens.ts';
import type { Identifiers } from './identifier/identifiers.ts';
import type { IssuerKeys } from './keys/issuer-jwks.ts';
import type { Keys } from './keys/keys.ts';
import type { Replays } from './replay/replays.ts';
import type { Telemetry } from './telemetry/telemetry.ts';
import type { Devices } from './transaction/devices.ts';
import type { Transactions } from './transaction/transactions.ts';
import type { Users } from './user/users.ts';

/** What the composition root (compose.ts) makes once per isolate and hands to endpoints and gate. */
export interface Dependencies {
  config: Config;
  secrets: RootSecrets;
  clients: Clients;
  registrations: Registrations;
  replays: Replays;
  transactions: Transactions;
  proofs: Proofs;
  devices: Devices;
  users: Users;
  identifiers: Identifiers;
  addresses: Addresses;
  /** What may be done instead of waiting; absent where that is nothing. */
  challenge: Challenge | undefined;
  keys: Keys;
  accessTokens: AccessTokens;
  issuerKeys: IssuerKeys;
  upstreams: Upstreams;
  /** Undefined where nothing is recorded. */
  telemetry: Telemetry | undefined;
  environment: Environment;
}
