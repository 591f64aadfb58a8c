export const password = {
  title: 'Change your password',
  firstTitle: 'Set a password',
  lead: 'You stay signed in here and are signed out on every other device.',
  current: 'Present password',
  new: 'New password',
  newHint: {
    one: 'At least {count} character of any kind. A few words together work well.',
    other: 'At least {count} characters of any kind. A few words together work well.',
  },
  strength: {
    short: 'Too short yet. Keep going.',
    weak: 'Long enough, and easy to guess: it repeats itself or follows the alphabet.',
    fair: 'Hard to guess.',
    strong: 'Very hard to guess.',
  },
  submit: 'Change password',
  firstSubmit: 'Set password',
} as const;
