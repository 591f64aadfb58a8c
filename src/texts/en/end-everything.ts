/** Where the link in a warning leads. */
export const endEverything = {
  title: 'Sign out everything',
  heading: 'It was not you? Sign out everything',
  lead: 'Every device and every app of your {name} account will be signed out at once, this one too. Nothing else changes: nothing is deleted, and you can sign in again.',
  thenPassword: 'After that you set a new password, so that nobody comes back with the old one.',
  thenLook:
    'After that sign in again, and look at the ways to sign in of your account: remove what you do not know.',
  submit: 'Sign out everything',
  wasYou: 'If it was you after all, close this page. Nothing has happened yet.',
  ended: {
    title: 'Everything is signed out',
    lead: 'Every device and every app of your {name} account is signed out. Whoever still knows your password can sign in with it, so go on:',
    leadNoPassword: 'Every device and every app of your {name} account is signed out.',
  },
  again: {
    title: 'This link was used before',
    lead: 'It works once, and signed out every device and app of your {name} account when it did. Nothing was ended now. If something has happened since, there is a newer mail with a link of its own.',
  },
  reset: 'Set a new password',
  signIn: 'Sign in',
} as const;
