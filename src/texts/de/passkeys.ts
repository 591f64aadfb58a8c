import type { Texts } from '../texts.ts';

export const passkeys: Texts['passkeys'] = {
  use: 'Passkey verwenden',
  notUsed: 'Es wurde kein Passkey verwendet. Sie können es noch einmal versuchen.',
  notMade: 'Es wurde kein Passkey erstellt. Sie können es noch einmal versuchen.',
  madeBefore: 'Auf diesem Gerät gibt es schon einen Passkey für Ihr Konto.',
  missing: 'Passkeys brauchen JavaScript und einen Browser, der Passkeys kennt.',
  secondFactor: {
    lead: 'Zeigen Sie mit Ihrem Passkey oder Sicherheitsschlüssel, dass Sie es sind.',
    use: 'Ihren Passkey verwenden',
  },
  signUp: {
    title: 'Passkey erstellen',
    lead: 'Er tritt für {email} an die Stelle eines Passworts: Sie entsperren ihn so, wie Sie dieses Gerät entsperren.',
    create: 'Passkey erstellen',
    back: 'Eingaben ändern',
  },
  manage: {
    title: 'Ihre Passkeys',
    lead: 'Mit einem Passkey melden Sie sich so an, wie Sie Ihr Gerät entsperren. Er lässt sich nicht erraten, und keine gefälschte Seite kann danach fragen.',
    list: 'Passkeys',
    none: 'Sie haben noch keinen.',
    synced: 'Synchronisiert: auf allen Geräten, auf denen Sie Ihre Passkeys haben.',
    notYetSynced: 'Lässt sich mit Ihren anderen Geräten synchronisieren, ist es aber noch nicht.',
    deviceBound: 'Nur auf dem Gerät, das ihn erstellt hat.',
    created: 'Erstellt: {time}',
    lastUsed: 'Zuletzt benutzt: {time}',
    neverUsed: 'Noch nicht benutzt',
    name: 'Bezeichnung',
    nameWhat: 'von {passkey}',
    rename: 'Umbenennen',
    remove: 'Entfernen',
    add: 'Passkey hinzufügen',
    addHint:
      'Ihr Browser fragt, wo er liegen soll: auf diesem Gerät, auf Ihrem Telefon oder auf einem Sicherheitsschlüssel.',
    create: 'Passkey erstellen',
    back: 'Zurück zu Ihrem Konto',
  },
};
