import type { Texts } from '../texts.ts';

export const errors: Texts['errors'] = {
  reference: 'Wenn Sie um Hilfe bitten, nennen Sie dieses Zeichen: {reference}',
  pages: {
    form_malformed: {
      title: 'Dieses Formular war nicht zu lesen',
      message: 'Es ist fehlerhaft: {detail}.',
    },
    form_foreign: {
      title: 'Dieses Formular wurde nicht von hier gesendet',
      message:
        'Formulare werden nur von {issuer} angenommen. Öffnen Sie die Seite dort und senden Sie es noch einmal.',
    },
    body_too_large: { title: 'Das ist zu viel', message: 'Der Inhalt ist größer als {bytes} Bytes.' },
    method_not_allowed: { title: 'So nicht', message: '{path} nimmt nur {methods} an.' },
    flood: {
      title: 'Einen Moment bitte',
      message:
        'Von dort, wo Sie sind, kamen zu viele Anfragen. Warten Sie eine Minute und versuchen Sie es dann noch einmal. Nichts ging verloren.',
    },
    busy: {
      title: 'Einen Augenblick',
      message: 'Hier ist gerade viel los. Versuchen Sie es in einer Sekunde noch einmal.',
    },
    failed: {
      title: 'Hier ist etwas schiefgegangen',
      message:
        'Es liegt nicht an Ihnen. Versuchen Sie es noch einmal; bleibt es dabei, nennen Sie dem Betreiber die Nummer dieser Anfrage.',
    },
    authorization_malformed: {
      title: 'Die App hat eine unbrauchbare Anfrage gesendet',
      message: 'Sie ist fehlerhaft: {detail}.',
    },
    authorization_refused: {
      title: 'Die App hat eine unbrauchbare Anfrage gesendet',
      message:
        'Sie wurde abgelehnt: {detail}. Gehen Sie zurück zur App; passiert es wieder, sagen Sie es denen, die sie gemacht haben.',
    },
    alert_link_expired: {
      title: 'Dieser Link ist zu alt',
      message:
        'Er galt 7 Tage lang. Wenn noch immer etwas nicht stimmt, melden Sie sich an und in Ihrem Konto überall ab.',
      action: 'Ihr Konto',
    },
    alert_link_broken: {
      title: 'Dieser Link ist nicht vollständig',
      message:
        'Er ist abgeschnitten oder wurde verändert. Kopieren Sie ihn ganz aus der Mail, oder melden Sie sich an und in Ihrem Konto überall ab.',
      action: 'Ihr Konto',
    },
    sign_in_lost: {
      title: 'Sie sind angemeldet, aber der Weg zurück ist verloren',
      message:
        'Die App hat Sie vor zu langer Zeit hierher geschickt, oder aus einem anderen Browser. Gehen Sie zurück zur App und melden Sie sich dort noch einmal an: Diesmal geht es schnell.',
      action: 'Zu Ihrem Konto',
    },
    account_disabled: {
      title: 'Die Administration hat dieses Konto gesperrt',
      message: 'Fragen Sie den Betreiber dieses Dienstes.',
    },
    sign_in_waits: {
      title: 'Diese Anmeldung muss warten',
      message:
        'Sie sieht ungewöhnlich aus und kann frühestens in {minutes} min noch einmal versucht werden. Wenn Sie es sind: In einem Browser, in dem Sie schon angemeldet waren, oder mit einem Passkey geht es sofort.',
      action: 'Anmelden',
    },
    account_gone: {
      title: 'Dieses Konto gibt es nicht mehr',
      message: 'Es wurde gerade eben entfernt.',
    },
    sign_up_closed: {
      title: 'Hier kann sich niemand registrieren',
      message: 'Konten legt an, wer diesen Dienst betreibt. Fragen Sie dort nach einem.',
    },
    not_invited: {
      title: 'Zum Registrieren braucht es eine Einladung',
      message:
        'Diese wurde benutzt, ist zu alt oder fehlt. Bitten Sie den Betreiber dieses Dienstes um eine neue.',
    },
    email_link_broken: {
      title: 'Dieser Link ist nicht vollständig',
      message:
        'Er ist abgeschnitten. Geben Sie den Code aus der Mail dort ein, wo Sie ihn angefordert haben.',
    },
    second_factor_off: {
      title: 'Hier gibt es keinen zweiten Faktor',
      message: 'Der Betreiber dieses Dienstes bietet ihn nicht an.',
      action: 'Ihr Konto',
    },
    second_factor_required: {
      title: 'Ihre Authenticator-App bleibt eingeschaltet',
      message:
        'Sie müssen sich mit einem zweiten Faktor anmelden und haben keinen anderen. Sie können eine andere App an ihrer Stelle einrichten.',
      action: 'Zurück',
    },
    recovery_codes_pointless: {
      title: 'Sie brauchen noch keine Wiederherstellungscodes',
      message: 'Richten Sie zuerst eine Authenticator-App ein.',
      action: 'App einrichten',
    },
    device_missing: {
      title: 'Es wurde nichts geändert',
      message: 'Das Formular sagte nicht, welcher Browser gemeint ist: device_id fehlt.',
    },
    provider_unknown: {
      title: 'Diesen Anmeldeweg gibt es nicht',
      message: 'Mit einem Dienst dieses Namens meldet sich hier niemand an.',
      action: 'Anmelden',
    },
    provider_over: {
      title: 'Diese Anmeldung ist vorbei',
      message:
        'Sie hat zu lange gedauert, wurde schon verwendet oder begann in einem anderen Browser. Mit {provider} wurde niemand angemeldet.',
      action: 'Noch einmal versuchen',
    },
    provider_denied: {
      title: 'Sie sind nicht angemeldet',
      message:
        '{provider} meldet, dass Sie nicht zugestimmt haben. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
      action: 'Noch einmal versuchen',
    },
    provider_failed: {
      title: 'Sie sind nicht angemeldet',
      message:
        'Was {provider} geantwortet hat, war nicht zu gebrauchen. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
      action: 'Noch einmal versuchen',
    },
    provider_unavailable: {
      title: 'Einen Moment bitte',
      message:
        '{provider} antwortet gerade nicht, wie es sollte. Versuchen Sie es noch einmal oder auf einem anderen Weg.',
      action: 'Noch einmal versuchen',
    },
    provider_taken: {
      title: 'Das gehört zu einem anderen Konto',
      message:
        'Dieses Konto bei {provider} ist hier mit einem anderen Konto verbunden. Trennen Sie es zuerst dort.',
      action: 'Zurück',
    },
    provider_busy: {
      title: 'Einen Moment bitte',
      message:
        'Dieses Konto bei {provider} wird gerade in einem anderen Fenster oder Browser verbunden. Versuchen Sie es in zwei Minuten noch einmal.',
      action: 'Noch einmal versuchen',
    },
    provider_too_many: {
      title: 'Das sind zu viele',
      message: 'Um {provider} zu verbinden, trennen Sie zuerst einen anderen Dienst.',
      action: 'Zurück',
    },
    consent_lost: {
      title: 'Der Weg zurück zur App ist verloren',
      message:
        'Die App hat Sie vor zu langer Zeit hierher geschickt, oder aus einem anderen Browser. Es wurde nichts erlaubt. Gehen Sie zurück zur App und versuchen Sie es dort noch einmal.',
      action: 'Zu Ihrem Konto',
    },
    decision_missing: {
      title: 'Es wurde nichts erlaubt',
      message: 'Das Formular sagte nicht, ob Sie es erlauben: decision fehlt.',
    },
    session_missing: {
      title: 'Es wurde nichts abgemeldet',
      message: 'Das Formular sagte nicht, welche Anmeldung enden soll: session_id fehlt.',
    },
    consent_missing: {
      title: 'Es wurde nichts zurückgenommen',
      message: 'Das Formular sagte nicht, welche App gemeint ist: client_id fehlt.',
    },
    logout_malformed: {
      title: 'Sie wurden nicht abgemeldet',
      message: 'Die Anfrage ist fehlerhaft: {detail}.',
      action: 'Auf Ihrer Kontoseite abmelden',
    },
    logout_token_foreign: {
      title: 'Sie wurden nicht abgemeldet',
      message: 'Die App hat ein ID-Token gesendet, das nicht hier ausgestellt wurde.',
      action: 'Auf Ihrer Kontoseite abmelden',
    },
    logout_token_of_another: {
      title: 'Sie wurden nicht abgemeldet',
      message: 'Die App hat ein ID-Token gesendet, das für eine andere App ausgestellt wurde.',
      action: 'Auf Ihrer Kontoseite abmelden',
    },
    logout_address_unknown: {
      title: 'Sie wurden nicht abgemeldet',
      message: 'Die App möchte Sie an eine Adresse weiterleiten, die für sie nicht eingetragen ist.',
      action: 'Auf Ihrer Kontoseite abmelden',
    },
    logout_nobody: {
      title: 'Sie wurden nicht überall abgemeldet',
      message:
        'In diesem Browser ist niemand mehr angemeldet. Melden Sie sich an, und melden Sie sich von dort überall ab.',
      action: 'Anmelden',
    },
  },
};
