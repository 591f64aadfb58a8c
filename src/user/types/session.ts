import type { SecondFactor } from '../../core/sign-in/second-factor.ts';
import type { Device } from '../../request/sighting.ts';
import type { ClaimsRequest, Profile } from './profile.ts';
import type { SecondFactorPolicy } from './second-factor.ts';

export type { Device };

/** Why a session or a family ended. Kept for as long as its record. */
export type EndCause =
  | 'sign_out'
  | 'sign_out_everywhere'
  | 'password_change'
  | 'address_proved'
  | 'replaced'
  | 'account_disabled'
  | 'administrator'
  | 'reuse'
  | 'code_reuse'
  | 'token_mismatch'
  | 'suspicious'
  | 'idle_expiry'
  | 'absolute_expiry'
  | 'revoked_by_client'
  | 'superseded'
  | 'consent_revoked'
  | 'reported_by_person'
  | 'session_ended';

export interface SessionPolicy {
  idleSeconds: number;
  absoluteSeconds: number;
  secondFactor: SecondFactorPolicy;
  /** The address that it comes from has failed at many accounts lately. Default false. */
  credentialStuffing?: boolean | undefined;
  /** Where the first factor was proved in an earlier step: what the answer to that said. */
  after?: string | undefined;
}

/** The session is opened exactly when the answer is live. */
export type OpenAnswer =
  | SessionAnswer
  /** So far so good, but a second factor is due: one of these, or one that must be set up first. */
  | { kind: 'second_factor_due'; step: 'ask' | 'enrol'; enrolled: SecondFactor[]; after: string }
  /** What was proved so far counts no more: everything was ended since. */
  | { kind: 'proof_over' }
  /** It looks like somebody else's. The person's own browsers and passkeys are taken meanwhile. */
  | { kind: 'waits'; seconds: number };

/** What a session must be to change a way of signing in. */
export interface FreshPolicy {
  /** Its sign-in is at most so long ago. */
  freshSeconds: number;
  /** Whether second factors are in use. */
  secondFactors: boolean;
  /** What the operator asks of every sign-in, beside what the person chose. */
  demand?: Pick<SecondFactorPolicy, 'rule' | 'groups'>;
}

/** `stale`: the person must sign in again for this. */
export type FreshAnswer = SessionAnswer | { kind: 'stale' };

/** A session token with its secret already hashed. */
export interface PresentedSession {
  sessionId: string;
  secretHash: Uint8Array;
}

export interface LiveSession {
  kind: 'live';
  sessionId: string;
  /** Seconds since the epoch. */
  authTime: number;
  amr: string[];
  profile: Profile;
  /** Of a family: what its authorization request asked for by `claims`. */
  claims?: ClaimsRequest;
  /** Of a family: the `jti` of its access tokens that were revoked, with all that they were exchanged for. */
  revokedTokens?: string[];
}

/** "Is it still alive?" `endedAt` is milliseconds since the epoch. */
export type SessionAnswer =
  | LiveSession
  | { kind: 'ended'; cause: EndCause; endedAt: number }
  | { kind: 'unknown' };

/** The same, of a use: `step_up_required` where it comes from where, or with what, it should not. */
export type StatusAnswer = SessionAnswer | { kind: 'step_up_required' };

export interface StatusQuestion {
  sessionId: string;
  /** The family of the access token in question; without it the session itself is asked about. */
  familyId?: string;
  /** The gate's handle in question; with it the answer lists what was revoked of the tokens exchanged for it. */
  handleId?: string;
  /** The request comes from whoever holds the session or the token, and is judged as well. Default false. */
  isUse?: boolean;
}

/** The gate's handle of a session on one host. */
export interface HandleToEnd {
  sessionId: string;
  handleId: string;
}
