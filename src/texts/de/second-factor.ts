import type { Texts } from '../texts.ts';

export const secondFactor: Texts['secondFactor'] = {
  ask: {
    title: 'Bestätigen Sie, dass Sie es sind',
    lead: 'Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App für {name} zeigt.',
    code: 'Code',
    recoveryTitle: 'Wiederherstellungscode verwenden',
    recoveryLead: 'Geben Sie einen der Wiederherstellungscodes ein, die Sie aufbewahren. Jeder gilt einmal.',
    recoveryCode: 'Wiederherstellungscode',
    recoveryHint: 'Sechzehn Buchstaben und Ziffern. Leerzeichen und Kleinbuchstaben sind in Ordnung.',
    trust: {
      one: 'In diesem Browser {count} Tag lang nicht mehr fragen',
      other: 'In diesem Browser {count} Tage lang nicht mehr fragen',
    },
    trustHint: 'Wählen Sie das nur auf einem Gerät, das niemand sonst benutzt.',
    useRecoveryCode: 'Stattdessen einen Wiederherstellungscode verwenden',
    useApp: 'Stattdessen die Authenticator-App verwenden',
    startOver: 'Mit einem anderen Konto anmelden',
  },
  setUp: {
    title: 'Authenticator-App einrichten',
    required:
      'Diese Anmeldung braucht einen zweiten Faktor: eine App auf Ihrem Telefon, die alle 30 Sekunden einen neuen Code zeigt.',
    lead: 'Sie zeigt alle 30 Sekunden einen neuen Code, den Sie nach Ihrem Passwort eingeben.',
    scan: 'Scannen Sie dieses Bild mit Ihrer Authenticator-App.',
    picture: 'QR-Code für Ihre Authenticator-App',
    byHand: 'Wenn Sie es nicht scannen können, geben Sie diesen Schlüssel von Hand ein:',
    code: 'Code aus der App',
    codeHint: 'Die sechs Ziffern, die die App jetzt zeigt.',
    submit: 'Einschalten',
  },
  authenticator: {
    title: 'Authenticator-App',
    since: 'Eingeschaltet: {time}. Nach Ihrem Passwort werden Sie nach ihrem Code gefragt.',
    another: 'Andere App einrichten',
    remove: 'Ausschalten',
    recoveryCodes: 'Wiederherstellungscodes',
    trustedDevices: 'Browser, in denen nicht mehr gefragt wird',
  },
  recoveryCodes: {
    title: 'Wiederherstellungscodes',
    lead: 'Ohne Ihre Authenticator-App melden Sie sich mit einem Wiederherstellungscode an.',
    left: {
      one: 'Sie haben noch {count} Wiederherstellungscode.',
      other: 'Sie haben noch {count} Wiederherstellungscodes.',
    },
    none: 'Sie haben keine Wiederherstellungscodes.',
    replace: 'Neue Wiederherstellungscodes erstellen',
    replaceHint: 'Alle früheren gelten dann nicht mehr.',
    newTitle: 'Bewahren Sie Ihre Wiederherstellungscodes auf',
    newLead:
      'Sie werden nur jetzt gezeigt. Drucken Sie sie aus, oder legen Sie sie in Ihren Passwortmanager. Jeder gilt einmal.',
    list: 'Ihre Wiederherstellungscodes',
    kept: 'Ich habe sie aufbewahrt',
  },
  trustedDevices: {
    title: 'Browser, in denen nicht mehr gefragt wird',
    lead: 'In diesen melden Sie sich ohne Ihren zweiten Faktor an.',
    none: 'In jedem Browser werden Sie nach Ihrem zweiten Faktor gefragt.',
    since: 'Seit {time}',
    forget: 'Wieder fragen',
  },
};
