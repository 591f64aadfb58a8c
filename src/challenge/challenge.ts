import { challengeFault } from '../config/challenge.ts';
import { ConfigError } from '../config/error.ts';
import type { Config } from '../config/schema.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import type { Environment } from '../environment.ts';
import { proofOfWork } from './proof-of-work.ts';
import { turnstile } from './turnstile.ts';

/** Something that costs whoever asks for much more than it costs us. */
export interface Challenge {
  /** What a page shows. @param caller names where the request comes from; an answer from elsewhere is none. */
  ask(caller: string): Promise<Asked>;
  /** Undefined when the answer is wrong, too late, or somebody else's. */
  judge(caller: string, answer: string): Promise<Answered | undefined>;
}

export type Asked =
  | { kind: 'proof-of-work'; challenge: string; difficulty: number }
  | { kind: 'turnstile'; siteKey: string };

export interface Answered {
  /** The same for the same answer, so that it can be taken once. */
  answerId: string;
}

/**
 * The challenge that the configuration names; undefined where there is none.
 * @throws ConfigError when its secret is not set
 */
export function createChallenge(
  config: Pick<Config, 'challenge'>,
  secrets: RootSecrets,
  environment: Pick<Environment, 'PORTCULLIS_TURNSTILE_SECRET'>,
): Challenge | undefined {
  const fault = challengeFault(config, environment);
  if (fault) throw new ConfigError(fault);
  const { challenge } = config;
  switch (challenge.kind) {
    case 'off':
      return undefined;
    case 'proof-of-work':
      return proofOfWork(secrets, challenge.difficulty);
    case 'turnstile':
      return turnstile(challenge.siteKey, environment.PORTCULLIS_TURNSTILE_SECRET ?? '');
  }
}
