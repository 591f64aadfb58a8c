import type { Config } from './schema.ts';

type Ways = Pick<Config, 'passkeys' | 'secondFactor'>;

/** The methods (RFC 8176) of each way to sign in that the configuration opens: what the contexts on offer follow from. */
export const signInMethods = ({ passkeys, secondFactor }: Ways): readonly (readonly string[])[] => [
  // Passwords, codes by mail and other providers are one factor each.
  ['pwd'],
  ...(secondFactor.policy === 'off' ? [] : [['pwd', 'otp', 'mfa']]),
  ...(passkeys.enabled ? [['hwk', 'user', 'mfa']] : []),
];
