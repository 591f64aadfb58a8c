// A sign-in that is made to wait. All times are milliseconds since the epoch.

/** Kept with what is remembered of the person. */
export interface Lock {
  /** How often in a row. */
  count: number;
  until: number;
}

const FIRST_DELAY = 60_000;
const LONGEST_DELAY = 60 * 60 * 1000;
/** For how long after its end whoever waited may go on. */
const OPEN_FOR = 60 * 60 * 1000;
/** After a day without one the next is a first one again. */
const FORGOTTEN_AFTER = 24 * 60 * 60 * 1000;

/** How the sign-in goes on. Nobody waits for ever: whoever waited once goes on with what a step up asks. */
export function lockStep(
  before: Lock | null,
  now: number,
): { kind: 'waits'; lock: Lock } | { kind: 'goes_on' } {
  if (before && now < before.until) return { kind: 'waits', lock: before };
  if (before && now < before.until + OPEN_FOR) return { kind: 'goes_on' };
  const count = before && now < before.until + FORGOTTEN_AFTER ? before.count + 1 : 1;
  return {
    kind: 'waits',
    lock: { count, until: now + Math.min(FIRST_DELAY * 4 ** (count - 1), LONGEST_DELAY) },
  };
}
