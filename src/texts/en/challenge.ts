/** Where many sign-ins came from the reader's address: something to do instead of waiting. */
export const challenge = {
  title: 'One more step',
  work: 'Many sign-ins have come from where you are. To go on, let your browser do a small calculation. It takes a few seconds.',
  confirm: 'Many sign-ins have come from where you are. To go on, show that you are a person.',
  start: 'Calculate and go on',
  next: 'Go on',
  progress: 'How far the calculation is',
  withoutScript: 'This needs JavaScript. Without it, wait for a while, go back, and try again.',
} as const;
