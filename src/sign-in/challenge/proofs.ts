import type { Context } from 'hono';
import { isConfidential } from '../../config/client-faults.ts';
import type { Config } from '../../config/schema.ts';
import { normalEmail } from '../../core/account/email.ts';
import { typedEmailCode } from '../../core/account/email-code.ts';
import type { Parameters } from '../../core/oauth/parameters.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { Proven } from '../../middleware/session.ts';
import { mailAccountCode } from '../account-code.ts';
import { offersEmailCodes } from '../email-methods.ts';
import { type EmailStep, tryEmailStep } from '../email-step.ts';
import { floor, signInByPassword } from '../password.ts';
import { checkSecondFactorCode } from '../second-factor-code.ts';
import type { AuthSession } from './auth-session.ts';

/** What became of something that an app offered in somebody's name. */
export type ProofOutcome =
  | { kind: 'proven'; proven: Proven }
  /** A code is on its way. */
  | { kind: 'sent'; emailStep: EmailStep }
  /** The code that it belongs to is used, too old, or was tried too often. */
  | { kind: 'over' }
  | { kind: 'wrong' }
  | { kind: 'locked'; retryAfterSeconds: number }
  | { kind: 'malformed'; description: string };

export interface Proof {
  /** The parameter that holds what is offered. */
  parameter: string;
  /** Whether it can be offered now. */
  isOpen(config: Config, session: AuthSession): boolean;
  check(
    c: Context,
    dependencies: Dependencies,
    session: AuthSession,
    parameters: Parameters,
  ): Promise<ProofOutcome>;
}

const password: Proof = {
  parameter: 'password',
  isOpen: ({ passwords }, { proven }) => passwords.enabled && !proven,
  async check(c, dependencies, { clientId }, parameters) {
    const username = parameters.get('username');
    if (username === undefined) return { kind: 'malformed', description: 'username is missing' };
    const offered = parameters.get('password') ?? '';
    const client = await dependencies.clients.find(clientId);
    const fromServer = client !== undefined && isConfidential(client);
    const outcome = await signInByPassword(c, dependencies, username, offered, { fromServer });
    if (outcome.kind !== 'matches') return outcome;
    const { kind: _, ...tried } = outcome;
    return { kind: 'proven', proven: { ...tried, amr: ['pwd'] } };
  },
};

/** Asks for a code by mail. `email_code` is what it can be. */
const send: Proof = {
  parameter: 'send',
  isOpen: (config, { proven }) => offersEmailCodes(config) && !proven,
  async check(c, dependencies, _session, parameters) {
    if (parameters.get('send') !== 'email_code')
      return { kind: 'malformed', description: 'send must be email_code' };
    const address = normalEmail(parameters.get('username') ?? '');
    if (address === undefined) return { kind: 'malformed', description: 'username must be an email address' };
    return { kind: 'sent', emailStep: await mailAccountCode(c, dependencies, 'signIn', address, undefined) };
  },
};

const emailCode: Proof = {
  parameter: 'email_code',
  isOpen: (_config, { emailStep, proven }) => emailStep !== undefined && !proven,
  async check(_c, dependencies, { emailStep }, parameters) {
    const code = typedEmailCode(parameters.get('email_code') ?? '');
    if (!emailStep) return { kind: 'over' };
    if (code === undefined) return { kind: 'malformed', description: 'email_code must be 8 digits' };
    const notBefore = floor();
    const outcome = await tryEmailStep(dependencies, emailStep, code);
    const { userId, door } = emailStep;
    if (outcome.kind === 'proved') return { kind: 'proven', proven: { userId, amr: ['email'], door } };
    await notBefore;
    return outcome;
  },
};

/** Of an authenticator app, or a recovery code. */
const otp: Proof = {
  parameter: 'otp',
  isOpen: (_config, { proven }) => proven !== undefined,
  async check(c, dependencies, { proven }, parameters) {
    if (!proven) return { kind: 'wrong' };
    const outcome = await checkSecondFactorCode(c, dependencies, proven.userId, parameters.get('otp') ?? '');
    if (outcome.kind === 'right')
      return { kind: 'proven', proven: { ...proven, amr: [...proven.amr, ...outcome.amr] } };
    return outcome.kind === 'locked' ? outcome : { kind: 'wrong' };
  },
};

const proofs: readonly Proof[] = [password, send, emailCode, otp];

/** What an app can offer at this step. */
export const openProofs = (config: Config, session: AuthSession): readonly Proof[] =>
  proofs.filter((proof) => proof.isOpen(config, session));

/** What somebody offers, or where a sign-in stands, is never part of the authorization request. */
export const proofParameters: ReadonlySet<string> = new Set([
  'auth_session',
  'username',
  ...proofs.map(({ parameter }) => parameter),
]);
