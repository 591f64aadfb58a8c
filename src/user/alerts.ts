import { currentContext } from '../request/context.ts';
import type { UserRecord } from './record.ts';
import { endEverythingBut } from './sessions.ts';
import type { AlertAnswer, AlertState } from './types.ts';

const wasAnswered = (user: UserRecord, alert: string): boolean =>
  user.events.latest(['alert_answered'], ANSWERS_READ).some(({ detail }) => detail.alert === alert);

/** Each ends everything, so that nobody comes by more in the week for which a link is good. */
const ANSWERS_READ = 100;

/** Whether a warning can be answered. Reads, and does nothing. */
export function alertState(user: UserRecord, alert: string): AlertState {
  if (!user.profile.get()) return 'gone';
  return wasAnswered(user, alert) ? 'answered' : 'open';
}

/** The person says of a warning that it was not them: every session and family ends, once for each warning. */
export function answerAlert(user: UserRecord, alert: string, now: number): AlertAnswer {
  const state = alertState(user, alert);
  if (state !== 'open') return state;
  endEverythingBut(user, null, 'reported_by_person', now);
  user.note('alert_answered', now, { alert, ...currentContext()?.device });
  return 'ended';
}
