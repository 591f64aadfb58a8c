import type { Texts } from '../texts.ts';

export const endCauses: Texts['endCauses'] = {
  sign_out: 'Sie haben sich abgemeldet.',
  sign_out_everywhere: 'Sie haben sich auf mehreren Geräten zugleich abgemeldet.',
  replaced: 'Jemand anderes hat sich im selben Browser angemeldet.',
  password_change: 'Das Passwort des Kontos wurde geändert.',
  account_disabled: 'Die Administration hat das Konto gesperrt.',
  administrator: 'Die Administration hat den Zugriff beendet.',
  session_ended: 'Die zugehörige Anmeldung endete.',
  idle_expiry: 'Der Zugriff wurde lange nicht benutzt.',
  absolute_expiry: 'Die längste Dauer einer Anmeldung war erreicht.',
  consent_revoked: 'Sie haben zurückgenommen, was Sie der App erlaubt hatten.',
  superseded: 'Die App wurde im selben Browser neu angemeldet.',
  reported_by_person:
    'Sie haben uns über den Link in einer unserer Mails gesagt, dass etwas nicht von Ihnen war.',
  revoked_by_client: 'Die App hat ihren Zugriff von sich aus aufgegeben.',
  address_proved: 'Wem die E-Mail-Adresse gehört, hat das gezeigt; damit endete, was vorher da war.',
  reuse:
    'Ein bereits ersetztes Token wurde noch einmal benutzt. Vielleicht hat es jemand kopiert, deshalb haben wir den Zugriff sofort beendet.',
  code_reuse:
    'Ein Anmeldecode, der nur einmal gilt, wurde zweimal benutzt. Vielleicht hat ihn jemand abgefangen, deshalb haben wir den Zugriff sofort beendet.',
  token_mismatch:
    'Ein Token passte nicht zu unseren Aufzeichnungen: Vielleicht stammen sie aus einer Sicherung, vielleicht ist das Token gefälscht. Sicherheitshalber haben wir den Zugriff beendet.',
  suspicious:
    'Der Zugriff kam plötzlich von einem anderen Ort und mit einem anderen Browser. Vielleicht hat ihn jemand kopiert, deshalb haben wir ihn sofort beendet.',
};
