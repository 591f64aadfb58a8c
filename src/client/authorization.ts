import { InvalidResponseError } from './errors.ts';

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
}

/** What apps show of whoever signed in, by the scope that allows it. */
const shown: Record<string, string[]> = { profile: ['name'], email: ['email', 'email_verified'] };

/** Where to send the browser (RFC 6749 §4.1.1, RFC 7636 §4.3, RFC 8707 §2, OpenID Connect Core §3.1.2.1). */
export function authorizationUrl(request: AuthorizationRequest): string {
  const parameters = new URLSearchParams({
    response_type: 'code',
    client_id: request.clientId,
    redirect_uri: request.redirectUri,
    scope: request.scope,
    state: request.state,
    nonce: request.nonce,
    code_challenge: request.codeChallenge,
    code_challenge_method: 'S256',
  });
  for (const resource of request.resources) parameters.append('resource', resource);
  // A scope alone brings claims to UserInfo (OpenID Connect Core §5.4). In the ID token they save a request.
  const names = request.scope.split(' ').flatMap((scope) => shown[scope] ?? []);
  if (names.length > 0) {
    const id_token = Object.fromEntries(names.map((name) => [name, null]));
    parameters.set('claims', JSON.stringify({ id_token }));
  }
  if (request.silent) parameters.set('prompt', 'none');
  return `${request.issuer}/oauth/authorize?${parameters}`;
}

const names = ['state', 'code', 'iss', 'error', 'error_description', 'error_uri'];

/** Whether `url` is the redirect URI with an answer in its query, or a return from the sign-out page. */
export function isResponse(url: URL, redirectUri: string): boolean {
  const expected = new URL(redirectUri);
  return (
    url.origin === expected.origin && url.pathname === expected.pathname && url.searchParams.has('state')
  );
}

/** `url` without the answer: what may stay in the address bar and the history. */
export function withoutResponse(url: URL): string {
  const clean = new URL(url);
  for (const name of names) clean.searchParams.delete(name);
  return clean.href;
}

export type AuthorizationResponse =
  | { kind: 'code'; code: string }
  | { kind: 'error'; error: string; description: string };

/**
 * Judges the answer to a request that this tab made (RFC 6749 §4.1.2).
 * @throws InvalidResponseError `issuer_mismatch` or `invalid_response`.
 */
export function readAuthorizationResponse(
  parameters: URLSearchParams,
  issuer: string,
): AuthorizationResponse {
  // RFC 6749 §3.1: parameters must not be repeated; which of the two would count is an attacker's choice.
  if (names.some((name) => parameters.getAll(name).length > 1)) {
    throw new InvalidResponseError('invalid_response', 'a parameter of the answer is repeated');
  }
  // RFC 9207 §2.4: a code from another issuer must not reach our token endpoint, nor ours another's (mix-up).
  if (parameters.get('iss') !== issuer) {
    throw new InvalidResponseError('issuer_mismatch', 'the answer is not from the configured issuer');
  }
  const error = parameters.get('error');
  if (error) return { kind: 'error', error, description: parameters.get('error_description') ?? error };
  const code = parameters.get('code');
  if (code) return { kind: 'code', code };
  throw new InvalidResponseError('invalid_response', 'the answer has neither a code nor an error');
}
