import type { Texts } from '../texts.ts';

export const gate: Texts['gate'] = {
  startAgain: 'Von vorn beginnen',
  signInAsOther: 'Mit anderem Konto anmelden',
  refusals: {
    invalid_request: {
      title: 'Diese Adresse wird abgelehnt',
      message: 'Die Anfrage lässt sich nicht auf eine sichere Weise lesen.',
    },
    sign_in_failed: {
      title: 'Die Anmeldung hat nicht geklappt',
      message:
        'Diese Anmeldung wurde nicht in diesem Browser begonnen, oder sie hat zu lange gedauert. Bitte beginnen Sie von vorn.',
    },
    login_required: { title: 'Melden Sie sich an', message: 'Niemand ist angemeldet.' },
    invalid_token: { title: 'Dieses Token wird abgelehnt', message: 'Das Access-Token ist nicht gültig.' },
    invalid_dpop_proof: {
      title: 'Dieses Token wird abgelehnt',
      message: 'Der Nachweis, der mit dem Access-Token kam, ist nicht gültig.',
    },
    use_dpop_nonce: {
      title: 'Dieses Token wird abgelehnt',
      message: 'Der Nachweis braucht die Nonce, die mit dieser Antwort kommt.',
    },
    insufficient_user_authentication: {
      title: 'Bitte melden Sie sich noch einmal an',
      message: 'Hier ist eine neuere oder stärkere Anmeldung nötig.',
    },
    step_up_failed: {
      title: 'Eine stärkere Anmeldung ist nötig',
      message: 'Sie sind angemeldet, aber hier ist eine Art der Anmeldung nötig, die nicht benutzt wurde.',
    },
    forbidden: {
      title: 'Hier dürfen Sie nicht hinein',
      message:
        'Sie sind angemeldet, aber dieser Ort ist für andere. Bitten Sie den Betreiber, Sie einzulassen.',
    },
    access_denied: { title: 'Sie wurden nicht angemeldet', message: 'Die Anmeldung wurde abgebrochen.' },
    insufficient_scope: {
      title: 'Hier dürfen Sie nicht hinein',
      message: 'Dieser Ort ist für Anwendungen mit einer Berechtigung, die diese nicht hat.',
    },
    cross_site_request: {
      title: 'Diese Anfrage wird abgelehnt',
      message: 'Eine Anfrage, die etwas ändert, muss von einer Seite dieser Website kommen.',
    },
    no_route: {
      title: 'Hier ist nichts',
      message: 'Zu dieser Adresse führt kein Weg; sie wird abgelehnt.',
    },
    method_not_allowed: {
      title: 'Diese Anfrage wird abgelehnt',
      message: 'Die Methode ist hier nicht erlaubt.',
    },
    bad_gateway: {
      title: 'Die Anwendung ist nicht da',
      message: 'Der Server dahinter ist nicht zu erreichen.',
    },
    temporarily_unavailable: {
      title: 'Bitte versuchen Sie es gleich noch einmal',
      message: 'Wer Sie sind, lässt sich gerade nicht prüfen.',
    },
    gateway_timeout: {
      title: 'Die Anwendung ist langsam',
      message: 'Der Server dahinter hat nicht rechtzeitig geantwortet.',
    },
  },
};
