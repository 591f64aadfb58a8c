import { type Answer, answerTo, challengesFor } from './answer.ts';
import type { Claims } from './claims.ts';
import { readCredentials, type Scheme } from './credentials.ts';
import { type DpopOptions, defaultProofAlgorithms } from './dpop.ts';
import { descriptions, type Refusal, type RefusalCode, refuse } from './refusal.ts';
import { resourceMetadataUrl } from './resource-metadata.ts';
import { type Verified, type VerifierOptions, verifier } from './verifier.ts';

/** What a request needs beyond a valid token. */
export interface Requirement {
  /** Every one of these must be in the token's scope. */
  scope?: readonly string[];
  /** The token's `acr` must be one of these, the preferred one first (RFC 9470). */
  acrValues?: readonly string[];
  /** For how many seconds a sign-in counts (RFC 9470). */
  maxAgeSeconds?: number;
}

export interface GuardOptions extends Omit<VerifierOptions, 'typ'> {
  /** The resource, where its metadata is published (RFC 9728): challenges then say where that is. */
  resource?: string;
}

/** What a guard reads of a request. Any platform's `Request` is one. */
export interface IncomingRequest {
  method: string;
  /** As the client called it. Behind a proxy that changes it, hand over the public one: a proof is for that. */
  url: string;
  headers: { get(name: string): string | null };
}

/** The request may pass. */
export interface Admitted<C extends Claims = Claims> extends Verified<C> {
  /** To be sent along with the answer. */
  responseHeaders: [name: string, value: string][];
}

/** The request may not pass. What to answer: */
export interface Denied extends Refusal {
  status: Answer['status'];
  responseHeaders: [name: string, value: string][];
  body: { error: string; error_description: string };
}

export type Guard<C extends Claims = Claims> = (
  request: IncomingRequest,
  requirement?: Requirement,
) => Promise<Admitted<C> | Denied>;

const RETRY_AFTER_SECONDS = 1;

/** Whether the token is enough. `now` in seconds since the epoch. */
function unmet(
  { scope, acr, auth_time }: Claims,
  required: Requirement,
  now: number,
): 'insufficient_scope' | 'insufficient_user_authentication' | undefined {
  const granted = typeof scope === 'string' ? scope.split(' ') : [];
  if (required.scope?.some((one) => !granted.includes(one))) return 'insufficient_scope';
  const { acrValues, maxAgeSeconds } = required;
  const strong = !acrValues || (typeof acr === 'string' && acrValues.includes(acr));
  const recent =
    maxAgeSeconds === undefined || (typeof auth_time === 'number' && now - auth_time <= maxAgeSeconds);
  return strong && recent ? undefined : 'insufficient_user_authentication';
}

/**
 * Makes a function that judges whole requests to a protected resource: the Authorization header, the proof, and what
 * the request needs; a refusal comes with the answer that RFC 6750 §3, RFC 9449 §7.1 and RFC 9470 §3 have for it.
 * Tokens in a form or a query are not looked at.
 * @throws TypeError when the options are wrong.
 */
export function resourceGuard<C extends Claims = Claims>({ resource, ...options }: GuardOptions): Guard<C> {
  const verify = verifier<C>(options);
  const { dpop, now = () => Date.now(), clockToleranceSeconds = 5 } = options;
  const metadata = resource === undefined ? undefined : resourceMetadataUrl(resource);
  const schemes: Scheme[] = [
    ...(dpop?.required ? [] : ['Bearer' as const]),
    ...(dpop ? ['DPoP' as const] : []),
  ];

  async function nonceOf({ nonce }: DpopOptions = {}): Promise<[string, string][]> {
    return nonce ? [['DPoP-Nonce', await nonce.current()]] : [];
  }

  async function deny(code: RefusalCode, used: Scheme | undefined, required: Requirement): Promise<Denied> {
    const { status, error } = answerTo(code);
    const { scope, acrValues, maxAgeSeconds } = required;
    const challenges = challengesFor(
      { schemes, used },
      {
        // RFC 6750 §3.1: whoever sent no token is told of no error.
        ...(code !== 'missing' && { error, error_description: descriptions[code] }),
        scope,
        ...(code === 'insufficient_user_authentication' && { acr_values: acrValues, max_age: maxAgeSeconds }),
        resource_metadata: metadata,
      },
      dpop?.algorithms ?? defaultProofAlgorithms,
    ).map((value): [string, string] => ['WWW-Authenticate', value]);
    return {
      ...refuse(code),
      status,
      responseHeaders: [
        ['Cache-Control', 'no-store'],
        ...(status === 503 ? [['Retry-After', String(RETRY_AFTER_SECONDS)] as [string, string]] : challenges),
        ...(await nonceOf(dpop)),
      ],
      body: { error, error_description: descriptions[code] },
    };
  }

  return async (request, required = {}) => {
    const sent = readCredentials(request.headers.get('Authorization'));
    if (typeof sent === 'string') return deny(sent, undefined, required);
    const { scheme, token } = sent;
    const { method, url } = request;
    const verified = await verify(
      token,
      scheme === 'DPoP' ? { proof: request.headers.get('DPoP'), method, url } : undefined,
    );
    if (!verified.ok) return deny(verified.code, scheme, required);
    const code = unmet(verified.claims as Claims, required, Math.floor(now() / 1000) - clockToleranceSeconds);
    if (code) return deny(code, scheme, required);
    return { ...verified, responseHeaders: await nonceOf(dpop) };
  };
}
