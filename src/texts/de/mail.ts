import type { Texts } from '../texts.ts';

export const mail: Texts['mail'] = {
  welcome: {
    subject: 'Willkommen bei {name}',
    text: `Ihr Konto bei {name} ist bereit. Sie melden sich mit dieser E-Mail-Adresse und dem Passwort an, das Sie gewählt haben.

Ihr Konto zeigt jedes angemeldete Gerät, und Sie können dort jedes abmelden:
{account}

Wenn Sie dieses Konto nicht angelegt haben, hat jemand Ihre Adresse benutzt: Sie müssen nichts tun, und wir schreiben nicht wieder, solange nichts damit geschieht.
`,
  },
  familyReuse: {
    subject: 'Sicherheitshinweis von {name}: Wir haben eine Anmeldung beendet',
    app: 'App: {app}',
    device: 'Gerät: {device}',
    place: 'Ort: {place}',
    when: 'Zeit: {time}',
    text: `Jemand hat eines Ihrer Token noch einmal benutzt, deshalb haben wir diese Anmeldung beendet.

{details}

Ein Token gilt einmal und wird dann ersetzt. Eines, das schon ersetzt war, kam zurück: Das geschieht, wenn jemand es kopiert hat. Niemand kann es mehr benutzen, und die App wird Sie bitten, sich wieder anzumelden.

Wenn Sie dieses Gerät nicht kennen, sehen Sie nach, wo Sie angemeldet sind, und melden Sie sich überall ab:
{account}
`,
  },
};
