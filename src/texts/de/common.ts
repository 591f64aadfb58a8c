import type { Texts } from '../texts.ts';

export const common: Texts['common'] = {
  title: '{title} · {name}',
  titleWithError: 'Fehler: {title}',
  cancel: 'Abbrechen',
  continue: 'Weiter',
  allow: 'Erlauben',
  yourAccount: 'Ihr Konto',
  toContinueTo: 'weiter zu {client}',
  privacy: 'Datenschutz',
  terms: 'Nutzungsbedingungen',
  support: 'Hilfe',
  anApp: 'Eine App',
  device: '{browser} unter {system}',
  unknownDevice: 'Unbekanntes Gerät',
};
