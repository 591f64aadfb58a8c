import type { Agreement } from '../../core/oauth/consent.ts';
import type { ClaimsRequest, Profile } from './profile.ts';
import type { EndCause, PresentedSession, SessionAnswer } from './session.ts';

/** An access token, by its `jti`, and what it belongs to. */
export interface TokenToRevoke {
  tokenId: string;
  sessionId: string;
  familyId?: string;
  /** In the place of a family. */
  handleId?: string;
}

/** Of a refresh token that would be accepted. */
export interface RefreshTokenState {
  grant: Grant;
  dpopJkt: string | null;
  /** Milliseconds since the epoch. */
  createdAt: number;
  expiresAt: number;
}

/** What was granted to a client: the same for the first token and every refresh. */
export interface Grant {
  userId: string;
  sessionId: string;
  familyId: string;
  clientId: string;
  scope: string[];
  resource: string[];
  /** Seconds since the epoch. */
  authTime: number;
  amr: string[];
}

export interface NewCode {
  codeId: string;
  secretHash: Uint8Array;
  clientId: string;
  redirectUri: string;
  /** Empty when the request had none: a client with a nonce instead (RFC 9700 §2.1.1). */
  codeChallenge: string;
  scope: string[];
  resource: string[];
  nonce: string | undefined;
  /** The key that must redeem it (RFC 9449 §10). Default any. */
  dpopJkt?: string | undefined;
  claims?: ClaimsRequest | undefined;
  lifetimeSeconds: number;
  /** Whether the person's consent is needed: not at all, as remembered, or given by this very request. */
  consent: 'not_needed' | 'remembered' | 'given';
}

/** The code is issued exactly when the answer is live. */
export type IssueAnswer = SessionAnswer | { kind: 'consent_needed' };

/** `agreed` is undefined where the session is not live, and where there is no consent. */
export interface ConsentAnswer {
  session: SessionAnswer;
  agreed: Agreement | undefined;
}

export interface CodeRedemption {
  clientId: string;
  /** May be left out where PKCE says that code and client belong together. */
  redirectUri: string | undefined;
  /** base64url SHA-256 of the presented code_verifier (RFC 7636 S256); undefined when none was. */
  codeChallenge: string | undefined;
  /** The key whose proof came with the request. */
  dpopJkt?: string | undefined;
  /** Resources asked for at the token endpoint (RFC 8707 §2.2); none for all that were granted. */
  resource?: string[];
  /** Random, one for each attempt to redeem: tells a retry of the same attempt from a second use. */
  redemptionId: string;
  /** The family that the code is to found, under `redemptionId`. Absent for the gate, which holds a session handle and no token. */
  family?: NewFamily;
}

export interface NewFamily {
  /** Hash of the first refresh token's secret. */
  secretHash: Uint8Array;
  /** The key that its refresh tokens are bound to (RFC 9449 §5). Default none: a bearer family. */
  dpopJkt?: string | undefined;
  idleSeconds: number;
  absoluteSeconds: number;
  /** The client is to be told when the session ends. */
  hearsOfLogout?: boolean;
  /** The client's server asks, wherever its person is. Default false. */
  fromServer?: boolean;
}

export type CodeAnswer =
  | {
      kind: 'redeemed';
      grant: Grant;
      nonce: string | undefined;
      profile: Profile;
      claims?: ClaimsRequest | undefined;
    }
  | { kind: 'refused'; reason: CodeRefusal };

export type CodeRefusal =
  | 'invalid'
  | 'wrong_redirect_uri'
  | 'wrong_verifier'
  | 'wrong_key'
  | 'resource_exceeded';

export interface Refresh {
  familyId: string;
  generation: number;
  secretHash: Uint8Array;
  clientId: string;
  dpopJkt: string | null;
  scope: string[] | null;
  resource: string[] | null;
  candidate: { salt: Uint8Array; hash: Uint8Array };
  /** The session whose cookie came with the request. The token endpoint takes no cookie. */
  session?: PresentedSession | undefined;
  /** The client's server asks, wherever its person is. Default false. */
  fromServer?: boolean;
  policy: { graceSeconds: number; idleSeconds: number; rotates: boolean };
  /** The answer is to say something of the person. Default false: then the profile stays where it is. */
  withProfile?: boolean;
}

/** What was granted; with `withProfile` also the person, and what the authorization request asked for by `claims`. */
export interface Refreshed {
  grant: Grant;
  profile?: Profile;
  claims?: ClaimsRequest;
}

export type RefreshAnswer =
  /** The candidate was adopted: it is the successor. */
  | ({ kind: 'rotated' } & Refreshed)
  /** The client keeps its token: it does not rotate. */
  | ({ kind: 'kept' } & Refreshed)
  /** A successor was adopted before; `hash` tells which derivation key made it. */
  | ({ kind: 'replayed'; salt: Uint8Array; hash: Uint8Array } & Refreshed)
  | { kind: 'refused'; reason: 'ended'; cause: EndCause }
  | {
      kind: 'refused';
      reason:
        | 'unknown'
        | 'wrong_client'
        | 'wrong_key'
        | 'scope_exceeded'
        | 'resource_exceeded'
        /** It comes from where, or with what, it should not: whoever it is signs in again. */
        | 'step_up_required';
    }
  /** The family ended by this very request. */
  | { kind: 'ended'; cause: EndCause };
