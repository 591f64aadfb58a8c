export const signUp = {
  title: 'Sign up',
  heading: 'Create your account',
  name: 'Name',
  email: 'Email',
  password: 'Password',
  passwordHint: {
    one: 'At least {count} character of any kind. A few words that only you would put together are easy to remember and hard to guess.',
    other:
      'At least {count} characters of any kind. A few words that only you would put together are easy to remember and hard to guess.',
  },
  submit: 'Create account',
  withPasskey: 'Continue with a passkey',
  haveAccount: 'Already have an account? {signIn}',
  signIn: 'Sign in',
} as const;
