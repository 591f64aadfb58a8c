import type { SecondFactor } from '../../core/sign-in/second-factor.ts';
import type { SecondFactorPolicy } from './second-factor.ts';
import type { SessionAnswer } from './session.ts';

export type { AttemptPolicy } from '../../core/account/door.ts';

/** What the page for changing a password depends on. */
export interface PasswordState {
  session: SessionAnswer;
  hasPassword: boolean;
  /** Whether whoever signs in with it is asked for a second factor as well. */
  secondFactor: boolean;
}

/** Whether a new password may be set by this code. */
export interface ResetQuestion {
  /** Whether the account was signed in to from this browser before. */
  known: boolean;
  codeId: string;
  /** How the person proved who they are so far. */
  amr: string[];
  secondFactor: SecondFactorPolicy;
}

export type ResetAnswer =
  | { kind: 'ready' }
  /** First one of these. */
  | { kind: 'second_factor_due'; enrolled: SecondFactor[] }
  /** Used, expired, or never proved. */
  | { kind: 'over' };

export type AttemptAnswer =
  /** Compare with this hash; undefined when there is no such user or no password. */
  { kind: 'counted'; passwordHash: string | undefined } | { kind: 'locked'; retryAfterSeconds: number };
