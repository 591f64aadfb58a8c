// RFC 6749 §4.1.2.1 and §5.2, RFC 8707 §2, OpenID Connect Core §3.1.2.6.
export type AuthorizationErrorCode =
  | 'invalid_request'
  | 'unauthorized_client'
  | 'unsupported_response_type'
  | 'invalid_scope'
  | 'invalid_target'
  | 'login_required'
  | 'consent_required'
  | 'access_denied'
  | 'request_not_supported'
  | 'interaction_required'
  | 'account_selection_required'
  // OpenID Connect Core Error Code unmet_authentication_requirements, RFC 9470 §5
  | 'unmet_authentication_requirements'
  // RFC 9101 §7
  | 'invalid_request_uri'
  | 'invalid_request_object'
  | 'request_uri_not_supported'
  | 'registration_not_supported';

export type TokenErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_target'
  // RFC 9449 §5 and §8
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  // Ours, of the session API alone
  | 'mfa_required'
  // OAuth 2.0 for First-Party Applications §5.2.2
  | 'invalid_session'
  | 'insufficient_authorization'
  | 'redirect_to_web'
  // RFC 8628 §3.5
  | 'authorization_pending'
  | 'slow_down'
  | 'access_denied'
  | 'expired_token';

/** What a token, revocation or pushed request failed on. `cause` is stable and says why a grant ended. */
export interface TokenError {
  /** Of the authorization endpoint's only at the PAR endpoint (RFC 9126 §2.3). */
  error: TokenErrorCode | AuthorizationErrorCode;
  description: string;
  cause?: string;
}
