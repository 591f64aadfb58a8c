import { lockStep } from '../core/risk/lock.ts';
import { learn, nothingRemembered } from '../core/risk/memory.ts';
import { answerTo } from '../core/risk/policy.ts';
import type { Sighting } from '../core/risk/sighting.ts';
import { signInSignals } from '../core/risk/sign-in.ts';
import { telling } from '../core/risk/use.ts';
import type { UserRecord } from './record.ts';
import { memoryOf, type Noticed, noteRisk, sightingNow } from './risk.ts';
import type { RiskMemoryRow } from './tables/risk-memory.ts';
import type { SecondFactorPolicy } from './types.ts';

/** How a sign-in came, beside its factors. */
export interface Way {
  /** Whether nobody of this account had signed in in this browser before. */
  isNewDevice: boolean;
  /** Wrong passwords at the same door before the right one. */
  failures: number;
  /** Whether the address that it comes from has failed at many accounts lately. */
  credentialStuffing: boolean;
}

/** A sign-in as it is judged. Undefined where nothing is noticed: then nothing is learned either. */
export interface SignInRisk extends Noticed {
  sighting: Sighting;
}

const storedOf = (user: UserRecord): RiskMemoryRow =>
  user.riskMemory.get() ?? { memory: nothingRemembered, lock: null, told: [] };

function store(user: UserRecord, row: RiskMemoryRow, now: number): void {
  user.riskMemory.set(row, now + user.riskPolicy.rememberedFor);
}

/** What is unusual about it, and what is to be done. */
export function judgeSignIn(
  user: UserRecord,
  { isNewDevice, failures, credentialStuffing }: Way,
  now: number,
): SignInRisk | undefined {
  const sighting = sightingNow(user);
  if (!sighting) return undefined;
  const { maximumSpeed, answers } = user.riskPolicy;
  const signals = signInSignals({
    sighting,
    memory: memoryOf(user, now),
    now,
    knownBrowser: !isNewDevice,
    failures,
    stuffing: credentialStuffing,
    maximumSpeed,
  });
  return { sighting, signals, answer: answerTo(signals, 'sign_in', answers) };
}

/**
 * Writes it down, unless the same was within the hour: whoever tries again and again fills nothing.
 * @returns whether the person is told by mail
 */
function tell(user: UserRecord, noticed: Noticed, sessionId: string | undefined, now: number): boolean {
  if (noticed.answer === 'ignore') return false;
  const stored = storedOf(user);
  const told = telling(stored.told, noticed.signals, now);
  if (!told) return false;
  store(user, { ...stored, told }, now);
  noteRisk(user, 'sign_in', noticed, sessionId === undefined ? {} : { sessionId }, now);
  return noticed.answer !== 'note' && !user.riskPolicy.dryRun;
}

/** Of RFC 8176: a key proved itself, which nobody gets by asking for it. */
const isByKey = (amr: readonly string[]): boolean => ['hwk', 'swk', 'pop'].some((key) => amr.includes(key));

/**
 * What is done about it before anything is opened: `seconds` to wait, or what the second factor must be like. A browser in
 * which the person signed in before, and a passkey, never wait: a stranger locks nobody out of their own.
 */
export function answerSignIn(
  user: UserRecord,
  risk: SignInRisk | undefined,
  { isNewDevice }: Way,
  amr: readonly string[],
  policy: SecondFactorPolicy,
  now: number,
): { kind: 'waits'; seconds: number } | { kind: 'goes_on'; policy: SecondFactorPolicy; stepsUp: boolean } {
  const asIs = { kind: 'goes_on', policy, stepsUp: false } as const;
  if (!risk || user.riskPolicy.dryRun) return asIs;
  if (risk.answer === 'lock' && isNewDevice && !isByKey(amr)) {
    const stored = storedOf(user);
    const step = lockStep(stored.lock, now);
    if (step.kind === 'waits') {
      if (step.lock !== stored.lock) store(user, { ...stored, lock: step.lock }, now);
      tell(user, risk, undefined, now);
      return { kind: 'waits', seconds: Math.ceil((step.lock.until - now) / 1000) };
    }
  }
  if (risk.answer !== 'step_up' && risk.answer !== 'lock') return asIs;
  // Whoever has a second factor is asked for it, although they would not be, or trust this browser.
  const rule = policy.rule === 'optional' ? 'preferred' : policy.rule;
  return { kind: 'goes_on', policy: { ...policy, rule, trustedDevice: undefined }, stepsUp: true };
}

/** A second factor is asked for, and is not there yet. */
export function noteStepUp(user: UserRecord, risk: SignInRisk, now: number): void {
  tell(user, { ...risk, answer: 'step_up' }, undefined, now);
}

/**
 * The sign-in is complete: writes down what was noticed, and learns. Whoever has no second factor is told instead of asked.
 * @returns whether the person is told by mail
 */
export function concludeSignIn(
  user: UserRecord,
  risk: SignInRisk | undefined,
  sessionId: string,
  amr: readonly string[],
  now: number,
): boolean {
  if (!risk) return false;
  const { dryRun, rememberedFor } = user.riskPolicy;
  const { signals, answer } = risk;
  const wouldAsk = answer === 'step_up' || answer === 'lock';
  const done = !dryRun && wouldAsk ? (amr.includes('mfa') ? 'note' : 'notify') : answer;
  const warned = tell(user, { signals, answer: done }, sessionId, now);
  const stored = storedOf(user);
  store(user, { ...stored, memory: learn(stored.memory, risk.sighting, now, rememberedFor) }, now);
  return warned;
}
