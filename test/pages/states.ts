/** Every page by its component, and the states in which it is looked at in a browser, with realistic data. */
export const states = {
  StartPage: ['start'],
  SignInPage: ['sign in', 'sign in, error', 'sign in, to an app', 'sign in, told why'],
  SignUpPage: ['sign up', 'sign up, error in name', 'sign up, error in email', 'sign up, error in password'],
  SignUpPasskeyPage: ['sign up, passkey'],
  PasskeysPage: ['passkeys', 'passkeys, none', 'passkeys, error'],
  SelectAccountPage: ['select account'],
  ConsentPage: ['consent', 'consent, to more'],
  FormPostPage: ['form post'],
  AccountPage: ['account', 'account, new'],
  PasswordPage: ['password', 'password, error'],
  ProfilePage: ['profile', 'profile, errors'],
  SignOutPage: ['sign out', 'sign out, everywhere'],
  SignedOutPage: ['signed out', 'signed out, with frames'],
  DeviceCodePage: ['device code', 'device code, brought', 'device code, error'],
  DeviceConfirmPage: ['device confirm'],
  DeviceDonePage: ['device allowed', 'device denied'],
  ErrorPage: [
    'error, bad request',
    'error, broken',
    'error, busy',
    'refusal, not for you',
    'refusal, nothing here',
    'refusal, origin gone',
    'refusal, sign-in failed',
  ],
  GateSignOutPage: ['gate sign out'],
  GateSignedOutPage: ['gate signed out'],
  MailboxPage: ['mailbox', 'mailbox, empty'],
} as const;

export type StateName = (typeof states)[keyof typeof states][number];
