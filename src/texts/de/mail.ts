import type { Texts } from '../texts.ts';

export const mail: Texts['mail'] = {
  details: {
    device: 'Gerät: {device}',
    place: 'Ort: {place}',
    when: 'Zeit: {time}',
  },
  notYou: `Wenn Sie das nicht waren, melden Sie sofort jedes Gerät und jede App ab. Dieser Link tut es, ohne Anmeldung, 7 Tage lang:
{end}`,
  newDevice: {
    subject: 'Neue Anmeldung bei Ihrem Konto bei {name}',
    text: `Jemand hat sich bei Ihrem Konto bei {name} in einem Browser angemeldet, den wir noch nicht kannten.

{details}

Wenn Sie das waren, müssen Sie nichts tun.

{notYou}
`,
  },
  code: {
    kinds: {
      signIn: {
        subject: '{code} ist Ihr Code für {name}',
        first: 'Jemand möchte sich mit dieser E-Mail-Adresse bei {name} anmelden.',
        last: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne diesen Code kommt niemand hinein.',
      },
      reset: {
        subject: '{code} ist Ihr Code für ein neues Passwort bei {name}',
        first: 'Jemand möchte für das Konto bei {name} mit dieser E-Mail-Adresse ein neues Passwort setzen.',
        last: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ihr Passwort bleibt, wie es ist.',
      },
      verify: {
        subject: '{code} bestätigt Ihre E-Mail-Adresse bei {name}',
        first:
          'Bei {name} gibt es ein Konto mit dieser E-Mail-Adresse. Bestätigen Sie, dass es Ihre Adresse ist.',
        last: 'Wenn Sie das Konto nicht kennen, müssen Sie nichts tun.',
      },
      signUp: {
        subject: '{code} ist Ihr Code für die Registrierung bei {name}',
        first: 'Jemand legt bei {name} ein Konto mit dieser E-Mail-Adresse an.',
        last: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne diesen Code entsteht kein Konto.',
      },
      changeFrom: {
        subject: '{code} ist Ihr Code, um Ihre E-Mail-Adresse bei {name} zu ändern',
        first: 'Jemand möchte Ihrem Konto bei {name} eine andere E-Mail-Adresse als diese geben.',
        last: 'Wenn Sie das nicht waren, ändern Sie Ihr Passwort: Jemand ist in Ihrem Konto angemeldet.',
      },
      changeTo: {
        subject: '{code} bestätigt Ihre neue E-Mail-Adresse bei {name}',
        first: 'Jemand möchte diese Adresse zur E-Mail-Adresse seines Kontos bei {name} machen.',
        last: 'Wenn Sie das nicht waren, müssen Sie nichts tun: Ohne diesen Code ändert sich nichts.',
      },
    },
    text: `{first}

Ihr Code ist {code}

Geben Sie ihn dort ein, wo Sie ihn angefordert haben, oder öffnen Sie diesen Link im selben Browser:
{link}

Er gilt einmal, 10 Minuten lang. Geben Sie ihn niemandem: {name} fragt nie danach, und wer es tut, hat es auf Ihr Konto abgesehen.

Angefordert von:
{details}

{last}
`,
  },
  secondFactor: {
    kinds: {
      totp_enrolled: {
        subject: 'Für Ihr Konto bei {name} wurde eine Authenticator-App eingerichtet',
        what: 'Ihr Konto bei {name} fragt von jetzt an nach dem Passwort auch nach dem Code einer Authenticator-App.',
      },
      totp_replaced: {
        subject: 'Für Ihr Konto bei {name} wurde eine andere Authenticator-App eingerichtet',
        what: 'Ihr Konto bei {name} nimmt jetzt die Codes einer anderen Authenticator-App an. Die der bisherigen gelten nicht mehr.',
      },
      totp_removed: {
        subject: 'Die Authenticator-App Ihres Kontos bei {name} wurde ausgeschaltet',
        what: 'Ihr Konto bei {name} fragt nicht mehr nach dem Code einer Authenticator-App.',
      },
      recovery_codes_replaced: {
        subject: 'Neue Wiederherstellungscodes für Ihr Konto bei {name}',
        what: 'Für Ihr Konto bei {name} wurden neue Wiederherstellungscodes erstellt. Die bisherigen gelten nicht mehr.',
      },
      recovery_code_used: {
        subject: 'Ein Wiederherstellungscode Ihres Kontos bei {name} wurde benutzt',
        what: 'Jemand hat einen Wiederherstellungscode Ihres Kontos bei {name} als zweiten Faktor benutzt. Der Code gilt nicht noch einmal.',
      },
      second_factor_locked: {
        subject: 'Falsche Codes für Ihr Konto bei {name}',
        what: 'Jemand kam bis zum zweiten Faktor Ihres Kontos bei {name} und gab dann mehrere falsche Codes ein. Vielleicht kennt diese Person Ihr Passwort. Von dort nehmen wir eine Weile keine Codes mehr an.',
      },
    },
    text: `{what}

{details}

{notYou}

Setzen Sie dann ein neues Passwort, und sehen Sie sich Ihr Konto an:
{reset}
{account}
`,
  },
  addressInUse: {
    subject: 'Sie haben schon ein Konto bei {name}',
    text: `Jemand wollte einem Konto bei {name} diese E-Mail-Adresse geben, die schon zu einem anderen Konto gehört. Eine Adresse gehört zu einem Konto, deshalb ändert sich nichts. Wenn Sie das waren, melden Sie sich bei dem Konto an, das sie hat:
{signIn}

Angefordert von:
{details}

Wenn Sie das nicht waren, müssen Sie nichts tun.
`,
  },
  emailChanged: {
    kinds: {
      former: {
        subject: 'Die E-Mail-Adresse Ihres Kontos bei {name} wurde geändert',
        what: 'Das war die E-Mail-Adresse Ihres Kontos bei {name} und ist es nicht mehr: Eine andere wurde bestätigt, mit einem Code, den wir hierher gesendet haben, und einem, den wir dorthin gesendet haben. Mit dieser Adresse meldet sich niemand mehr an, und wir schreiben von jetzt an an die neue.',
        last: 'Wenn Sie das nicht waren, ist jemand in Ihrem Konto angemeldet und liest Ihre Mail. Ändern Sie das Passwort Ihres Postfachs, und sagen Sie es sofort denen, die {issuer} betreiben.',
      },
      current: {
        subject: 'Das ist jetzt die E-Mail-Adresse Ihres Kontos bei {name}',
        what: 'Von jetzt an melden Sie sich mit dieser Adresse bei Ihrem Konto bei {name} an, und wir schreiben an sie.',
        last: 'Wenn Sie das Konto nicht kennen, sagen Sie es denen, die {issuer} betreiben.',
      },
      undone: {
        subject: 'Ihr Konto bei {name} behält seine E-Mail-Adresse',
        what: 'Die E-Mail-Adresse Ihres Kontos bei {name} sollte geändert werden, aber ein anderes Konto hat die neue zuerst bekommen. Ihr Konto behält diese Adresse: Melden Sie sich damit an wie bisher.',
        last: 'Wenn Sie keine Änderung wollten, sehen Sie nach, wo Sie angemeldet sind: {issuer}/account',
      },
    },
    text: `{what}

{when}

{last}
{warning}`,
  },
  passwordChanged: {
    subject: 'Ihr Passwort bei {name} wurde geändert',
    changed: 'Das Passwort Ihres Kontos bei {name} wurde geändert.',
    reset:
      'Das Passwort Ihres Kontos bei {name} wurde neu gesetzt, mit einem Code, den wir an diese Adresse gesendet haben.',
    text: `{what}

{details}

Alle anderen Geräte wurden abgemeldet.

{notYou}

Setzen Sie dann ein neues Passwort. Das kann niemand, der Ihre Mail nicht lesen kann:
{reset}
`,
  },
  passkey: {
    kinds: {
      added: {
        subject: 'Zu Ihrem Konto bei {name} kam ein Passkey hinzu',
        what: 'Wer ihn hat, kann sich in Ihrem Konto anmelden. Wenn Sie das nicht waren, entfernen Sie ihn sofort:',
      },
      removed: {
        subject: 'Ein Passkey Ihres Kontos bei {name} wurde entfernt',
        what: 'Mit ihm meldet sich niemand mehr an. Wenn Sie das nicht waren, sehen Sie Ihre Passkeys an und wo Sie angemeldet sind:',
      },
      refused: {
        subject: 'Sicherheitshinweis von {name}: Einer Ihrer Passkeys wurde abgewiesen',
        what: 'Ein Passkey zählt, wie oft er benutzt wird, und dieser Zähler ging zurück. Das geschieht, wenn jemand den Passkey kopiert hat. Niemand wurde angemeldet. Wenn Sie sich auch anders anmelden können, entfernen Sie diesen Passkey:',
      },
    },
    text: `{what}
{passkeys}

{details}

{notYou}
`,
  },
  provider: {
    kinds: {
      connected: {
        subject: '{provider} ist jetzt mit Ihrem Konto bei {name} verbunden',
        what: 'Wer sich dort mit dem verbundenen Konto anmeldet, kann sich nun auch in Ihrem anmelden. Wenn Sie das nicht waren, trennen Sie es sofort:',
      },
      disconnected: {
        subject: '{provider} ist nicht mehr mit Ihrem Konto bei {name} verbunden',
        what: 'Über diesen Dienst meldet sich niemand mehr in Ihrem Konto an. Wenn Sie das nicht waren, sehen Sie nach, womit man sich in Ihrem Konto anmelden kann:',
      },
    },
    text: `{what}
{providers}

{details}

{notYou}
`,
  },
  alreadyHere: {
    subject: 'Sie haben schon ein Konto bei {name}',
    text: `Jemand wollte bei {name} ein Konto mit dieser E-Mail-Adresse anlegen, zu der es schon eines gibt. Wenn Sie das waren, melden Sie sich an:
{signIn}

Angefordert von:
{details}

Wenn Sie das nicht waren, müssen Sie nichts tun.
`,
  },
  welcome: {
    subject: 'Willkommen bei {name}',
    text: `Ihr Konto bei {name} mit dieser E-Mail-Adresse ist bereit.

Ihr Konto zeigt jedes angemeldete Gerät, und Sie können dort jedes abmelden:
{account}

Wenn Sie dieses Konto nicht angelegt haben, hat jemand Ihre Adresse benutzt: Sie müssen nichts tun, und wir schreiben nicht wieder, solange nichts damit geschieht.
`,
  },
  familyReuse: {
    subject: 'Sicherheitshinweis von {name}: Wir haben eine Anmeldung beendet',
    app: 'App: {app}',
    text: `Jemand hat eines Ihrer Token noch einmal benutzt, deshalb haben wir diese Anmeldung beendet.

{details}

Ein Token gilt einmal und wird dann ersetzt. Eines, das schon ersetzt war, kam zurück: Das geschieht, wenn jemand es kopiert hat. Niemand kann es mehr benutzen, und die App wird Sie bitten, sich wieder anzumelden.

Ihr Konto zeigt, wo Sie angemeldet sind:
{account}

{notYou}
`,
  },
  risk: {
    subject: 'Sicherheitshinweis von {name}: ungewöhnliche Benutzung Ihres Kontos',
    app: 'App: {app}',
    text: `An Ihrem Konto ist etwas Ungewöhnliches aufgefallen:

{signals}

{answer}

{details}

Ihr Konto zeigt, wo Sie angemeldet sind:
{account}

{notYou}
`,
  },
  accountDeleted: {
    subject: 'Ihr Konto bei {name} ist gelöscht',
    asked: 'Ihr Konto bei {name} wurde gelöscht, wie Sie es wollten.',
    administrator: 'Die Verwaltung von {name} hat Ihr Konto gelöscht.',
    text: `{what}

{when}

Jedes Gerät wurde abgemeldet, und keine App kommt mit diesem Konto mehr hinein. Diese E-Mail-Adresse ist wieder frei: Mit ihr können Sie ein neues Konto anlegen, das nicht das alte sein wird.

Was Apps selbst über Sie speichern, können wir nicht löschen. Fragen Sie deren Betreiber.
{notYou}
Wir werden Ihnen nicht wieder schreiben.
`,
    notYou: `
Wenn Sie es nicht waren, war jemand in Ihrem Namen angemeldet und hat diese Adresse eingegeben. Das Konto kann nicht wiederhergestellt werden. Ändern Sie das Passwort Ihres Postfachs, und sagen Sie es denen, die {issuer} betreiben.
`,
  },
};
