import type { Agreement } from '../../core/oauth/consent.ts';
import type { ToldAnswer } from '../../core/risk/policy.ts';
import type { Signal } from '../../core/risk/signal.ts';
import type { SecurityEventType } from '../security-events.ts';
import type { OpenWays, ProvedIdentity } from './identity.ts';
import type { NewPasskey } from './passkey.ts';
import type { Profile } from './profile.ts';
import type { SecondFactorPolicy } from './second-factor.ts';
import type { EndCause } from './session.ts';

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
  /** What was unusual, and what was done about it. */
  noticed?: { signals: Signal[]; answer: ToldAnswer };
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

/** What must be left to somebody who gives up a way to sign in. */
export interface Leaving {
  open: OpenWays;
  demand: SecondFactorPolicy;
}
