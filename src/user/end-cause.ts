import type { EndCause } from './types.ts';

export interface EndCauseText {
  /** Completes "it ended, because": one plain sentence that is true of a session and of an app's access alike. */
  sentence: string;
  /** Whether somebody else may have had a hand in it. */
  suspicious: boolean;
}

/** Why a session or an app's access ended, in words for the person whose it was. */
export const endCauses: Readonly<Record<EndCause, EndCauseText>> = {
  sign_out: { sentence: 'You signed out.', suspicious: false },
  sign_out_everywhere: { sentence: 'You signed out of several devices at once.', suspicious: false },
  replaced: { sentence: 'Somebody else signed in in the same browser.', suspicious: false },
  password_change: { sentence: 'The password of the account was changed.', suspicious: false },
  account_disabled: { sentence: 'An administrator disabled the account.', suspicious: false },
  administrator: { sentence: 'An administrator ended it.', suspicious: false },
  session_ended: { sentence: 'The sign-in that it belonged to ended.', suspicious: false },
  idle_expiry: { sentence: 'It was not used for a long time.', suspicious: false },
  absolute_expiry: {
    sentence: 'It reached the longest time that a sign-in may last.',
    suspicious: false,
  },
  consent_revoked: { sentence: 'You took back what you had allowed the app.', suspicious: false },
  superseded: { sentence: 'The app was signed in to anew in the same browser.', suspicious: false },
  revoked_by_client: { sentence: 'The app gave up its access by itself.', suspicious: false },
  reuse: {
    sentence:
      'A token that had already been replaced was used again. Somebody may have copied it, so we ended its access at once.',
    suspicious: true,
  },
  code_reuse: {
    sentence:
      'A sign-in code that works only once was used twice. Somebody may have intercepted it, so we ended its access at once.',
    suspicious: true,
  },
  token_mismatch: {
    sentence:
      'A token did not match our records: they may have been restored from a backup, or the token may be forged. To be safe we ended its access.',
    suspicious: true,
  },
};
