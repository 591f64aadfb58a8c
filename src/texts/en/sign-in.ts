export const signIn = {
  title: 'Sign in',
  ended: 'Your sign-in here has ended. {cause}',
  email: 'Email',
  password: 'Password',
  submit: 'Sign in',
  emailCode: 'Email me a code',
  forgotPassword: 'Forgot your password?',
  noAccountYet: 'No account yet? {signUp}',
  signUp: 'Sign up',
} as const;
