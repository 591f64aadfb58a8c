/** Why a token was refused. The codes are stable; the descriptions say the same for people, and quote no token. */
export const descriptions = {
  missing: 'there is no token',
  too_long: 'the token is longer than any that is issued',
  malformed: 'the token is not a signed JWT in compact form',
  type_mismatch: 'the token is of another type',
  algorithm_not_allowed: 'the token is signed with an algorithm that is not allowed here',
  critical_header_unknown: 'the token requires an extension that is not understood here',
  key_unknown: 'the token names no key that its issuer publishes',
  keys_unavailable: "the issuer's keys cannot be had at the moment",
  signature_invalid: 'the signature does not belong to the token',
  claim_missing: 'the token lacks a required claim (iss, sub, aud or exp)',
  claim_invalid: 'a registered claim of the token has the wrong form',
  issuer_mismatch: 'the token is from another issuer',
  audience_mismatch: 'the token is for another audience',
  not_yet_valid: 'the token is not valid yet',
  expired: 'the token has expired',

  // RFC 9449
  proof_missing: 'the token is bound to a key and comes without a proof that is checked here',
  binding_missing: 'the token is bound to no key',
  proof_invalid: 'the proof is not a DPoP proof as RFC 9449 has it',
  proof_algorithm_not_allowed: 'the proof is signed with an algorithm that is not allowed here',
  proof_signature_invalid: 'the signature does not belong to the proof',
  proof_request_mismatch: 'the proof is for another request',
  proof_token_mismatch: 'the proof is for another token',
  proof_key_mismatch: 'the proof is made with another key than the token is bound to',
  proof_not_current: 'the proof is too old, or from the future',
  proof_repeated: 'the proof was used before',
  proof_nonce_needed: 'the proof lacks the nonce that is asked for here',

  // The gate's assertion, bound to its request
  request_binding_missing: 'the assertion is not bound to a request',
  request_mismatch: 'the assertion is for another request',
  assertion_repeated: 'the assertion was used before',

  // What a resource asks beyond a valid token
  authorization_malformed: 'the Authorization header cannot be read in one way',
  insufficient_scope: 'the token lacks a scope that is needed here',
  insufficient_user_authentication: 'a more recent or a stronger sign-in is needed here',
} as const;

export type RefusalCode = keyof typeof descriptions;

/** A token that must not be believed. All but `keys_unavailable` are the caller's fault. */
export interface Refusal {
  ok: false;
  code: RefusalCode;
  description: string;
}

export const refuse = (code: RefusalCode): Refusal => ({ ok: false, code, description: descriptions[code] });
