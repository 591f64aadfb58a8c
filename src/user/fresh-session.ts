import type { UserRecord } from './record.ts';
import { choseSecondFactor } from './second-factor.ts';
import { readSession } from './sessions.ts';
import type { FreshAnswer, FreshPolicy, PresentedSession } from './types.ts';

/**
 * Who holds this session token, if they signed in a short while ago, and with a second factor if they chose to have one. A browser
 * that they trust does not do here: whoever found it open must not take the factor away that guards all the others.
 */
export function readFreshSession(
  user: UserRecord,
  presented: PresentedSession,
  { freshSeconds, secondFactors }: FreshPolicy,
  now: number,
): FreshAnswer {
  const session = readSession(user, presented, now);
  if (session.kind !== 'live') return session;
  const fresh = now / 1000 - session.authTime <= freshSeconds;
  const whole = !secondFactors || session.amr.includes('mfa') || !choseSecondFactor(user);
  return fresh && whole ? session : { kind: 'stale' };
}
