// What crosses the RPC border of a UserObject: plain values, never thrown errors, never a token or its secret.

export type * from './types/account.ts';
export type * from './types/alert.ts';
export type * from './types/email.ts';
export type * from './types/grant.ts';
export type * from './types/identity.ts';
export type * from './types/passkey.ts';
export type * from './types/password.ts';
export type * from './types/profile.ts';
export type * from './types/second-factor.ts';
export type * from './types/session.ts';
