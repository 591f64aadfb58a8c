import type { Texts } from '../texts.ts';

export const providers: Texts['providers'] = {
  or: 'Oder',
  continueWith: 'Weiter mit {provider}',
  onTo: 'Weiter zu {provider}',
  onToLead: 'Sie melden sich dort an und kommen hierher zurück.',
  onToLink: 'Weiter',
  signUpTitle: 'Registrieren',
  signUpHeading: 'Konto anlegen',
  signUpLead: 'Sie werden sich mit {provider} anmelden.',
  name: 'Name',
  email: 'E-Mail-Adresse',
  signUpSubmit: 'Konto anlegen',
  haveAccount: 'Schon ein Konto? {signIn}; {provider} verbinden Sie dann in Ihrem Konto.',
  signIn: 'Anmelden',
  emailKnownTitle: 'Sie haben schon ein Konto',
  emailKnownLead:
    'Zu {email} gibt es hier ein Konto, und es ist noch nicht mit {provider} verbunden. Melden Sie sich an wie sonst auch; danach können Sie beides verbinden.',
  connectTitle: '{provider} verbinden?',
  connectLead:
    'Wer sich mit diesem Konto bei {provider} anmeldet, kann sich dann in Ihrem Konto {account} anmelden. Verbinden Sie es nur, wenn es Ihres ist.',
  connectLeadWithEmail:
    'Wer sich mit diesem Konto bei {provider}, {email}, anmeldet, kann sich dann in Ihrem Konto {account} anmelden. Verbinden Sie es nur, wenn es Ihres ist.',
  connect: 'Verbinden',
  notNow: 'Nicht jetzt',
  title: 'Weitere Anmeldewege',
  count: { one: '{count} Dienst', other: '{count} Dienste' },
  connected: 'Verbunden',
  noneConnected: 'Sie melden sich mit keinem anderen Dienst an.',
  lastUsed: 'Zuletzt verwendet {time}',
  connectedSince: 'Verbunden {time}',
  disconnect: 'Trennen',
  connectAnother: 'Weiteren Dienst verbinden',
  connectThis: '{provider} verbinden',
  back: 'Zurück zu Ihrem Konto',
};
