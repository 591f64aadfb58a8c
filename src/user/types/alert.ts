/** Whether a warning can be answered: `gone` where there is no account any more. */
export type AlertState = 'open' | 'answered' | 'gone';

/** `answered`: it was before, and nothing was ended now. */
export type AlertAnswer = 'ended' | 'answered' | 'gone';
