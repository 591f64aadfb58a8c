import { CODE_REMEMBERED_FOR } from './codes.ts';
import type { UserRecord } from './record.ts';

/** For how long the end of a session or family can still be explained. */
const EXPLAINED_FOR = 30 * 24 * 60 * 60 * 1000;
/** The longest attempt window that a configuration may ask for. */
const ATTEMPTS_REMEMBERED_FOR = 24 * 60 * 60 * 1000;

/** Removes what nobody can ask for any more, and asks for the alarm that the rest needs. Not before all is delivered. */
export function forget(user: UserRecord, now: number): void {
  user.profile.removeAttempts(now - ATTEMPTS_REMEMBERED_FOR);
  user.codes.removeExpired(now - CODE_REMEMBERED_FOR);
  user.revokedTokens.removeExpired(now);
  user.families.removeEnded(now - EXPLAINED_FOR);
  user.sessions.removeEnded(now - EXPLAINED_FOR);
  user.sessionClients.removeForgotten();
  user.events.removeDelivered(now - EXPLAINED_FOR);
  const quiet = user.families.isEmpty() && user.sessions.isEmpty() && user.events.isEmpty();
  const nextExpiry = user.revokedTokens.nextExpiry();
  if (user.events.undelivered(1).length > 0) user.wakeBy(now);
  else if (!user.codes.isEmpty()) user.wakeBy(now + CODE_REMEMBERED_FOR);
  else if (nextExpiry !== undefined)
    user.wakeBy(Math.min(Math.max(nextExpiry, now + CODE_REMEMBERED_FOR), now + EXPLAINED_FOR));
  else if (!quiet) user.wakeBy(now + EXPLAINED_FOR);
}
