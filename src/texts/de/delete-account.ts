import type { Texts } from '../texts.ts';

export const deleteAccount: Texts['deleteAccount'] = {
  title: 'Konto löschen',
  lead: 'Niemand kann das rückgängig machen. Sobald Sie bestätigen:',
  devices: 'sind Sie auf jedem Gerät abgemeldet',
  apps: 'kommt mit diesem Konto keine App mehr hinein, auch keine mit Zugriff während Ihrer Abwesenheit',
  everything:
    'sind Ihr Profil, Ihre Wege zur Anmeldung, was Sie Apps erlaubt haben und die Liste der Ereignisse gelöscht',
  address:
    'ist Ihre E-Mail-Adresse frei: Wer sich mit ihr registriert, bekommt ein neues Konto und nicht dieses',
  elsewhere:
    'Was Apps selbst über Sie speichern, wird nicht gelöscht. Fragen Sie deren Betreiber, bevor Sie nicht mehr hineinkommen.',
  download: 'Vorher die Daten herunterladen',
  confirm: 'Zum Bestätigen Ihre E-Mail-Adresse eingeben',
  confirmHint: 'Sie lautet {email}',
  submit: 'Mein Konto endgültig löschen',
  deletedTitle: 'Konto gelöscht',
  deleted: 'Ihr Konto ist gelöscht',
  gone: 'Sie sind überall abgemeldet. Eine letzte E-Mail sagt es Ihnen noch einmal.',
  start: 'Zum Anfang',
};
