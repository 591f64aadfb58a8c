import { form } from './encoding.ts';
import { InvalidResponseError, RefusedError } from './errors.ts';

export interface AuthorizationRequest {
  issuer: string;
  clientId: string;
  redirectUri: string;
  scope: string;
  resources: readonly string[];
  state: string;
  nonce: string;
  codeChallenge: string;
  silent: boolean;
  /** OpenID Connect Core §3.1.2.1; seconds. */
  acrValues?: string | undefined;
  maxAge?: number | undefined;
  /** What the transport adds. */
  more?: Record<string, string> | undefined;
}

/** What apps show of whoever signed in, by the scope that allows it. */
const shown: Record<string, string[]> = { profile: ['name'], email: ['email', 'email_verified'] };

/** Where to send the browser (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2, OpenID Connect Core §3.1.2.1). */
export function authorizationUrl(request: AuthorizationRequest): string {
  // A scope alone brings claims to UserInfo (OpenID Connect Core §5.4). In the ID token they save a request.
  const claims = request.scope.split(' ').flatMap((scope) => shown[scope] ?? []);
  const parameters = form({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: request.state,
    nonce: request.nonce,
    code_challenge: request.codeChallenge,
    code_challenge_method: 'S256',
    prompt: request.silent ? 'none' : undefined,
    acr_values: request.acrValues,
    max_age: request.maxAge,
    claims: claims[0] && JSON.stringify({ id_token: Object.fromEntries(claims.map((name) => [name, null])) }),
    ...request.more,
  });
  for (const resource of request.resources) parameters.append('resource', resource);
  return `${request.issuer}/oauth/authorize?${parameters}`;
}

const names = ['state', 'code', 'iss', 'error', 'error_description', 'error_uri'];

/** Whether `url` is the redirect URI with an answer in its query; an app may have a `state` of its own. */
export function isResponse({ origin, pathname, searchParams }: URL, redirectUri: string): boolean {
  const expected = new URL(redirectUri);
  return (
    origin === expected.origin &&
    pathname === expected.pathname &&
    searchParams.has('state') &&
    (searchParams.has('code') || searchParams.has('error'))
  );
}

/** `url` without the answer: what may stay in the address bar and the history. */
export function withoutResponse(url: URL): string {
  const clean = new URL(url);
  for (const name of names) clean.searchParams.delete(name);
  return clean.href;
}

/**
 * The code of the answer to a request that this tab made (RFC 6749 §4.1.2).
 * @throws RefusedError with the error that the answer names; InvalidResponseError `issuer_mismatch`, `invalid_response`.
 */
export function readAuthorizationResponse(parameters: URLSearchParams, issuer: string): string {
  const [code, iss, error] = ['code', 'iss', 'error'].map((name) => parameters.get(name));
  // RFC 9207 §2.4: a code from another issuer must not reach our token endpoint, nor ours another's (mix-up).
  if (iss !== issuer) throw new InvalidResponseError('issuer_mismatch', 'another issuer answered');
  // RFC 6749 §3.1: parameters must not be repeated; which of the two would count is an attacker's choice.
  if (names.some((name) => parameters.getAll(name).length > 1) || !(code || error))
    throw new InvalidResponseError('invalid_response', 'the answer is malformed');
  if (error) throw new RefusedError(error, parameters.get('error_description') ?? error);
  return code as string;
}
