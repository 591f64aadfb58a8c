export const selectAccount = {
  title: 'Choose an account',
  signedInAs: 'You are signed in as {person} ({email}).',
  continueAs: 'Continue as {person}',
  useOther: 'Use another account',
} as const;
