import type { UserRecord } from './record.ts';
import { choseSecondFactor, secondFactorStep } from './second-factor.ts';
import { readSession } from './sessions.ts';
import type { FreshAnswer, FreshPolicy, PresentedSession } from './types.ts';

/**
 * Who holds this session token, if they signed in a short while ago, and with a second factor if they chose to have one, or the
 * operator asks for it. A browser that they trust does not do here: whoever found it open must not take the factor away that
 * guards all the others.
 */
export function readFreshSession(
  user: UserRecord,
  presented: PresentedSession,
  { freshSeconds, secondFactors, demand }: FreshPolicy,
  now: number,
): FreshAnswer {
  const session = readSession(user, presented, now);
  if (session.kind !== 'live') return session;
  const fresh = now / 1000 - session.authTime <= freshSeconds;
  const asked =
    choseSecondFactor(user) ||
    (demand !== undefined && secondFactorStep(user, session.amr, demand, now).step === 'ask');
  const whole = !secondFactors || session.amr.includes('mfa') || !asked;
  return fresh && whole ? session : { kind: 'stale' };
}
