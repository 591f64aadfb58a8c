import type { Config } from '../config/schema.ts';
import type { Policy } from '../core/keyring/plan.ts';
import { MAXIMUM_TOKEN_SECONDS, PROPAGATION_SECONDS, REPUBLISH_SECONDS } from '../core/keyring/timing.ts';
import type { SigningAlgorithm } from './snapshot.ts';

export type RingPolicy = Policy & { algorithms: readonly SigningAlgorithm[] };

/**
 * What the ring decides by, from what the operator configured. Not from the lifetimes that clients have today: an
 * isolate signs by the configuration that it was deployed with, which the object may never have run under.
 */
export const ringPolicy = ({ keys }: Pick<Config, 'keys'>): RingPolicy => ({
  algorithms: keys.algorithms,
  period: keys.rotateAfterSeconds * 1000,
  tokenLifetime: MAXIMUM_TOKEN_SECONDS * 1000,
  propagation: PROPAGATION_SECONDS * 1000,
  republish: REPUBLISH_SECONDS * 1000,
});
