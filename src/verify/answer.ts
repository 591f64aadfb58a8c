import { type Challenge, challengeHeader } from './challenge.ts';
import type { Scheme } from './credentials.ts';
import type { RefusalCode } from './refusal.ts';

/** The HTTP answer to a refusal, and its error (RFC 6750 §3.1, RFC 9449 §7.1, RFC 9470 §3). */
export interface Answer {
  status: 400 | 401 | 403 | 503;
  error:
    | 'invalid_request'
    | 'invalid_token'
    | 'insufficient_scope'
    | 'insufficient_user_authentication'
    | 'invalid_dpop_proof'
    | 'use_dpop_nonce'
    | 'temporarily_unavailable';
}

/** What is not the token's own fault, by its code. Everything else is 401 invalid_token. */
const answers: Partial<Record<RefusalCode, Answer>> = {
  keys_unavailable: { status: 503, error: 'temporarily_unavailable' },
  authorization_malformed: { status: 400, error: 'invalid_request' },
  insufficient_scope: { status: 403, error: 'insufficient_scope' },
  insufficient_user_authentication: { status: 401, error: 'insufficient_user_authentication' },
  // RFC 9449 §7.1: a proof of another key is a token in the wrong hands, not a proof that is no good.
  proof_key_mismatch: { status: 401, error: 'invalid_token' },
  proof_missing: { status: 401, error: 'invalid_token' },
  proof_nonce_needed: { status: 401, error: 'use_dpop_nonce' },
};

export const answerTo = (code: RefusalCode): Answer =>
  answers[code] ?? {
    status: 401,
    error: code.startsWith('proof_') ? 'invalid_dpop_proof' : 'invalid_token',
  };

/**
 * The values of WWW-Authenticate: one for each scheme that is taken, or for the one alone that the caller used.
 * @param algorithms those of proofs.
 */
export function challengesFor(
  { schemes, used }: { schemes: readonly Scheme[]; used: Scheme | undefined },
  challenge: Omit<Challenge, 'algs'>,
  algorithms: readonly string[],
): string[] {
  const { resource_metadata, ...rest } = challenge;
  return (used && schemes.includes(used) ? [used] : schemes).map((scheme) =>
    challengeHeader(scheme, { ...rest, ...(scheme === 'DPoP' && { algs: algorithms }), resource_metadata }),
  );
}
