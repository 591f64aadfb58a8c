import type { SignInMethod } from './catalogue.ts';

/** The names of RFC 8176, and our own, as a method is called where it is counted. */
const methodOfAmr: Record<string, SignInMethod> = {
  pwd: 'password',
  hwk: 'passkey',
  swk: 'passkey',
  email: 'email_code',
  federated: 'provider',
  otp: 'totp',
  recovery: 'recovery_code',
};

/** What was proved last: factors are added at the end, and `mfa` and `user` name none. */
export function signInMethod(amr: readonly string[]): SignInMethod {
  const named = amr.map((one) => methodOfAmr[one]).filter((method) => method !== undefined);
  return named.at(-1) ?? 'other';
}
