import type { Texts } from '../texts.ts';

export const account: Texts['account'] = {
  title: 'Ihr Konto',
  editProfile: 'Profil bearbeiten',
  changePassword: 'Passwort ändern',
  secondFactor: 'Authenticator-App',
  passkeys: 'Ihre Passkeys',
  sessions: 'Wo Sie angemeldet sind',
  thisDevice: 'Dieses Gerät',
  lastUsed: 'Zuletzt benutzt: {time}',
  signedIn: 'Angemeldet: {time}',
  apps: 'Apps: {apps}',
  signOut: 'Abmelden',
  signOutThis: '{device}, dieses Gerät',
  offline:
    'Diese Apps behalten ihren Zugriff, während Sie nicht da sind: {apps}. Überall abzumelden beendet ihn.',
  signOutOthers: 'Überall sonst abmelden',
  signOutEverywhere: 'Überall abmelden',
  consents: 'Was Sie Apps erlaubt haben',
  noConsents:
    'Noch musste keine App Sie fragen. Wenn eine fragt und Sie es erlauben, erscheint es hier, und Sie können es zurücknehmen.',
  since: 'Seit {time}',
  takeBack: 'Zurücknehmen',
  takeBackWhat: 'was {client} darf',
  ended: 'Warum wurde ich abgemeldet?',
  noneEnded:
    'Noch ist nichts beendet worden. Wenn eine Anmeldung oder der Zugriff einer App endet, steht hier der Grund.',
  appEnded: '{client} hat den Zugriff verloren',
  sessionEnded: '{device} wurde abgemeldet',
  security: 'Sicherheit',
};
