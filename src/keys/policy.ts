import type { Config } from '../config/schema.ts';
import type { Policy } from '../core/keyring/plan.ts';
import { PROPAGATION_SECONDS, REPUBLISH_SECONDS } from '../core/keyring/timing.ts';
import type { SigningAlgorithm } from './snapshot.ts';

/** ID tokens (src/grants/tokens.ts) and assertions (src/gate/assertion.ts) live no longer. A test holds them to it. */
const OTHER_TOKEN_SECONDS = 300;

export type RingPolicy = Policy & { algorithms: readonly SigningAlgorithm[] };

/** What the ring decides by, from what the operator configured. */
export const ringPolicy = ({ clients, keys }: Pick<Config, 'clients' | 'keys'>): RingPolicy => ({
  algorithms: keys.algorithms,
  period: keys.rotateAfterSeconds * 1000,
  tokenLifetime: 1000 * Math.max(OTHER_TOKEN_SECONDS, ...clients.map((client) => client.accessTokenSeconds)),
  propagation: PROPAGATION_SECONDS * 1000,
  republish: REPUBLISH_SECONDS * 1000,
});
