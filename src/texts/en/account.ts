export const account = {
  title: 'Your account',
  editProfile: 'Edit your profile',
  changePassword: 'Change your password',
  passkeys: 'Your passkeys',
  sessions: 'Where you are signed in',
  thisDevice: 'This device',
  lastUsed: 'Last used {time}',
  signedIn: 'Signed in {time}',
  apps: 'Apps: {apps}',
  signOut: 'Sign out',
  /** What a screen reader says after "Sign out". */
  signOutThis: '{device}, this device',
  offline: 'These apps keep their access while you are away: {apps}. Signing out everywhere ends it.',
  signOutOthers: 'Sign out everywhere else',
  signOutEverywhere: 'Sign out everywhere',
  consents: 'What you allowed apps',
  noConsents:
    'No app had to ask you. When one does and you allow it, it appears here, and you can take it back.',
  since: 'Since {time}',
  takeBack: 'Take back',
  /** What a screen reader says after "Take back". */
  takeBackWhat: 'what {client} may do',
  ended: 'Why was I signed out?',
  noneEnded: 'Nothing has ended yet. When a sign-in or an app’s access ends, the reason appears here.',
  appEnded: '{client} lost its access',
  sessionEnded: '{device} was signed out',
  security: 'Security',
} as const;
