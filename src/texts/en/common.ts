export const common = {
  title: '{title} · {name}',
  titleWithError: 'Error: {title}',
  cancel: 'Cancel',
  continue: 'Continue',
  allow: 'Allow',
  yourAccount: 'Your account',
  toContinueTo: 'to continue to {client}',
  anApp: 'An app',
  device: '{browser} on {system}',
  unknownDevice: 'Unknown device',
} as const;
