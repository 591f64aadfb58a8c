import { signals as allSignals, type Moment, type Signal } from './signal.ts';

// Which signals are answered how, and when. A rule names one signal or several that must come together; of all that
// match, the strongest answer counts.

/** Those that the person is told of. */
export const toldAnswers = ['notify', 'step_up', 'end_family', 'end_everything', 'lock'] as const;

export type ToldAnswer = (typeof toldAnswers)[number];

/**
 * From the weakest. `ignore`: nothing is written down. `note`: in the audit trail alone. `notify`: the person is told as
 * well. `step_up`: a second factor, or a new sign-in. `end_family`: what was used ends. `end_everything`: all of the
 * person's does. `lock`: the sign-in waits.
 */
export const answers = ['ignore', 'note', ...toldAnswers] as const;

export type Answer = (typeof answers)[number];

/** What makes sense at each moment: a sign-in has nothing to end yet, and a use cannot be made to wait. */
export const answersAt = {
  sign_in: ['ignore', 'note', 'notify', 'step_up', 'lock'],
  refresh: ['ignore', 'note', 'notify', 'step_up', 'end_family', 'end_everything'],
  gate: ['ignore', 'note', 'notify', 'step_up', 'end_family', 'end_everything'],
} as const satisfies Record<Moment, readonly Answer[]>;

/** By one signal, or several joined by `+` in the order of `signals`. */
export type Answers = Readonly<Record<string, Readonly<Partial<Record<Moment, Answer>>>>>;

/**
 * What is done where the operator says nothing. One signal alone is weak: people travel, change phones, and use networks
 * that come to the surface in other countries. What they hardly do is to change browser and continent at once with the
 * same token.
 */
export const defaultAnswers: Answers = {
  // A sign-in in a new browser is an event of its own; every café is a new network.
  new_device: { sign_in: 'ignore' },
  new_network: { sign_in: 'ignore', refresh: 'ignore', gate: 'ignore' },
  new_country: { sign_in: 'note', refresh: 'note', gate: 'note' },
  // A VPN that is switched on does the same.
  impossible_travel: { sign_in: 'note', refresh: 'note', gate: 'note' },
  // A page in the desktop's form on a tablet, an extension that says something else each day.
  browser_changed: { refresh: 'note', gate: 'note' },
  unusual_hour: { sign_in: 'note' },
  failures_before_success: { sign_in: 'note' },
  credential_stuffing: { sign_in: 'step_up' },
  // The family rule has ended it already, whatever stands here.
  token_reuse: { refresh: 'end_family' },
  refresh_cadence: { refresh: 'note' },
  'new_device+new_country': { sign_in: 'notify' },
  'new_device+impossible_travel': { sign_in: 'step_up' },
  'new_device+failures_before_success': { sign_in: 'notify' },
  'new_country+failures_before_success': { sign_in: 'step_up' },
  'new_device+new_country+credential_stuffing': { sign_in: 'lock' },
  'new_network+browser_changed': { refresh: 'step_up', gate: 'step_up' },
  'new_country+browser_changed': { refresh: 'step_up', gate: 'step_up' },
  'impossible_travel+browser_changed': { refresh: 'end_family', gate: 'step_up' },
};

/** The one way to write a set of signals. */
export const ruleName = (set: readonly Signal[]): string =>
  allSignals.filter((signal) => set.includes(signal)).join('+');

const strongest = (one: Answer, other: Answer): Answer =>
  answers.indexOf(one) < answers.indexOf(other) ? other : one;

/** @param overrides the operator's, by `ruleName`; each takes the place of the default for the same set and moment */
export function answerTo(found: readonly Signal[], moment: Moment, overrides: Answers): Answer {
  const names: readonly string[] = found;
  let answer: Answer = 'ignore';
  for (const rule of new Set([...Object.keys(defaultAnswers), ...Object.keys(overrides)])) {
    if (!rule.split('+').every((signal) => names.includes(signal))) continue;
    answer = strongest(answer, overrides[rule]?.[moment] ?? defaultAnswers[rule]?.[moment] ?? 'ignore');
  }
  return answer;
}
