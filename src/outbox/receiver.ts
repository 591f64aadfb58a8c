import type { ChainLink } from '../core/audit/chain.ts';
import type { SealedMail } from '../mail/sealed.ts';
import type { EventType } from '../user/security-events.ts';
import type { Profile } from '../user/types.ts';

/** An event as it leaves the user's object. */
export interface OutgoingEvent {
  /** The same with each attempt: by it a receiver knows what it has. */
  eventId: string;
  userId: string;
  /** Counts the user's events from 1, without gaps. */
  sequence: number;
  type: EventType;
  /** Milliseconds since the epoch. */
  at: number;
  /** Never a secret, token or password. */
  detail: Record<string, unknown>;
  /** Its place in the user's chain; events from before there was one have none. */
  link?: ChainLink;
}

/**
 * Names an event among those of all users, the same with each attempt: by it whoever gets it twice knows. No full stop is in it,
 * since signatures join it to other things by one (Standard Webhooks 1.0.0, "Signature scheme").
 */
export const messageId = ({ userId, eventId }: Pick<OutgoingEvent, 'userId' | 'eventId'>): string =>
  `${userId}_${eventId}`;

export type DeliveryAnswer =
  | {
      kind: 'taken';
      /** Mail that is to be sent for them, written down together with the fact that they were taken. */
      mails?: readonly SealedMail[];
    }
  /** Worth another attempt. `reason` is for the operator: a status or the name of an error, no text of the receiver's. */
  | { kind: 'later'; reason: string }
  /** No attempt will do better. */
  | { kind: 'never'; reason: string };

/**
 * Somebody who is told of every event of a user that they want, at least once, and in the order in which they happened:
 * a later one waits until the one before is taken, or given up.
 */
export interface Receiver {
  /** Stays the same for good: how far it has come is stored under it. */
  name: string;
  /** How many events it takes at once, all or none. */
  batch: number;
  /** Nothing is ever given up, however long it fails: without an event it would be wrong for good. */
  isPatient?: true;
  wants(type: EventType): boolean;
  /** Whoever throws, or does not answer within 15 seconds, is taken to have answered `later`. */
  deliver(events: readonly OutgoingEvent[], profile: Profile): Promise<DeliveryAnswer>;
}
