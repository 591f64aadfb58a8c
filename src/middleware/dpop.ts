import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { answerTo } from '../verify/answer.ts';
import { challengeHeader } from '../verify/challenge.ts';
import { type Binding, defaultProofAlgorithms } from '../verify/dpop.ts';
import { payloadOf } from '../verify/jws.ts';
import { type Refusal, refuse } from '../verify/refusal.ts';
import { oauthError } from './failure.tsx';

/** What is asked of a request in the way of a proof (RFC 9449). */
export interface ProofDemand {
  /** Refuse a request that brings none. */
  required?: boolean;
  /**
   * At a protected resource: the access token, and the key it is bound to (`cnf.jkt`). The proof is then required, and
   * refusals are 401 with `WWW-Authenticate: DPoP` (RFC 9449 §7.1).
   */
  accessToken?: Binding;
}

/** The thumbprint of the key whose proof came with the request; undefined when none came and none had to. */
export interface Proved {
  jkt: string | undefined;
}

const missing = 'a DPoP proof is missing: what this client gets is bound to a key';

/**
 * Checks the DPoP proof of a request, uses it up, and names the nonce for the next one.
 * @returns the answer to send instead when the proof is wrong, repeated, missing or without the nonce asked for.
 */
export async function checkProof(
  c: Context,
  { config, proofs }: Pick<Dependencies, 'config' | 'proofs'>,
  { required = false, accessToken }: ProofDemand = {},
): Promise<Proved | Response> {
  const proof = c.req.header('DPoP');
  if (proof === undefined && !required && !accessToken) return { jkt: undefined };
  // RFC 9449 §8.2: to whoever has another one or none, so that a client which calls now and then always has one that is
  // good. It is not said again to whoever has it: oidc-client-ts takes an error that comes with one for use_dpop_nonce.
  const nonce = await proofs.nonce();
  const held = proof === undefined ? undefined : payloadOf(proof)?.nonce;
  if (nonce !== undefined && nonce !== held) c.header('DPoP-Nonce', nonce);
  if (proof === undefined && !accessToken)
    return oauthError(c, { error: 'invalid_dpop_proof', description: missing });
  // The address by its own name: behind a proxy the request arrives under another.
  const url = config.issuer + c.req.path;
  const result = await proofs.read({ proof, method: c.req.method, url }, accessToken);
  if (result.ok) return { jkt: result.jkt };
  return accessToken ? refuseAtResource(c, result) : refuseAtIssuer(c, result);
}

/**
 * Asks for the nonce at once where a proof lacks it. Before the client authenticates: its assertion is for one use, and
 * the same request, sent again with the nonce, should not be refused for that.
 */
export async function demandNonce(
  c: Context,
  { proofs }: Pick<Dependencies, 'proofs'>,
): Promise<Response | undefined> {
  const proof = c.req.header('DPoP');
  if (proof === undefined || !(await proofs.lacksNonce(proof))) return undefined;
  c.header('DPoP-Nonce', await proofs.nonce());
  return refuseAtIssuer(c, refuse('proof_nonce_needed'));
}

function refuseAtIssuer(c: Context, { code, description }: Refusal): Response {
  const error = code === 'proof_nonce_needed' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
  return oauthError(c, { error, description });
}

function refuseAtResource(c: Context, { code, description }: Refusal): Response {
  const { error } = answerTo(code);
  const challenge = { error, error_description: description, algs: defaultProofAlgorithms };
  c.header('WWW-Authenticate', challengeHeader('DPoP', challenge));
  c.header('Cache-Control', 'no-store');
  return c.json({ error, error_description: description }, 401);
}
