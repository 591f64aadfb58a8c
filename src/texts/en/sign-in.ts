export const signIn = {
  title: 'Sign in',
  ended: 'Your sign-in here has ended. {cause}',
  email: 'Email',
  password: 'Password',
  submit: 'Sign in',
  noAccountYet: 'No account yet? {signUp}',
  signUp: 'Sign up',
} as const;
