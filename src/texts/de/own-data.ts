import type { Texts } from '../texts.ts';

export const ownData: Texts['ownData'] = {
  title: 'Daten herunterladen',
  lead: 'Eine Datei im Format JSON mit allem, was hier über Sie gespeichert ist:',
  profile: 'Ihr Profil und Ihre Gruppen',
  methods: 'wie Sie sich anmelden, ohne etwas, womit sich jemand anmelden könnte',
  sessions: 'wo Sie angemeldet sind und waren, und warum das endete',
  apps: 'was Sie Apps erlaubt haben, und deren Zugriff',
  events: 'was mit dem Konto in den letzten 30 Tagen geschehen ist',
  elsewhere:
    'Was Apps selbst über Sie speichern, ist nicht darin. Wer die Datei hat, weiß das alles: Behalten Sie sie für sich.',
  submit: 'Herunterladen',
};
