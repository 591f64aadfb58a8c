/** What may be noticed, by the names of the configuration and of the audit trail. */
export const signals = [
  'new_device',
  'new_country',
  'new_network',
  'impossible_travel',
  'browser_changed',
  'unusual_hour',
  'failures_before_success',
  'token_reuse',
  'refresh_cadence',
  'credential_stuffing',
] as const;

export type Signal = (typeof signals)[number];

export const isSignal = (name: string): name is Signal => (signals as readonly string[]).includes(name);

/** When it is looked for. */
export const moments = ['sign_in', 'refresh', 'gate'] as const;

export type Moment = (typeof moments)[number];

/** What can be noticed at each. */
export const signalsAt: Readonly<Record<Moment, readonly Signal[]>> = {
  sign_in: [
    'new_device',
    'new_country',
    'new_network',
    'impossible_travel',
    'unusual_hour',
    'failures_before_success',
    'credential_stuffing',
  ],
  refresh: [
    'new_country',
    'new_network',
    'impossible_travel',
    'browser_changed',
    'token_reuse',
    'refresh_cadence',
  ],
  gate: ['new_country', 'new_network', 'impossible_travel', 'browser_changed'],
};
