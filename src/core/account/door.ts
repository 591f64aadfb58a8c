// Guesses at something that could be guessed: a password, the six digits of an authenticator app. They are counted where
// they are made: each browser in which the person signed in before has a door of its own, and all the rest of the world one
// together. So a stranger who closes that one locks nobody out: the person comes in by a browser of theirs, by a passkey, by
// a code in the mail or by a recovery code, and where they are signed in already they stay.

/** What is known of a door. All of it is forgotten by a success there. */
export interface Door {
  /** Attempts since the last success. */
  attempts: number;
  /** Milliseconds since the epoch. An attempt at a closed door is none. */
  triedAt: number;
  /** Milliseconds since the epoch. */
  closedUntil: number;
}

/** When a door closes, and for how long. All times in milliseconds. */
export interface DoorPolicy {
  /** Attempts after which it closes for the first time, */
  closesAfter: number;
  /** and further ones after which it closes again, */
  closesEvery: number;
  /** for twice as long each time. */
  firstClosedFor: number;
  longestClosedFor: number;
  /** Without an attempt for so long, all begins anew. */
  forgottenAfter: number;
}

export type Knock =
  | { kind: 'counted'; door: Door; closes: boolean }
  | { kind: 'closed'; retryAfterSeconds: number };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/**
 * Where an authenticator app's codes are tried. Whoever does so has passed the first factor, so that a closed door keeps out
 * somebody who knows the password. Up to a day, and hardly ever forgotten: there is no pace at which guessing goes on for
 * ever (NIST SP 800-63B-4 §3.2.2).
 */
export const SECOND_FACTOR_DOOR: DoorPolicy = {
  closesAfter: 5,
  closesEvery: 5,
  firstClosedFor: 15 * MINUTE,
  longestClosedFor: DAY,
  forgottenAfter: 90 * DAY,
};

/** For how long wrong passwords count, unless a policy says otherwise. */
export const ATTEMPTS_REMEMBERED_FOR = DAY;

/** What an operator says of attempts, in seconds as configuration has it. */
export interface AttemptPolicy {
  /** So many attempts are free; after that each one makes the next one wait, twice as long as the one before. */
  maximumAttempts: number;
  /** The longest wait. */
  attemptWindowSeconds: number;
  /** Default and longest a day. */
  forgottenAfterSeconds?: number;
}

export const attemptDoor = ({
  maximumAttempts,
  attemptWindowSeconds,
  forgottenAfterSeconds,
}: AttemptPolicy): DoorPolicy => ({
  closesAfter: maximumAttempts,
  closesEvery: 1,
  firstClosedFor: 30 * SECOND,
  longestClosedFor: attemptWindowSeconds * SECOND,
  forgottenAfter:
    forgottenAfterSeconds === undefined
      ? ATTEMPTS_REMEMBERED_FOR
      : Math.min(forgottenAfterSeconds * SECOND, ATTEMPTS_REMEMBERED_FOR),
});

/** Counts an attempt before it is compared, so that a hundred at once are counted like a hundred in a row. */
export function knock(door: Door | undefined, policy: DoorPolicy, now: number): Knock {
  if (door && now < door.closedUntil)
    return { kind: 'closed', retryAfterSeconds: Math.ceil((door.closedUntil - now) / 1000) };
  const counts = door && now < door.triedAt + policy.forgottenAfter;
  const attempts = (counts ? door.attempts : 0) + 1;
  const beyond = attempts - policy.closesAfter;
  const closes = beyond >= 0 && beyond % policy.closesEvery === 0;
  const closedFor = closes ? closedForAfter(beyond / policy.closesEvery, policy) : 0;
  return { kind: 'counted', door: { attempts, triedAt: now, closedUntil: now + closedFor }, closes };
}

/** @param closings how often it closed before */
const closedForAfter = (closings: number, { firstClosedFor, longestClosedFor }: DoorPolicy): number =>
  Math.min(firstClosedFor * 2 ** closings, longestClosedFor);
