// Guesses at the six digits of an authenticator app. Whoever makes them has passed the first factor, so that a closed
// door keeps out somebody who knows the password: the person comes in by a browser of theirs, which has a door of its own,
// by a passkey or by a recovery code, which have none.

/** Wrong codes in a row after which a door closes. */
export const CLOSES_AFTER = 5;
const FIRST_CLOSED_FOR = 15 * 60 * 1000;
const LONGEST_CLOSED_FOR = 24 * 60 * 60 * 1000;

/** What is known of a door. Both are forgotten by a code that is right. */
export interface Door {
  /** Attempts since the last right code, however long they took. */
  attempts: number;
  /** Milliseconds since the epoch. */
  closedUntil: number;
}

export type Knock =
  | { kind: 'counted'; door: Door; closes: boolean }
  | { kind: 'closed'; retryAfterSeconds: number };

/**
 * Counts an attempt before its code is compared. Each time that the door closes again it stays closed twice as long, up to
 * a day: there is no pace at which guessing goes on for ever (NIST SP 800-63B-4 §3.2.2).
 */
export function knock(door: Door | undefined, now: number): Knock {
  const { attempts, closedUntil } = door ?? { attempts: 0, closedUntil: 0 };
  if (now < closedUntil) return { kind: 'closed', retryAfterSeconds: Math.ceil((closedUntil - now) / 1000) };
  const counted = attempts + 1;
  if (counted % CLOSES_AFTER !== 0)
    return { kind: 'counted', door: { attempts: counted, closedUntil }, closes: false };
  const closings = counted / CLOSES_AFTER;
  const closedFor = Math.min(FIRST_CLOSED_FOR * 2 ** (closings - 1), LONGEST_CLOSED_FOR);
  return { kind: 'counted', door: { attempts: counted, closedUntil: now + closedFor }, closes: true };
}
