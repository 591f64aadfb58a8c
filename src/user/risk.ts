import { afterForgetting, nothingRemembered, type RiskMemory } from '../core/risk/memory.ts';
import type { Answer } from '../core/risk/policy.ts';
import type { Sighting } from '../core/risk/sighting.ts';
import type { Moment, Signal } from '../core/risk/signal.ts';
import { firstSeen, type Seen } from '../core/risk/use.ts';
import { currentContext } from '../request/context.ts';
import type { UserRecord } from './record.ts';

/** What was noticed, and what is done about it. */
export interface Noticed {
  signals: Signal[];
  answer: Answer;
}

/** What it is compared with where anything is noticed at all: an administrator, and the alarm, come from nowhere. */
export const sightingNow = (user: UserRecord): Sighting | undefined =>
  user.riskPolicy.enabled ? currentContext()?.sighting : undefined;

/** What a session or a family is seen with when it begins. */
export function seenNow(user: UserRecord, now: number): Seen | null {
  const sighting = sightingNow(user);
  return sighting ? firstSeen(sighting, now) : null;
}

/** What is known of the person's sign-ins. */
export const memoryOf = (user: UserRecord, now: number): RiskMemory =>
  afterForgetting(user.riskMemory.get()?.memory ?? nothingRemembered, now, user.riskPolicy.rememberedFor);

/** Writes down what was noticed. Who is told by mail is told on the page of activity too; the trail has it all. */
export function noteRisk(
  user: UserRecord,
  moment: Moment,
  { signals, answer }: Noticed,
  about: { clientId?: string; sessionId?: string; familyId?: string },
  now: number,
): void {
  const { dryRun } = user.riskPolicy;
  const device = currentContext()?.device;
  user.note('risk_signals', now, {
    moment,
    signals,
    answer,
    ...about,
    userAgent: device?.userAgent ?? '',
    place: device?.place ?? '',
    told: answer !== 'note' && !dryRun,
    ...(dryRun && { dryRun }),
  });
}
