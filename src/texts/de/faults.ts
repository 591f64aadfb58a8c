import type { Texts } from '../texts.ts';

export const faults: Texts['faults'] = {
  last_way_in: 'Das ist Ihr einziger Anmeldeweg: Richten Sie zuerst einen anderen ein.',
  locked: {
    one: 'Zu viele Versuche. Versuchen Sie es in {count} Minute wieder.',
    other: 'Zu viele Versuche. Versuchen Sie es in {count} Minuten wieder.',
  },
  challenge_failed: 'Das war nicht richtig, oder es hat zu lange gedauert. Versuchen Sie es noch einmal.',
  password_mismatch: 'Diese E-Mail-Adresse und dieses Passwort passen nicht zusammen.',
  present_password_wrong: 'Das ist nicht Ihr bisheriges Passwort.',
  password_too_short: {
    one: 'Verwenden Sie mindestens {count} Zeichen. Einige Wörter zusammen sind eine gute Wahl.',
    other: 'Verwenden Sie mindestens {count} Zeichen. Einige Wörter zusammen sind eine gute Wahl.',
  },
  password_too_long: { other: 'Verwenden Sie höchstens {count} Zeichen.' },
  totp_wrong: 'Dieser Code stimmt nicht. Geben Sie den ein, den die App jetzt zeigt.',
  totp_used: 'Dieser Code wurde schon benutzt. Warten Sie auf den nächsten.',
  recovery_code_wrong: 'Das ist keiner Ihrer Wiederherstellungscodes, oder er wurde schon benutzt.',
  setup_expired: 'Das hat zu lange gedauert. Scannen Sie das neue Bild.',
  password_pattern:
    'Das wiederholt sich oder folgt dem Alphabet oder der Tastatur. Nehmen Sie stattdessen einige Wörter.',
  password_of_context:
    'Das ist vor allem Ihr Name, Ihre Adresse oder der Name dieses Dienstes. Nehmen Sie einige andere Wörter.',
  password_common:
    'Das ist unter den Passwörtern, die zuerst geraten werden. Nehmen Sie eines, das niemand sonst hat.',
  code_malformed: 'Geben Sie die acht Ziffern des Codes ein.',
  code_wrong: 'Das ist nicht der Code, den wir zuletzt gesendet haben.',
  passwords_off: 'Hier meldet sich niemand mit einem Passwort an.',
  passkey_not_for_us:
    'Die Antwort Ihres Browsers ist hier nicht brauchbar. Versuchen Sie es noch einmal; bleibt es dabei, sagen Sie es dem Betreiber dieses Dienstes.',
  passkey_too_late:
    'Das hat zu lange gedauert, oder diese Seite wurde schon einmal benutzt. Versuchen Sie es noch einmal.',
  passkey_unverified:
    'Ihr Gerät hat nicht geprüft, dass Sie es sind: Richten Sie PIN, Fingerabdruck oder Gesichtserkennung ein, und versuchen Sie es noch einmal.',
  passkey_unknown: 'Dieser Passkey ist hier nicht bekannt. Vielleicht wurde er aus Ihrem Konto entfernt.',
  passkey_counter:
    'Dieser Passkey wurde abgelehnt: Vielleicht ist eine Kopie davon in anderen Händen. Wenn Sie sich auf andere Weise anmelden können, tun Sie das, und entfernen Sie diesen Passkey.',
  passkey_unsupported: 'Ihr Gerät erstellt Passkeys einer Art, die hier nicht angenommen wird.',
  passkey_exists: 'Dieser Passkey ist schon in Ihrem Konto.',
  passkey_last_way_in:
    'Nur so können Sie sich anmelden: Fügen Sie eine andere Möglichkeit hinzu, bevor Sie ihn entfernen.',
  passkeys_too_many: {
    one: 'Sie haben {count} Passkey, und mehr passen nicht hinein: Entfernen Sie ihn zuerst.',
    other: 'Sie haben {count} Passkeys, und mehr passen nicht hinein: Entfernen Sie zuerst einen.',
  },
  sign_up_expired: 'Das hat zu lange gedauert. Füllen Sie das Formular noch einmal aus.',
  name_missing: 'Geben Sie Ihren Namen ein.',
  name_too_long: { other: 'Verwenden Sie höchstens {count} Zeichen für Ihren Namen.' },
  email_malformed: 'Geben Sie eine einzelne E-Mail-Adresse ein, wie sie@example.com.',
  email_same: 'Diese Adresse hat Ihr Konto schon.',
  email_taken: 'Mit dieser E-Mail-Adresse gibt es schon ein Konto. Melden Sie sich stattdessen an.',
  email_not_invited: 'Die Einladung gilt für eine andere Adresse.',
  email_domain_closed: 'Konten gibt es nur für Adressen bei anderen Domains.',
  user_code_malformed: 'Geben Sie die acht Buchstaben ein, die Ihr Gerät zeigt.',
  user_code_unknown:
    'Unter diesem Code wartet kein Gerät. Vergleichen Sie die Buchstaben; stimmen sie, ist der Code abgelaufen oder verbraucht: Lassen Sie sich von Ihrem Gerät einen neuen zeigen.',
  too_long: { other: 'Verwenden Sie höchstens {count} Zeichen.' },
  email_not_own: 'Das ist nicht die E-Mail-Adresse dieses Kontos.',
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
