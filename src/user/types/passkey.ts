import type { PublicKey } from '../../passkeys/public-key.ts';

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
