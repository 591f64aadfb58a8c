import { answerTo } from '../core/risk/policy.ts';
import { asBefore } from '../core/risk/sighting.ts';
import type { Moment, Signal } from '../core/risk/signal.ts';
import {
  firstSeen,
  isOutOfCadence,
  quickAfter,
  refusedAt,
  type Seen,
  seenAfter,
  telling,
  useSignals,
} from '../core/risk/use.ts';
import type { UserRecord } from './record.ts';
import { memoryOf, type Noticed, noteRisk, sightingNow } from './risk.ts';
import { endEverythingBut, endSession } from './sessions.ts';
import type { FamilyRow } from './tables/family.ts';
import type { SessionRow } from './tables/session.ts';

/** A use as it is judged. */
interface Judged {
  /** What is done about it; `grant` where it goes on. */
  act: 'grant' | 'step_up' | 'end_family' | 'end_everything';
  /** What is kept of it in the row where it goes on. */
  seen: Seen | null;
  /** What is kept although it does not: only what was told of it. */
  kept: Seen | null;
}

/** Judges a use by what its row was seen with before, and writes down what was noticed. */
function judge(
  user: UserRecord,
  moment: Moment,
  before: Seen | null,
  sinceRotation: number,
  about: { clientId?: string; sessionId: string; familyId?: string },
  now: number,
  sighting = sightingNow(user),
): Judged {
  if (!sighting) return { act: 'grant', seen: before, kept: before };
  if (!before) return { act: 'grant', seen: firstSeen(sighting, now), kept: null };
  const { maximumSpeed, answers, dryRun } = user.riskPolicy;
  const signals = useSignals(before, sighting, () => memoryOf(user, now), { now, maximumSpeed });
  const quick = moment === 'refresh' ? quickAfter(before, sinceRotation) : 0;
  if (isOutOfCadence(quick)) signals.push('refresh_cadence');
  const answer = answerTo(signals, moment, answers);
  const ends = !dryRun && (answer === 'end_family' || answer === 'end_everything');
  const told = answer === 'ignore' ? undefined : telling(before.told, signals, now);
  // An end is told whatever was told before it: it happens once, and a weaker answer to the same signals must not hide it.
  if (told || ends) noteRisk(user, moment, { signals, answer }, about, now);
  const refuses = answer === 'step_up' && !dryRun;
  const acts = ends || refuses;
  const noticed = told ? { ...before, told } : before;
  const kept = told && refuses ? refusedAt(noticed, sighting, now) : noticed;
  return {
    act: acts ? answer : 'grant',
    seen: seenAfter(kept, sighting, quick, now),
    kept,
  };
}

/**
 * Whether a refresh that the family rule allows goes on. A refusal changes nothing in the chain: its owner goes on
 * elsewhere, and whoever was refused signs in again. An end is written here.
 * @param fromServer the client's server calls, wherever its person is: nothing of it says anything of them
 * @param provesSession the request brought the session's cookie as well
 */
export function judgeRefresh(
  user: UserRecord,
  family: FamilyRow,
  { fromServer, provesSession }: { fromServer: boolean; provesSession: boolean },
  now: number,
):
  | { kind: 'granted'; seen: Seen | null; kept: Seen | null }
  | { kind: 'step_up_required' }
  | { kind: 'ended' } {
  const { familyId, sessionId, clientId, seen: before } = family;
  if (fromServer) return { kind: 'granted', seen: before, kept: before };
  const about = { clientId, sessionId, familyId };
  const { act, seen, kept } = judge(user, 'refresh', before, now - family.rotatedAt, about, now);
  switch (act) {
    case 'grant':
      return { kind: 'granted', seen, kept };
    case 'step_up':
      if (kept !== before) user.families.setSeen(familyId, kept);
      return { kind: 'step_up_required' };
    case 'end_family':
      // Whoever brings the session's cookie as well would have another chain at once.
      if (provesSession) endSession(user, sessionId, 'suspicious', now);
      user.families.end(familyId, 'suspicious', now);
      return { kind: 'ended' };
    case 'end_everything':
      endEverythingBut(user, null, 'suspicious', now);
      return { kind: 'ended' };
  }
}

/** What is unusual about a token that came back, beside that. The family has ended; the operator may want more to. */
export function answerReuse(user: UserRecord, family: FamilyRow, fromServer: boolean, now: number): Signal[] {
  const sighting = sightingNow(user);
  if (!sighting) return [];
  const { maximumSpeed, answers, dryRun } = user.riskPolicy;
  const others =
    fromServer || !family.seen
      ? []
      : useSignals(family.seen, sighting, () => memoryOf(user, now), { now, maximumSpeed });
  const noticed: Noticed = { signals: [...others, 'token_reuse'], answer: 'end_family' };
  noticed.answer = answerTo(noticed.signals, 'refresh', answers);
  if (noticed.answer === 'end_everything') {
    const { clientId, sessionId, familyId } = family;
    noteRisk(user, 'refresh', noticed, { clientId, sessionId, familyId }, now);
    if (!dryRun) endEverythingBut(user, null, 'suspicious', now);
  }
  return others;
}

export type UseAnswer =
  /** `seen`: what is kept of it when the use is written down. */
  { kind: 'granted'; seen: Seen | null } | { kind: 'step_up_required' } | { kind: 'ended' };

/** The same of a session that somebody holds: at the gate, and on the pages of the issuer. */
export function judgeSessionUse(user: UserRecord, session: SessionRow, now: number): UseAnswer {
  const { sessionId, seen: before } = session;
  const { act, seen, kept } = judge(user, 'gate', before, 0, { sessionId }, now);
  if (kept !== before && kept) user.sessions.setSeen(sessionId, kept);
  switch (act) {
    case 'grant':
      return { kind: 'granted', seen };
    case 'step_up':
      return { kind: 'step_up_required' };
    case 'end_family':
      endSession(user, sessionId, 'suspicious', now);
      return { kind: 'ended' };
    case 'end_everything':
      endEverythingBut(user, null, 'suspicious', now);
      return { kind: 'ended' };
  }
}

/**
 * The same of an access token, by the chain that it came of. What a server holds for its people has nothing to compare.
 */
export function judgeTokenUse(user: UserRecord, family: FamilyRow, now: number): UseAnswer {
  const { familyId, sessionId, clientId, seen: before } = family;
  if (!before) return { kind: 'granted', seen: null };
  const sighting = sightingNow(user);
  // An API that passes its caller's token on says nothing of a browser.
  const used = sighting && asBefore(before.sighting, sighting);
  const { act, kept } = judge(user, 'gate', before, 0, { clientId, sessionId, familyId }, now, used);
  if (kept !== before) user.families.setSeen(familyId, kept);
  switch (act) {
    case 'grant':
      return { kind: 'granted', seen: before };
    case 'step_up':
      return { kind: 'step_up_required' };
    case 'end_family':
      user.families.end(familyId, 'suspicious', now);
      return { kind: 'ended' };
    case 'end_everything':
      endEverythingBut(user, null, 'suspicious', now);
      return { kind: 'ended' };
  }
}
