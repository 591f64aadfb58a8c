/**
 * The pages that say what went wrong and what to do about it. `{detail}` is a technical description, in English in
 * every language: it is for those who make the app.
 */
export const errors = {
  reference: 'If you ask for help, give this reference: {reference}',
  pages: {
    form_malformed: { title: 'That form could not be read', message: 'It is malformed: {detail}.' },
    form_foreign: {
      title: 'This form was not sent from here',
      message: 'Forms are accepted from {issuer} only. Open the page there and send it again.',
    },
    body_too_large: { title: 'That is too much', message: 'The body is larger than {bytes} bytes.' },
    method_not_allowed: { title: 'Not like this', message: '{path} takes {methods} only.' },
    flood: {
      title: 'One moment, please',
      message:
        'There have been too many requests from where you are. Wait for a minute, then try again. Nothing was lost.',
    },
    busy: { title: 'Just a moment', message: 'This is busy right now. Try again in a second.' },
    failed: {
      title: 'Something went wrong here',
      message: 'It is not your fault. Try again; if it stays, tell the operator the number of this request.',
    },
    authorization_malformed: {
      title: 'The app sent a request that cannot be used',
      message: 'It is malformed: {detail}.',
    },
    authorization_refused: {
      title: 'The app sent a request that cannot be used',
      message: 'It was refused: {detail}. Go back to the app; if it happens again, tell its makers.',
    },
    sign_up_closed: {
      title: 'Nobody can sign up here',
      message: 'Accounts are made by whoever runs this service. Ask them for one.',
    },
    not_invited: {
      title: 'Signing up needs an invitation',
      message: 'This one was used, is too old, or is missing. Ask whoever runs this service for another.',
    },
    email_link_broken: {
      title: 'That link is not whole',
      message: 'It is cut off. Type the code from the mail where you asked for it.',
    },
    alert_link_expired: {
      title: 'That link is too old',
      message:
        'It was good for 7 days. If something still is not right, sign in and sign out everywhere from your account.',
      action: 'Your account',
    },
    alert_link_broken: {
      title: 'That link is not whole',
      message:
        'It is cut off or was changed. Copy the whole of it from the mail, or sign in and sign out everywhere from your account.',
      action: 'Your account',
    },
    sign_in_lost: {
      title: 'You are signed in, but the way back is lost',
      message:
        'The app sent you here too long ago, or from another browser. Go back to the app and sign in there again: this time it will be quick.',
      action: 'Go to your account',
    },
    account_disabled: {
      title: 'An administrator has disabled this account',
      message: 'Ask whoever runs this service.',
    },
    sign_in_waits: {
      title: 'This sign-in has to wait',
      message:
        'It looks unusual, so it may be tried again in {minutes} min at the earliest. If it is you, a browser in which you signed in before, or a passkey, works at once.',
      action: 'Sign in',
    },
    account_gone: {
      title: 'There is no such account any more',
      message: 'It was removed in this moment.',
    },
    second_factor_off: {
      title: 'There is no second factor here',
      message: 'Whoever runs this service does not offer it.',
      action: 'Your account',
    },
    second_factor_required: {
      title: 'Your authenticator app stays on',
      message:
        'You have to sign in with a second factor, and you have no other. You can set up another app in its place.',
      action: 'Go back',
    },
    recovery_codes_pointless: {
      title: 'You need no recovery codes yet',
      message: 'Set up an authenticator app first.',
      action: 'Set up an app',
    },
    device_missing: {
      title: 'Nothing was changed',
      message: 'The form did not say which browser is meant: device_id is missing.',
    },
    provider_unknown: {
      title: 'There is no such way to sign in',
      message: 'Nobody signs in here with a service of that name.',
      action: 'Sign in',
    },
    provider_over: {
      title: 'That sign-in is over',
      message:
        'It took too long, was used before, or began in another browser. Nobody was signed in with {provider}.',
      action: 'Try again',
    },
    provider_denied: {
      title: 'You are not signed in',
      message: '{provider} says that you did not agree. Try again, or take another way.',
      action: 'Try again',
    },
    provider_failed: {
      title: 'You are not signed in',
      message: 'What {provider} answered could not be used. Try again, or take another way.',
      action: 'Try again',
    },
    provider_unavailable: {
      title: 'Just a moment',
      message: '{provider} does not answer as it should right now. Try again, or take another way.',
      action: 'Try again',
    },
    provider_taken: {
      title: 'That belongs to another account',
      message: 'This account of {provider} is connected to another account here. Disconnect it there first.',
      action: 'Go back',
    },
    provider_busy: {
      title: 'Just a moment',
      message:
        'This account of {provider} is being connected in another tab or browser. Try again in two minutes.',
      action: 'Try again',
    },
    provider_too_many: {
      title: 'That is too many',
      message: 'To connect {provider}, disconnect another service first.',
      action: 'Go back',
    },
    consent_lost: {
      title: 'The way back to the app is lost',
      message:
        'The app sent you here too long ago, or from another browser. Nothing was allowed. Go back to the app and try again there.',
      action: 'Go to your account',
    },
    decision_missing: {
      title: 'Nothing was allowed',
      message: 'The form did not say whether you allow it: decision is missing.',
    },
    session_missing: {
      title: 'Nothing was signed out',
      message: 'The form did not say which session to end: session_id is missing.',
    },
    consent_missing: {
      title: 'Nothing was taken back',
      message: 'The form did not say which app is meant: client_id is missing.',
    },
    logout_malformed: {
      title: 'You were not signed out',
      message: 'The request is malformed: {detail}.',
      action: 'Sign out on your account page',
    },
    logout_token_foreign: {
      title: 'You were not signed out',
      message: 'The app sent an ID token that was not issued here.',
      action: 'Sign out on your account page',
    },
    logout_token_of_another: {
      title: 'You were not signed out',
      message: 'The app sent an ID token that was issued to another app.',
      action: 'Sign out on your account page',
    },
    logout_address_unknown: {
      title: 'You were not signed out',
      message: 'The app asked to go on to an address that is not registered for it.',
      action: 'Sign out on your account page',
    },
    logout_nobody: {
      title: 'You were not signed out everywhere',
      message: 'Nobody is signed in in this browser any more. Sign in, and sign out everywhere from there.',
      action: 'Sign in',
    },
  },
} as const;
