import type { Identity } from '../core/federation/id-token.ts';
import type { Agreement } from '../core/oauth/consent.ts';
import type { SecondFactor, SecondFactorRule } from '../core/sign-in/second-factor.ts';
import type { SealedMail } from '../mail/sealed.ts';
import type { PublicKey } from '../passkeys/public-key.ts';
import type { SecurityEventType } from './security-events.ts';
import type { EmailCodePurpose } from './tables/email-code.ts';

// What crosses the RPC border of a UserObject: plain values, never thrown errors, never a token or its secret.

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
  | 'idle_expiry'
  | 'absolute_expiry'
  | 'revoked_by_client'
  | 'superseded'
  | 'consent_revoked'
  | 'session_ended';

/** Where a request came from, as coarse as it is useful. */
export interface Device {
  /** The User-Agent header, cut to 300 characters. */
  userAgent: string;
  /** City and country as the edge saw them, or empty. */
  place: string;
}

export interface SessionPolicy {
  idleSeconds: number;
  absoluteSeconds: number;
  secondFactor: SecondFactorPolicy;
  /** Where the first factor was proved in an earlier step: what the answer to that said. */
  after?: string | undefined;
}

/** What the operator asks of a sign-in beyond its first factor. */
export interface SecondFactorPolicy {
  rule: SecondFactorRule;
  /** The groups whose members need a second factor. */
  groups: readonly string[];
  /** The browser's device token, where the person's trust in it may count. */
  trustedDevice?: TrustedDevice | undefined;
  /** A new device token, for a browser that the person wants to trust from now on. */
  trust?: PresentedDevice | undefined;
}

/** A device token with its secret already hashed. */
export interface PresentedDevice {
  deviceId: string;
  secretHash: Uint8Array;
}

export interface TrustedDevice extends PresentedDevice {
  /** For how long a person's trust in a browser lasts. */
  trustSeconds: number;
}

/** An authenticator app whose first code was right. */
export interface NewTotp {
  totpId: string;
  /** The secret, sealed for this user. */
  sealed: string;
  /** The time step of that first code. */
  step: number;
  /** Kept if there are none yet. */
  recovery: NewRecoveryCodes;
}

export interface NewRecoveryCodes {
  setId: string;
  hashes: Uint8Array[];
}

export type TotpAnswer =
  | { kind: 'none' }
  | { kind: 'locked'; retryAfterSeconds: number }
  /** Compare with this secret, once it is opened. */
  | { kind: 'counted'; totpId: string; sealed: string };

/** `refused`: it was used before, or is none. */
export type SpendAnswer = 'spent' | 'refused';

/** The second factors of a person, as their pages show them. */
export interface SecondFactors {
  enrolled: SecondFactor[];
  /** When the authenticator app was set up, in milliseconds since the epoch; null when there is none. */
  totpSince: number | null;
  recoveryCodesLeft: number;
  /** The person's, by which an authenticator app lists what it makes codes for. */
  email: string;
}

export interface AccountTrustedDevice {
  deviceId: string;
  userAgent: string;
  place: string;
  /** Milliseconds since the epoch. */
  trustedAt: number;
}

/** The session is opened exactly when the answer is live. */
export type OpenAnswer =
  | SessionAnswer
  /** So far so good, but a second factor is due: one of these, or one that must be set up first. */
  | { kind: 'second_factor_due'; step: 'ask' | 'enrol'; enrolled: SecondFactor[]; after: string }
  /** What was proved so far counts no more: everything was ended since. */
  | { kind: 'proof_over' };

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

export interface Profile {
  userId: string;
  email: string;
  emailVerified: boolean;
  name: string;
  /** The other standard claims of OpenID Connect Core §5.1 that are known of the person. */
  claims?: StandardClaims;
  /** The groups that an administrator put the person in. */
  groups?: string[];
}

/** By their names on the wire: given_name, address (whose members are text), phone_number... */
export interface StandardClaims {
  [name: string]: string | number | boolean | { [member: string]: string };
}

/** The `claims` parameter of an authorization request (OpenID Connect Core §5.5), reduced to the names asked for. */
export interface ClaimsRequest {
  idToken: string[];
  userinfo: string[];
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

export interface StatusQuestion {
  sessionId: string;
  /** The family of the access token in question; without it the session itself is asked about. */
  familyId?: string;
  /** The gate's handle in question; with it the answer lists what was revoked of the tokens exchanged for it. */
  handleId?: string;
}

/** The gate's handle of a session on one host. */
export interface HandleToEnd {
  sessionId: string;
  handleId: string;
}

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

export interface AttemptPolicy {
  maximumAttempts: number;
  attemptWindowSeconds: number;
}

/** A code that is to be mailed to somebody, user or not. */
export interface EmailCodeRequest {
  code: {
    codeId: string;
    purpose: EmailCodePurpose;
    /** Where it goes, in its normal form. */
    address: string;
    hash: Uint8Array;
    lifetimeSeconds: number;
  };
  /** What is mailed, sealed. */
  mail: SealedMail | undefined;
  /** Nothing is mailed where there is no account, and nobody can tell. */
  needsAccount: boolean;
  /** Where it was asked for, see `signInDoor`: mails are counted for each by itself. */
  door: string;
  policy: AttemptPolicy;
}

export interface EmailCodeTry {
  codeId: string;
  purpose: EmailCodePurpose;
  /** The typed code's, under each secret that is still read. */
  hashes: Uint8Array[];
  /** Random, one for each request: tells a retry from a second try. */
  attempt: string;
  /** Whether the account was signed in to from this browser before. */
  known: boolean;
}

export type EmailCodeAnswer =
  | { kind: 'proved'; address: string }
  | { kind: 'wrong' }
  /** Used, used up, expired, or never there. */
  | { kind: 'over' };

/** A change of address, by the codes that proved both. */
export interface AddressChange {
  /** The new one, in its normal form. */
  address: string;
  /** Of the code that was mailed to the account's address. */
  fromCodeId: string;
  /** Of the code that was mailed to the new one. */
  toCodeId: string;
}

export type AddressChangeAnswer =
  | 'changed'
  /** The session is over, or its sign-in too long ago. */
  | 'not_fresh'
  /** A change before this one has yet to be finished. */
  | 'busy'
  /** One of the codes was not proved, or does not count any more. */
  | 'over';

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
      reason: 'unknown' | 'wrong_client' | 'wrong_key' | 'scope_exceeded' | 'resource_exceeded';
    }
  /** The family ended by this very request. */
  | { kind: 'ended'; cause: EndCause };

export type DeletionAnswer =
  /** With the clients that are told of the end of the session in which it was asked for. */
  | { kind: 'deleted'; clientIds: string[] }
  /** The session is over, or its sign-in too long ago. */
  | { kind: 'stale' };

export interface AccountSession {
  sessionId: string;
  userAgent: string;
  place: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  lastUsedAt: number;
  clientIds: string[];
}

/** Why something ended: the answer to "why was I signed out?". */
export interface AccountEnd {
  what: 'session' | 'family';
  cause: EndCause;
  /** Milliseconds since the epoch. */
  endedAt: number;
  sessionId: string;
  /** Of a family: its client, and how far its chain had come. */
  clientId?: string;
  generation?: number;
  userAgent: string;
  place: string;
  /** A family that ended because its session did; the session's own entry tells the same. */
  withSession: boolean;
}

/** What the person allowed a client. */
export interface AccountConsent extends Agreement {
  clientId: string;
  /** Milliseconds since the epoch. */
  grantedAt: number;
}

/** How the person can sign in. */
export interface AccountMethods {
  /** When it was set or last changed, in milliseconds since the epoch; null where there is none. */
  password: { changedAt: number } | null;
  /** How many there are. */
  passkeys: number;
  /** Since when there is an app, in milliseconds since the epoch; null without one. */
  authenticator: { since: number } | null;
  /** How many are left. */
  recoveryCodes: number;
  /** How many browsers the person trusts. */
  trustedDevices: number;
  /** Accounts at other providers that are connected. */
  providers: number;
}

/** Something that happened to the account, as the person is told of it. */
export interface AccountEvent {
  type: SecurityEventType;
  /** Milliseconds since the epoch. */
  at: number;
  /** Of a browser, or empty. */
  userAgent: string;
  place: string;
  /** The app that it is about. */
  clientId?: string;
  /** The provider that it is about, by its name in the configuration. */
  provider?: string;
  /** Of a sign-in: in a browser in which nobody of this account had signed in before. */
  isNewDevice: boolean;
}

export interface Account {
  profile: Profile;
  methods: AccountMethods;
  /** The newest first. */
  events: AccountEvent[];
  /** When an administrator disabled it, in milliseconds since the epoch, or null. */
  disabledAt: number | null;
  sessions: AccountSession[];
  /** Clients with offline_access whose session is over. */
  offlineClientIds: string[];
  /** The newest first. */
  consents: AccountConsent[];
  /** The newest first. */
  ends: AccountEnd[];
}

/** What an account is made with: a password, a passkey, an identity at a provider, or none where codes by mail will do. */
export interface Credentials {
  /** PHC string. */
  passwordHash?: string;
  passkey?: NewPasskey;
  /** Who the person is at a provider. */
  identity?: ProvedIdentity;
}

/** A passkey as its owner sees it. */
export interface Passkey {
  /** base64url. */
  credentialId: string;
  name: string;
  /** Whether it can be synced to other devices; otherwise it stays on the one that made it. */
  backupEligible: boolean;
  /** Whether it has been synced. */
  backedUp: boolean;
  /** How browsers reach the authenticator (WebAuthn §5.8.4). */
  transports: string[];
  /** The make of the authenticator, as it says itself; all zeros where it does not. */
  aaguid: string;
  /** Milliseconds since the epoch. */
  createdAt: number;
  lastUsedAt: number | null;
}

/** A challenge that was answered, and by which attempt: random, the same in a retry of the same call. */
export interface AnsweredChallenge {
  challengeId: string;
  attemptId: string;
  /** Milliseconds since the epoch. */
  expiresAt: number;
}

/** A passkey whose registration has been verified. */
export interface NewPasskey extends Omit<Passkey, 'createdAt' | 'lastUsedAt'> {
  publicKey: PublicKey;
  signCount: number;
  answered: AnsweredChallenge;
}

/** A use of a passkey whose signature has been verified. */
export interface PasskeyUse {
  credentialId: string;
  signCount: number;
  backupEligible: boolean;
  backedUp: boolean;
  answered: AnsweredChallenge;
}

export type PasskeyAddition = 'added' | 'exists' | 'too_many' | 'replayed';
export type PasskeyUseAnswer = 'used' | 'unknown' | 'replayed' | 'counter_went_back';
/** `required`: the next sign-in would have to set up a second factor again. */
export type PasskeyRemoval = 'removed' | 'last_way_in' | 'required';
/** Who somebody just proved to be at a provider. */
export interface ProvedIdentity {
  identity: Identity;
  /** Its name in the configuration. */
  provider: string;
  /** As the provider has it. */
  email?: string | undefined;
  /** The provider's tokens, sealed, where they are kept. */
  tokens?: string | undefined;
}

/** A provider that the person signs in with, as they see it. */
export interface LinkedIdentity {
  identity: Identity;
  provider: string;
  /** What the provider said when it was used last. */
  email: string | null;
  /** Milliseconds since the epoch. */
  linkedAt: number;
  lastUsedAt: number;
}

export type IdentityRemoval = 'removed' | 'last_way_in';

/** Which ways to sign in the operator leaves open. */
export interface OpenWays {
  passwords: boolean;
  passkeys: boolean;
  emailCodes: boolean;
  /** By their names in the configuration. */
  providers: readonly string[];
}

/** What must be left to somebody who gives up a way to sign in. */
export interface Leaving {
  open: OpenWays;
  demand: SecondFactorPolicy;
}
