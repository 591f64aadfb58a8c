/**
 * Every error of this SDK. `code` is stable and meant for a `switch`; `message` is for developers.
 * No error carries a token or a code.
 */
export class AuthError extends Error {
  override name = 'AuthError';
  declare readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The issuer said no. `code` is the error it sent (RFC 6749 §4.1.2.1 and §5.2, OpenID Connect Core §3.1.2.6):
 * `access_denied`, `invalid_scope`, ...
 */
export class RefusedError extends AuthError {}

/**
 * The answer cannot be trusted and was thrown away. `code` is one of
 * `unknown_state` (no sign-in was begun in this tab for it: an old link, or somebody else's answer),
 * `issuer_mismatch` (another issuer answered, RFC 9207),
 * `invalid_response` (malformed), `invalid_id_token`.
 */
export class InvalidResponseError extends AuthError {}

/** Nobody is signed in; `code` is `signed_out`. `signIn()` is the way on. */
export class SignedOutError extends AuthError {
  /**
   * Why, when nobody asked for it here: the issuer's cause (`sign_out_everywhere`, `session_ended`, `idle_expiry`,
   * `absolute_expiry`, `reuse` when a copied token was used, ...), `no_session` when this browser holds nothing to go on
   * with, or `user_changed` in another tab.
   */
  declare readonly reason: string | undefined;

  constructor(reason?: string, message = reason ?? 'nobody is signed in') {
    super('signed_out', message);
    this.reason = reason;
  }
}

/** The issuer (or the app's own server, for a part that loads on demand) could not be reached or was too busy; `code` is `unavailable`. Nobody was signed out by it. */
export class UnavailableError extends AuthError {
  /** When it makes sense to try again, in milliseconds since the epoch. Earlier calls fail without a request. */
  declare readonly retryAt: number;

  constructor(retryAt: number) {
    super('unavailable', 'the server cannot be reached or refuses us');
    this.retryAt = retryAt;
  }
}
