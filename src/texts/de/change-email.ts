import type { Texts } from '../texts.ts';

export const changeEmail: Texts['changeEmail'] = {
  title: 'E-Mail-Adresse ändern',
  present: 'Ihre Adresse ist {address}.',
  unverified: 'Noch hat sie niemand bestätigt.',
  lead: 'Wir senden einen Code an beide Adressen, an die bisherige und an die neue. Bevor Sie nicht beide eingegeben haben, ändert sich nichts.',
  pending: 'Sie wollten sie in {address} ändern. {goOn}',
  goOn: 'Codes eingeben',
  new: 'Neue E-Mail-Adresse',
  submit: 'Codes senden',
  codesTitle: 'Beide Codes eingeben',
  codesLead:
    'An jede der beiden Adressen ist ein Code unterwegs. Wenn einer nicht kommt, sehen Sie auch im Spam nach.',
  fromCode: 'Code, der an Ihre bisherige Adresse ging',
  toCode: 'Code, der an Ihre neue Adresse ging',
  sentTo: 'Gesendet an {address}',
  proved: 'Bestätigt: {address}',
  change: 'Adresse ändern',
  again: 'Von vorn beginnen',
  takenTitle: 'Diese Adresse kann nicht Ihre werden',
  taken:
    'Ein anderes Konto hat sie oder bekommt sie gerade. Ihr Konto behält die Adresse, die es hat. Versuchen Sie es in ein paar Minuten noch einmal, oder nehmen Sie eine andere.',
  busyTitle: 'Noch nicht',
  busy: 'Die letzte Änderung Ihrer Adresse ist noch nicht abgeschlossen. Versuchen Sie es in ein paar Minuten noch einmal.',
  back: 'Zurück zu Ihrem Konto',
};
