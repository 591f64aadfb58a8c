import type { Texts } from '../texts.ts';

export const challenge: Texts['challenge'] = {
  title: 'Noch ein Schritt',
  work: 'Von dort, wo Sie sind, kamen viele Anmeldungen. Lassen Sie Ihren Browser kurz etwas ausrechnen, um fortzufahren. Das dauert ein paar Sekunden.',
  confirm:
    'Von dort, wo Sie sind, kamen viele Anmeldungen. Zeigen Sie, dass Sie ein Mensch sind, um fortzufahren.',
  start: 'Ausrechnen und weiter',
  next: 'Weiter',
  progress: 'Wie weit die Rechnung ist',
  withoutScript:
    'Dafür wird JavaScript gebraucht. Wenn es hier keines gibt: Warten Sie eine Weile, gehen Sie zurück und versuchen Sie es noch einmal.',
};
