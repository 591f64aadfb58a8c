import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Answers,
  answers,
  answersAt,
  answerTo,
  defaultAnswers,
  ruleName,
} from '../../../src/core/risk/policy.ts';
import { moments, type Signal, signals, signalsAt } from '../../../src/core/risk/signal.ts';

const found = fc.subarray([...signals]);
const moment = fc.constantFrom(...moments);

describe('the policy', () => {
  it('answers with the strongest of all that match', () => {
    const overrides: Answers = { new_country: { sign_in: 'notify' }, unusual_hour: { sign_in: 'step_up' } };
    expect(answerTo(['new_country'], 'sign_in', overrides)).toBe('notify');
    expect(answerTo(['unusual_hour', 'new_country'], 'sign_in', overrides)).toBe('step_up');
    expect(answerTo([], 'sign_in', overrides)).toBe('ignore');
  });

  it('takes the operator’s word in the place of a default, at that moment alone', () => {
    const overrides: Answers = { 'impossible_travel+browser_changed': { refresh: 'ignore' } };
    const both: Signal[] = ['browser_changed', 'impossible_travel'];
    expect(answerTo(both, 'refresh', {})).toBe('end_family');
    expect(answerTo(both, 'refresh', overrides)).toBe('note');
    expect(answerTo(both, 'gate', overrides)).toBe('step_up');
  });

  it('has rules for what can be noticed, by the one name of a set, with answers that make sense there', () => {
    for (const [name, rule] of Object.entries(defaultAnswers)) {
      const set = signals.filter((signal) => name.split('+').includes(signal));
      expect(ruleName([...set].reverse())).toBe(name);
      for (const [when, answer] of Object.entries(rule)) {
        const at = moments.find((one) => one === when);
        if (!at) throw new Error(when);
        expect(answersAt[at]).toContain(answer);
        for (const signal of set) expect(signalsAt[at]).toContain(signal);
      }
    }
  });

  it('never answers weaker for noticing more', () => {
    fc.assert(
      fc.property(found, found, moment, (some, more, at) => {
        const strength = (set: Signal[]) => answers.indexOf(answerTo(set, at, {}));
        expect(strength([...new Set([...some, ...more])])).toBeGreaterThanOrEqual(strength(some));
      }),
    );
  });

  it.each(signals.filter((signal) => signal !== 'token_reuse' && signal !== 'credential_stuffing'))(
    'bothers nobody about %s alone',
    (signal) => {
      for (const at of moments) expect(['ignore', 'note']).toContain(answerTo([signal], at, {}));
    },
  );
});
