/** Codes that are mailed, and what is done with them. */
export const emailCode = {
  title: 'Type the code',
  heading: 'Look at your mail',
  sent: 'We sent a code to {address}.',
  /** Nobody learns here whether there is an account. */
  perhapsSent: 'If there is an account for it, a code is on its way to {address}.',
  code: 'Code',
  hint: 'Eight digits, good for 10 minutes. Look among the spam as well.',
  nothing: 'Nothing there? {again}',
  again: 'Ask for another code',
  elsewhere: {
    title: 'Your code',
    heading: 'Go on where you began',
    lead: 'You asked for this code in another browser or on another device. Type it there, and nowhere else:',
    warning: 'Nobody from {name} asks you for it. Whoever does is after your account.',
  },
  over: {
    title: 'That code is no good any more',
    lead: 'It was used, is too old, or was typed wrong too often.',
  },
  ask: {
    signIn: {
      title: 'Sign in by email',
      lead: 'We send a code to your address. No password is needed.',
    },
    reset: {
      title: 'Set a new password',
      lead: 'We send a code to your address. With it you choose a new password.',
    },
    signUp: {
      title: 'Sign up',
      lead: 'We send a code to your address. With it you make your account.',
    },
    email: 'Email',
    submit: 'Send me a code',
    back: 'Back to signing in',
  },
  newPassword: {
    title: 'Choose a new password',
    lead: 'Every device is signed out, and you sign in with it from then on.',
    submit: 'Set password',
  },
  passwordReset: {
    title: 'Your new password is set',
    lead: 'Every device was signed out. Sign in with your new password.',
  },
} as const;
