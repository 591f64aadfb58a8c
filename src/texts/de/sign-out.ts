import type { Texts } from '../texts.ts';

export const signOut: Texts['signOut'] = {
  title: 'Abmelden',
  heading: 'Abmelden?',
  headingEverywhere: 'Überall abmelden?',
  asked: '{client} möchte Sie auf diesem Gerät bei {name} abmelden.',
  askedEverywhere: '{client} möchte Sie auf allen Geräten bei {name} abmelden.',
  here: 'Sie werden auf diesem Gerät bei {name} abgemeldet.',
  everywhere: 'Sie werden auf allen Geräten bei {name} abgemeldet.',
  appsToo: 'Auch die Apps, die Sie mit dieser Anmeldung geöffnet haben, verlieren ihren Zugriff.',
  appsTooEverywhere: 'Alle Apps verlieren ihren Zugriff.',
  submit: 'Abmelden',
  submitEverywhere: 'Überall abmelden',
  signedOutTitle: 'Abgemeldet',
  signedOut: 'Sie sind abgemeldet',
  over: 'Ihre Anmeldung auf diesem Gerät ist beendet, und mit ihr der Zugriff aller Apps, die sie geöffnet hatte.',
  overAtHost: 'Ihre Anmeldung bei {host} auf diesem Gerät ist beendet.',
  goOn: 'Weiter zu {client}',
  signInAgain: 'Wieder anmelden',
  frame: 'Abmeldung einer App',
};
