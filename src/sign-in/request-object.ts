import { openSignedBy } from '../clients/signature.ts';
import type { Client } from '../config/schema.ts';
import type { AuthorizationErrorCode } from '../core/oauth/error.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import type { Dependencies } from '../dependencies.ts';
import { isOfType } from '../verify/claims.ts';
import { type Algorithm, jwsOpener, readObject } from '../verify/jws.ts';

/** What request objects may be signed with: what clients have keys for. Never `none` (RFC 9101 §10.2). */
export const requestObjectAlgorithms: readonly Algorithm[] = ['ES256', 'PS256', 'RS256', 'EdDSA', 'Ed25519'];

/** RFC 9101 §4 asks for the first; OpenID Connect Core §6.1, which is older, for none at all. */
const types = ['oauth-authz-req+jwt', 'JWT'];

/** How far ahead of ours the client's clock may be, in seconds. */
const CLOCK_TOLERANCE = 30;

export type RequestObjectOutcome =
  | { kind: 'opened'; parameters: Parameters; resource: readonly string[] }
  | { kind: 'refused'; error: AuthorizationErrorCode; description: string };

type Needs = Pick<Dependencies, 'config' | 'issuerKeys'>;

const refused = (error: AuthorizationErrorCode, description: string): RequestObjectOutcome => ({
  kind: 'refused',
  error,
  description,
});

const open = jwsOpener(requestObjectAlgorithms);

/**
 * Opens a request object sent by value (RFC 9101 §6): what it says is the whole request, whatever stands beside it.
 * @param now seconds since the epoch.
 */
export async function openRequestObject(
  dependencies: Needs,
  client: Client,
  text: string,
  now: number,
): Promise<RequestObjectOutcome> {
  if (!client.jwks && !client.jwksUri) {
    return refused('request_not_supported', 'the client is registered with no key to sign request objects');
  }
  // Signed by nobody: not a broken object, but a kind that is not taken (OpenID Connect Core §6.1).
  if (/^eyJ[\w-]*\.[\w-]*\.$/.test(text)) {
    return refused('request_not_supported', 'request objects must be signed');
  }
  const invalid = (description: string) => refused('invalid_request_object', description);
  const opened = await openSignedBy(client, text, open, dependencies.issuerKeys);
  if (!opened.ok) return invalid(`the request object cannot be used: ${opened.description}`);
  const { typ } = opened.header;
  if (typ !== undefined && !types.some((type) => isOfType(typ, type))) {
    return invalid('the request object must be of the type oauth-authz-req+jwt');
  }
  const claims = readObject(opened.payload);
  if (!claims) return invalid('the request object must hold one JSON object');
  const fault = claimFault(claims, client.clientId, dependencies.config.issuer, now);
  return fault === undefined ? { kind: 'opened', ...parametersOf(claims) } : invalid(fault);
}

function claimFault(
  { iss, sub, aud, exp, nbf, iat, client_id, request, request_uri, resource }: Record<string, unknown>,
  clientId: string,
  issuer: string,
  now: number,
): string | undefined {
  // RFC 9101 §5 and §6.3.
  if (client_id !== clientId) return 'its client_id must be the one beside the request object';
  if (iss !== clientId) return 'its iss must be the client_id';
  if (!(Array.isArray(aud) ? aud : [aud]).includes(issuer)) return 'its aud must be this issuer';
  // RFC 9101 §10.8: an assertion that authenticates the client is no request.
  if (sub === clientId) return 'it must not have the client_id as sub';
  if (request !== undefined || request_uri !== undefined) return 'it must not hold another request object';
  // RFC 8707 §2: what is no text could be an object that cannot even be made one.
  if (![resource ?? []].flat().every((uri) => typeof uri === 'string'))
    return 'its resource must be text, or a list of texts';
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp <= now)
    return 'it must have an exp that is not over';
  for (const since of [nbf, iat]) {
    if (since !== undefined && !(typeof since === 'number' && since <= now + CLOCK_TOLERANCE)) {
      return 'it is from the future';
    }
  }
  return undefined;
}

/** About the object itself, not about the request. */
const ownClaims = new Set(['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'resource']);

/** Parameters as they would be without an object (RFC 9101 §4): texts; numbers and JSON as text; empty ones are absent. */
function parametersOf(claims: Record<string, unknown>): {
  parameters: Parameters;
  resource: readonly string[];
} {
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries(claims)) {
    if (ownClaims.has(name) || value === null || value === '') continue;
    parameters.set(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  const resource = [claims.resource].flat().filter((uri) => typeof uri === 'string' && uri !== '');
  return { parameters, resource: [...new Set(resource as string[])] };
}
