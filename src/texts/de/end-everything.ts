import type { Texts } from '../texts.ts';

export const endEverything: Texts['endEverything'] = {
  title: 'Alles abmelden',
  heading: 'Das waren nicht Sie? Alles abmelden',
  lead: 'Jedes Gerät und jede App Ihres Kontos bei {name} wird sofort abgemeldet, auch dieses Gerät. Sonst ändert sich nichts: Nichts wird gelöscht, und Sie können sich wieder anmelden.',
  thenPassword: 'Danach setzen Sie ein neues Passwort, damit niemand mit dem alten wieder hineinkommt.',
  thenLook:
    'Danach melden Sie sich wieder an und sehen nach, womit man sich in Ihrem Konto anmelden kann: Entfernen Sie, was Sie nicht kennen.',
  submit: 'Alles abmelden',
  wasYou: 'Wenn Sie es doch waren, schließen Sie diese Seite. Bisher ist nichts geschehen.',
  ended: {
    title: 'Alles ist abgemeldet',
    lead: 'Jedes Gerät und jede App Ihres Kontos bei {name} ist abgemeldet. Wer Ihr Passwort noch kennt, kann sich damit anmelden. Machen Sie deshalb weiter:',
    leadNoPassword: 'Jedes Gerät und jede App Ihres Kontos bei {name} ist abgemeldet.',
  },
  again: {
    title: 'Dieser Link wurde schon benutzt',
    lead: 'Er gilt einmal, und hat damals jedes Gerät und jede App Ihres Kontos bei {name} abgemeldet. Jetzt wurde nichts beendet. Wenn seither etwas geschehen ist, gibt es eine neuere Mail mit einem eigenen Link.',
  },
  reset: 'Neues Passwort setzen',
  signIn: 'Anmelden',
};
