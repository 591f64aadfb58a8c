import type { SealedMail } from '../../mail/sealed.ts';
import type { EmailCodePurpose } from '../tables/email-code.ts';
import type { AttemptPolicy } from './password.ts';

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
