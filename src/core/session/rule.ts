// When a session is over, and when its use is worth writing down. Times are milliseconds since the epoch.

export interface SessionLife {
  lastUsedAt: number;
  idleMilliseconds: number;
  absoluteExpiresAt: number;
}

export type SessionExpiry = { cause: 'idle_expiry' | 'absolute_expiry'; endedAt: number };

/** When and why a session that nobody ended is over, or null while it lives. */
export function expiry(session: SessionLife, now: number): SessionExpiry | null {
  // Whichever came first is the cause, however late somebody asks.
  const idleExpiresAt = session.lastUsedAt + session.idleMilliseconds;
  const idleFirst = idleExpiresAt < session.absoluteExpiresAt;
  if (idleFirst && now >= idleExpiresAt) return { cause: 'idle_expiry', endedAt: idleExpiresAt };
  if (now < session.absoluteExpiresAt) return null;
  return { cause: 'absolute_expiry', endedAt: session.absoluteExpiresAt };
}

const HOUR = 60 * 60 * 1000;

/**
 * Whether a use is to be written. Coarse on purpose, so that a refresh stays at one row: at most once an hour, and
 * more often only where the idle expiry is so short that an hour would matter.
 */
export const worthTouching = (session: SessionLife, now: number): boolean =>
  now - session.lastUsedAt >= Math.min(HOUR, session.idleMilliseconds / 10);
