import type { Texts } from '../texts.ts';

export const signUp: Texts['signUp'] = {
  title: 'Registrieren',
  heading: 'Konto anlegen',
  name: 'Name',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  passwordHint: {
    one: 'Mindestens {count} beliebiges Zeichen. Einige Wörter, die nur Sie so zusammenstellen würden, sind leicht zu merken und schwer zu erraten.',
    other:
      'Mindestens {count} beliebige Zeichen. Einige Wörter, die nur Sie so zusammenstellen würden, sind leicht zu merken und schwer zu erraten.',
  },
  submit: 'Konto anlegen',
  withPasskey: 'Mit einem Passkey weiter',
  haveAccount: 'Schon ein Konto? {signIn}',
  signIn: 'Anmelden',
};
