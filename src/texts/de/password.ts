import type { Texts } from '../texts.ts';

export const password: Texts['password'] = {
  title: 'Passwort ändern',
  firstTitle: 'Passwort setzen',
  lead: 'Hier bleiben Sie angemeldet; auf allen anderen Geräten werden Sie abgemeldet.',
  current: 'Bisheriges Passwort',
  new: 'Neues Passwort',
  newHint: {
    one: 'Mindestens {count} beliebiges Zeichen. Einige Wörter zusammen sind eine gute Wahl.',
    other: 'Mindestens {count} beliebige Zeichen. Einige Wörter zusammen sind eine gute Wahl.',
  },
  strength: {
    short: 'Noch zu kurz. Weiter so.',
    weak: 'Lang genug, aber leicht zu erraten: Es wiederholt sich oder folgt dem Alphabet.',
    fair: 'Schwer zu erraten.',
    strong: 'Sehr schwer zu erraten.',
  },
  submit: 'Passwort ändern',
  firstSubmit: 'Passwort setzen',
};
