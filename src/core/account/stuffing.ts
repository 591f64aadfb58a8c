// Credential stuffing: somebody tries many people's leaked passwords, few for each, so that no account's own count notices.
// What gives it away is the place: from one address many accounts fail and hardly one succeeds.

/** One identifier whose password was tried from an address. */
export interface Trace {
  /** Tells one from another and says nothing about whose it is. */
  identifier: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** Until it is told so, an attempt counts as one that failed: a burst does not hide behind hashes that take long. */
  succeeded: boolean;
}

export const TRACES_REMEMBERED_FOR = 24 * 60 * 60 * 1000;
/** The newest are enough to tell, and what one address can have stored is bounded. */
export const MAXIMUM_TRACES = 64;
/** A family, or an office, mistypes fewer accounts than this in a day without getting any of them right. */
const FAILED_ACCOUNTS = 10;
/** Whoever mistypes gets in a moment later, and counts as that. A higher share could be hidden behind a few accounts of one's own. */
const FAILED_SHARE = 0.5;

/** The traces that still count, the oldest first, with this attempt among them. */
export function traced(traces: readonly Trace[], identifier: string, now: number): Trace[] {
  const fresh = traces.filter(({ at }) => now < at + TRACES_REMEMBERED_FOR);
  const before = fresh.find((trace) => trace.identifier === identifier);
  const others = fresh.filter((trace) => trace.identifier !== identifier).sort((a, b) => a.at - b.at);
  const trace = { identifier, at: now, succeeded: before?.succeeded ?? false };
  return [...others.slice(1 - MAXIMUM_TRACES), trace];
}

/**
 * Whether an attempt is part of a stuffing run. One at an account that succeeded from there is not: the people of a house do
 * not pay for a stranger in it.
 * @param traces with the attempt among them
 */
export function isStuffing(traces: readonly Trace[], identifier: string): boolean {
  if (traces.some((trace) => trace.identifier === identifier && trace.succeeded)) return false;
  const failed = traces.filter(({ succeeded }) => !succeeded).length;
  return failed > FAILED_ACCOUNTS && failed > FAILED_SHARE * traces.length;
}
