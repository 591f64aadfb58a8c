import type { Texts } from '../texts.ts';

export const device: Texts['device'] = {
  title: 'Gerät verbinden',
  enter: 'Geben Sie den Code ein, den Ihr Gerät zeigt.',
  compare: 'Ist das der Code, den Ihr Gerät zeigt? Fahren Sie nur fort, wenn er dort steht.',
  code: 'Code',
  codeHint: 'Acht Buchstaben. Kleinbuchstaben und Leerzeichen sind in Ordnung.',
  confirmTitle: 'Dieses Gerät verbinden?',
  asks: '{client} bittet um Zugriff auf das Konto von {person} ({email})',
  asksFrom: '{client} bittet von {place} aus um Zugriff auf das Konto von {person} ({email})',
  mustShow: 'Ihr Gerät muss jetzt genau diesen Code zeigen:',
  ifSent:
    'Hat Ihnen jemand diesen Code geschickt, oder steht das Gerät nicht vor Ihnen? Dann lehnen Sie ab: Es ist ein fremdes Gerät und bekäme Zugang zu Ihrem Konto.',
  deny: 'Ablehnen',
  allowedTitle: 'Gerät verbunden',
  allowed: 'Ihr Gerät ist verbunden',
  allowedMessage:
    'Gehen Sie zurück zu Ihrem Gerät: Dort geht es in wenigen Sekunden von selbst weiter. Diese Seite können Sie schließen.',
  deniedTitle: 'Gerät nicht verbunden',
  denied: 'Das Gerät wurde nicht verbunden',
  deniedMessage: 'Es hat keinen Zugriff bekommen. Diese Seite können Sie schließen.',
};
