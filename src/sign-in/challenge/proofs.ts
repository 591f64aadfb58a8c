import type { Context } from 'hono';
import type { Parameters } from '../../core/oauth/parameters.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { Proven } from '../../middleware/session.ts';
import { signInByPassword } from '../password.ts';
import { checkSecondFactorCode } from '../second-factor-code.ts';
import type { AuthSession } from './auth-session.ts';

/** What became of something that an app offered in somebody's name. */
export type ProofOutcome =
  | { kind: 'proven'; proven: Proven }
  | { kind: 'wrong' }
  | { kind: 'locked'; retryAfterSeconds: number }
  | { kind: 'malformed'; description: string };

export interface Proof {
  /** The parameter that holds what is offered. */
  parameter: string;
  check(
    c: Context,
    dependencies: Dependencies,
    session: AuthSession,
    parameters: Parameters,
  ): Promise<ProofOutcome>;
}

const password: Proof = {
  parameter: 'password',
  async check(c, dependencies, _session, parameters) {
    const username = parameters.get('username');
    if (username === undefined) return { kind: 'malformed', description: 'username is missing' };
    const offered = parameters.get('password') ?? '';
    const outcome = await signInByPassword(c, dependencies, username, offered);
    if (outcome.kind !== 'matches') return outcome;
    const { userId, door } = outcome;
    return { kind: 'proven', proven: { userId, amr: ['pwd'], door } };
  },
};

/** Of an authenticator app, or a recovery code. */
const otp: Proof = {
  parameter: 'otp',
  async check(c, dependencies, { proven }, parameters) {
    if (!proven) return { kind: 'wrong' };
    const outcome = await checkSecondFactorCode(c, dependencies, proven.userId, parameters.get('otp') ?? '');
    if (outcome.kind === 'right')
      return { kind: 'proven', proven: { ...proven, amr: [...proven.amr, ...outcome.amr] } };
    return outcome.kind === 'locked' ? outcome : { kind: 'wrong' };
  },
};

/** The first factors that an app can offer. */
export const firstFactors: readonly Proof[] = [password];
/** Those that complete what is in the session. */
export const secondFactors: readonly Proof[] = [otp];

/** What somebody offers, or where a sign-in stands, is never part of the authorization request. */
export const proofParameters: ReadonlySet<string> = new Set([
  'auth_session',
  'username',
  ...[...firstFactors, ...secondFactors].map(({ parameter }) => parameter),
]);
