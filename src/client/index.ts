export type { Auth, PageOptions, SignInOptions, StepUpChallenge } from './auth.ts';
export { AuthError, InvalidResponseError, RefusedError, SignedOutError, UnavailableError } from './errors.ts';
export type { AuthEvent } from './events.ts';
export type { User } from './id-token.ts';
export { type AuthOptions, createAuth } from './issuer.ts';
