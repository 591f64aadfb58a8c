import type { Texts } from '../texts.ts';

export const faults: Texts['faults'] = {
  locked: {
    one: 'Zu viele Versuche. Versuchen Sie es in {count} Minute wieder.',
    other: 'Zu viele Versuche. Versuchen Sie es in {count} Minuten wieder.',
  },
  password_mismatch: 'Diese E-Mail-Adresse und dieses Passwort passen nicht zusammen.',
  present_password_wrong: 'Das ist nicht Ihr bisheriges Passwort.',
  password_too_short: {
    one: 'Verwenden Sie mindestens {count} Zeichen. Einige Wörter zusammen sind eine gute Wahl.',
    other: 'Verwenden Sie mindestens {count} Zeichen. Einige Wörter zusammen sind eine gute Wahl.',
  },
  password_too_long: { other: 'Verwenden Sie höchstens {count} Zeichen.' },
  name_missing: 'Geben Sie Ihren Namen ein.',
  name_too_long: { other: 'Verwenden Sie höchstens {count} Zeichen für Ihren Namen.' },
  email_malformed: 'Geben Sie eine einzelne E-Mail-Adresse ein, wie sie@example.com.',
  email_taken: 'Mit dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich stattdessen an.',
  user_code_malformed: 'Geben Sie die acht Buchstaben ein, die Ihr Gerät zeigt.',
  user_code_unknown:
    'Unter diesem Code wartet kein Gerät. Vergleichen Sie die Buchstaben; stimmen sie, ist der Code abgelaufen oder verbraucht: Lassen Sie sich von Ihrem Gerät einen neuen zeigen.',
  too_long: { other: 'Verwenden Sie höchstens {count} Zeichen.' },
  empty: 'Das darf nicht leer sein.',
  not_text: 'Das muss Text sein.',
  not_shown: 'Das enthält Zeichen, die sich nicht anzeigen lassen.',
  not_known: 'Das ist hier nicht bekannt.',
  not_boolean: 'Das muss wahr oder falsch sein.',
  web_address_malformed: 'Geben Sie eine Webadresse ein, wie https://example.com.',
  phone_number_malformed: 'Geben Sie die Nummer mit + und Landesvorwahl ein, wie +49 30 901820.',
  birthdate_malformed: 'Geben Sie ein Datum als Jahr-Monat-Tag ein, wie 1990-12-31.',
  zoneinfo_unknown: 'Geben Sie eine Zeitzone ein, wie Europe/Berlin.',
  locale_malformed: 'Geben Sie eine Sprache ein, wie de oder fr-CA.',
  groups_malformed: 'Das muss eine Liste von Namen sein.',
  groups_too_many: {
    one: 'Verwenden Sie höchstens {count} Gruppe.',
    other: 'Verwenden Sie höchstens {count} Gruppen.',
  },
  groups_too_large:
    'Zusammen sind sie länger, als ein Token fasst: Verwenden Sie weniger oder kürzere Namen.',
};
