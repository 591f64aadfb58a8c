import type { SecondFactor, SecondFactorRule } from '../../core/sign-in/second-factor.ts';

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
