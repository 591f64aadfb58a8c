export const deleteAccount = {
  title: 'Delete your account',
  lead: 'Nobody can undo this. As soon as you confirm:',
  devices: 'you are signed out on every device',
  apps: 'no app gets in with this account any more, not even those with access while you are away',
  everything:
    'your profile, your ways to sign in, what you allowed apps and the list of what happened are deleted',
  address: 'your email address is free: whoever signs up with it gets a new account, not this one',
  elsewhere:
    'What apps keep of you themselves is not deleted. Ask whoever runs them, before you lose the way in.',
  download: 'Download your data first',
  confirm: 'Type your email address to confirm',
  confirmHint: 'It is {email}',
  submit: 'Delete my account for good',
  deletedTitle: 'Account deleted',
  deleted: 'Your account is deleted',
  gone: 'You are signed out everywhere. A last mail tells you so.',
  start: 'To the start',
} as const;
