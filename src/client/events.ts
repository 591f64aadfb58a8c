import type { AuthError } from './errors.ts';
import type { User } from './id-token.ts';

/** What listeners hear. */
export type AuthEvent =
  /**
   * Here, in another tab, or by taking up the session that the browser held. `expiresAt`: when the access token expires,
   * in milliseconds since the epoch; absent behind the gate, where there is none.
   */
  | { type: 'signed_in'; user: User; expiresAt?: number }
  /** There is a new access token; what is known of the user may be new as well. */
  | { type: 'refreshed'; user: User; expiresAt?: number }
  /** With an error when nobody asked for it: `error.reason` of a SignedOutError says why. */
  | { type: 'signed_out'; error?: AuthError | undefined };

/** Who listens. */
export function createListeners() {
  const listeners = new Set<(event: AuthEvent) => void>();
  return {
    emit(event: AuthEvent): void {
      for (const listener of listeners) {
        try {
          listener(event);
        } catch (error) {
          // A listener's fault is the page's own: it must not end a sign-in or a refresh half done.
          reportError(error);
        }
      }
    },
    onChange(listener: (event: AuthEvent) => void): () => void {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
