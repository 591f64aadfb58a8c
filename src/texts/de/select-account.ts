import type { Texts } from '../texts.ts';

export const selectAccount: Texts['selectAccount'] = {
  title: 'Konto auswählen',
  signedInAs: 'Sie sind als {person} angemeldet ({email}).',
  continueAs: 'Weiter als {person}',
  useOther: 'Anderes Konto verwenden',
};
