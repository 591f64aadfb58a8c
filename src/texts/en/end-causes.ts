/**
 * Why a session or an app's access ended, for the person whose it was. Each completes "it ended, because": one plain
 * sentence that is true of a session and of an app's access alike.
 */
export const endCauses = {
  sign_out: 'You signed out.',
  sign_out_everywhere: 'You signed out of several devices at once.',
  replaced: 'Somebody else signed in in the same browser.',
  password_change: 'The password of the account was changed.',
  address_proved:
    'The owner of the email address showed that it is theirs, which ended what had been there before.',
  account_disabled: 'An administrator disabled the account.',
  administrator: 'An administrator ended it.',
  session_ended: 'The sign-in that it belonged to ended.',
  idle_expiry: 'It was not used for a long time.',
  absolute_expiry: 'It reached the longest time that a sign-in may last.',
  consent_revoked: 'You took back what you had allowed the app.',
  superseded: 'The app was signed in to anew in the same browser.',
  reported_by_person: 'You told us, by the link in a mail of ours, that something was not you.',
  revoked_by_client: 'The app gave up its access by itself.',
  reuse:
    'A token that had already been replaced was used again. Somebody may have copied it, so we ended its access at once.',
  code_reuse:
    'A sign-in code that works only once was used twice. Somebody may have intercepted it, so we ended its access at once.',
  token_mismatch:
    'A token did not match our records: they may have been restored from a backup, or the token may be forged. To be safe we ended its access.',
  suspicious:
    'It was suddenly used from another place and with another browser. Somebody may have copied it, so we ended its access at once.',
} as const;
