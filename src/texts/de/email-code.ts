import type { Texts } from '../texts.ts';

export const emailCode: Texts['emailCode'] = {
  title: 'Code eingeben',
  heading: 'Sehen Sie in Ihre Mail',
  sent: 'Wir haben einen Code an {address} gesendet.',
  perhapsSent: 'Wenn es dafür ein Konto gibt, ist ein Code an {address} unterwegs.',
  code: 'Code',
  hint: 'Acht Ziffern, 10 Minuten gültig. Sehen Sie auch im Spam nach.',
  nothing: 'Nichts angekommen? {again}',
  again: 'Neuen Code anfordern',
  elsewhere: {
    title: 'Ihr Code',
    heading: 'Machen Sie dort weiter, wo Sie begonnen haben',
    lead: 'Sie haben diesen Code in einem anderen Browser oder auf einem anderen Gerät angefordert. Geben Sie ihn dort ein, und nirgends sonst:',
    warning: 'Niemand von {name} fragt Sie danach. Wer es tut, hat es auf Ihr Konto abgesehen.',
  },
  over: {
    title: 'Dieser Code gilt nicht mehr',
    lead: 'Er wurde benutzt, ist zu alt oder wurde zu oft falsch eingegeben.',
  },
  ask: {
    signIn: {
      title: 'Per E-Mail anmelden',
      lead: 'Wir senden einen Code an Ihre Adresse. Ein Passwort ist nicht nötig.',
    },
    reset: {
      title: 'Neues Passwort setzen',
      lead: 'Wir senden einen Code an Ihre Adresse. Damit wählen Sie ein neues Passwort.',
    },
    signUp: {
      title: 'Registrieren',
      lead: 'Wir senden einen Code an Ihre Adresse. Damit legen Sie Ihr Konto an.',
    },
    email: 'E-Mail-Adresse',
    submit: 'Code senden',
    back: 'Zurück zur Anmeldung',
  },
  newPassword: {
    title: 'Neues Passwort wählen',
    lead: 'Alle Geräte werden abgemeldet, und von da an melden Sie sich mit diesem Passwort an.',
    submit: 'Passwort setzen',
  },
  passwordReset: {
    title: 'Ihr neues Passwort ist gesetzt',
    lead: 'Alle Geräte wurden abgemeldet. Melden Sie sich mit Ihrem neuen Passwort an.',
  },
};
