import type { Texts } from '../texts.ts';

export const risk: Texts['risk'] = {
  signals: {
    new_device: 'ein Browser, in dem Sie noch nie angemeldet waren',
    new_country: 'ein Land, in dem Sie noch nicht waren',
    new_network: 'ein Netz, das Sie noch nicht benutzt hatten',
    impossible_travel: 'ein Ort, der zu weit vom vorigen entfernt ist, um in der Zeit dorthin zu reisen',
    browser_changed: 'ein anderer Browser als der, für den der Zugriff gedacht war',
    unusual_hour: 'eine Uhrzeit, zu der Sie sich nie anmelden',
    failures_before_success: 'viele falsche Passwörter vor dem richtigen',
    token_reuse: 'ein Token, das schon ersetzt war',
    refresh_cadence: 'viel mehr Anfragen, als eine App stellt',
    credential_stuffing: 'eine Adresse, die Passwörter vieler Konten ausprobiert',
  },
  answers: {
    notify: 'Es ging weiter: Wir möchten nur, dass Sie es wissen.',
    step_up:
      'Es ging nicht weiter: Ein neuer Nachweis wurde verlangt, etwa ein Code Ihrer Authenticator-App.',
    end_family: 'Wir haben beendet, womit es geschah.',
    end_everything: 'Wir haben Sie überall abgemeldet.',
    lock: 'Es ging nicht weiter: Erst nach einer Wartezeit kann es noch einmal versucht werden.',
  },
};
