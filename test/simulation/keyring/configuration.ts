import { MAXIMUM_TOKEN_SECONDS } from '../../../src/core/keyring/timing.ts';
import type { Random } from '../model/random.ts';
import type { Configuration } from './object.ts';
import { day, minute } from './world.ts';

export const algorithms = ['ES256', 'RS256', 'EdDSA'] as const;

/** What is deployed: what the object reads of it, and the longest life of a token that isolates make by it. */
export interface Deployment extends Configuration {
  tokenLifetime: number;
}

const periods = [30 * day, 10 * day, 3 * day] as const;
const lifetimes = [5 * minute, 60 * minute, MAXIMUM_TOKEN_SECONDS * 1000] as const;

const configured = (names: Configuration['keys']['algorithms'], period: number): Configuration => ({
  keys: { algorithms: names, rotateAfterSeconds: period / 1000, encryption: { kind: 'root-secret' } },
});

export const firstDeployment = (random: Random): Deployment => ({
  ...configured(random.chance(0.5) ? [...algorithms] : ['ES256', 'RS256'], random.pick(periods)),
  tokenLifetime: random.pick(lifetimes),
});

/** One thing is another than before. Any algorithm may go, though the configuration insists on two of them. */
export function nextDeployment(before: Deployment, random: Random): { what: string; deployment: Deployment } {
  const { keys } = before;
  switch (random.between(0, 3)) {
    case 0:
      return {
        what: 'another period is deployed',
        deployment: { ...before, ...configured(keys.algorithms, random.pick(periods)) },
      };
    case 1:
      return {
        what: 'another token lifetime is deployed',
        deployment: { ...before, tokenLifetime: random.pick(lifetimes) },
      };
    default: {
      const changed = random.pick(algorithms);
      const has = keys.algorithms.includes(changed);
      const names = has ? keys.algorithms.filter((name) => name !== changed) : [...keys.algorithms, changed];
      if (names.length === 0) return { what: 'the same is deployed', deployment: before };
      return {
        what: has ? 'an algorithm is removed' : 'an algorithm is added',
        deployment: { ...before, ...configured(names, keys.rotateAfterSeconds * 1000) },
      };
    }
  }
}
