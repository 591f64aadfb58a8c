import type { Texts } from '../texts.ts';

export const signIn: Texts['signIn'] = {
  title: 'Anmelden',
  ended: 'Ihre Anmeldung hier ist beendet. {cause}',
  email: 'E-Mail-Adresse',
  password: 'Passwort',
  submit: 'Anmelden',
  emailCode: 'Code per E-Mail senden',
  forgotPassword: 'Passwort vergessen?',
  noAccountYet: 'Noch kein Konto? {signUp}',
  signUp: 'Registrieren',
};
