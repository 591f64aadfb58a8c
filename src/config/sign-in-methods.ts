import { rpIdOf } from './passkeys.ts';
import type { Config } from './schema.ts';

type Ways = Pick<Config, 'issuer' | 'passkeys' | 'secondFactor'>;

/** The methods (RFC 8176) of each way to sign in that the configuration opens: what the contexts on offer follow from. */
export const signInMethods = (config: Ways): readonly (readonly string[])[] => [
  // Passwords, codes by mail and other providers are one factor each.
  ['pwd'],
  ...(config.secondFactor.policy === 'off' ? [] : [['pwd', 'otp', 'mfa']]),
  ...(rpIdOf(config) === undefined ? [] : [['hwk', 'user', 'mfa']]),
];
