/** What was noticed of a use of the account, and what was done about it, by the names of the audit trail. */
export const risk = {
  signals: {
    new_device: 'a browser in which you had not signed in before',
    new_country: 'a country where you had not been before',
    new_network: 'a network that you had not used before',
    impossible_travel: 'a place too far from the one before to travel to in that time',
    browser_changed: 'another browser than the one it was given to',
    unusual_hour: 'an hour at which you never sign in',
    failures_before_success: 'many wrong passwords before the right one',
    token_reuse: 'a token that had been replaced already',
    refresh_cadence: 'far more requests than an app makes',
    credential_stuffing: 'an address that tries the passwords of many accounts',
  },
  /** What was done. */
  answers: {
    notify: 'It went on: we only want you to know.',
    step_up: 'It did not go on: a new proof was asked for, such as a code of your authenticator app.',
    end_family: 'We ended what it was used with.',
    end_everything: 'We signed you out everywhere.',
    lock: 'It did not go on, and has to wait before it is tried again.',
  },
} as const;
