import { errors } from 'jose';

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
} as const;

export type RefusalCode = keyof typeof descriptions;

/** A token that must not be believed. All but `keys_unavailable` are the caller's fault. */
export interface Refusal {
  ok: false;
  code: RefusalCode;
  description: string;
}

export const refuse = (code: RefusalCode): Refusal => ({ ok: false, code, description: descriptions[code] });

const byClaim: Record<string, RefusalCode> = {
  typ: 'type_mismatch',
  iss: 'issuer_mismatch',
  aud: 'audience_mismatch',
  nbf: 'not_yet_valid',
};

const byError: Record<string, RefusalCode> = {
  [errors.JWSInvalid.code]: 'malformed',
  [errors.JWTInvalid.code]: 'malformed',
  [errors.JWTExpired.code]: 'expired',
  [errors.JOSEAlgNotAllowed.code]: 'algorithm_not_allowed',
  // The allow-list has passed by then: only `crit` is left to be unsupported.
  [errors.JOSENotSupported.code]: 'critical_header_unknown',
  [errors.JWKSNoMatchingKey.code]: 'key_unknown',
  [errors.JWSSignatureVerificationFailed.code]: 'signature_invalid',
};

/** What an error of jose's says about the token; anything that says nothing about it is thrown on. */
export function refusalFrom(error: unknown): Refusal {
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return refuse('claim_missing');
    return refuse((error.reason === 'check_failed' && byClaim[error.claim]) || 'claim_invalid');
  }
  const code = error instanceof errors.JOSEError ? byError[error.code] : undefined;
  if (!code) throw error;
  return refuse(code);
}
