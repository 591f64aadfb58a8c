import type { AuthorizationErrorCode } from './error.ts';
import type { Parameters } from './parameters.ts';

/** What the rule needs to know of a registered client. */
export interface RegisteredClient {
  clientId: string;
  redirectUris: readonly string[];
  scope: readonly string[];
  resources: readonly string[];
  grantTypes: readonly string[];
}

export interface AuthorizationRequest {
  clientId: string;
  redirectUri: string;
  scope: string[];
  resource: string[];
  state: string | undefined;
  nonce: string | undefined;
  codeChallenge: string;
  prompt: readonly Prompt[];
  /** Seconds since the last active sign-in that the client still accepts; undefined for any. */
  maxAgeSeconds: number | undefined;
  loginHint: string | undefined;
}

const prompts = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof prompts)[number];

export type AuthorizationRequestOutcome =
  | { kind: 'valid'; request: AuthorizationRequest }
  /** Client or redirect URI are uncertain: the error is shown to the person and never redirected (RFC 9700 §4.11). */
  | { kind: 'shown'; description: string }
  | {
      kind: 'redirected';
      redirectUri: string;
      state: string | undefined;
      error: AuthorizationErrorCode;
      description: string;
    };

/** A challenge is the base64url of a SHA-256: 43 characters (RFC 7636 §4.2). */
const codeChallengeForm = /^[A-Za-z0-9_-]{43}$/;
/** All of it must fit a sealed cookie of 4096 bytes while the person signs in. */
const MAXIMUM_BYTES = 2000;

/** How many bytes of UTF-8 the values take as JSON. They were percent-decoded, so none is malformed. */
const storedBytes = (values: readonly string[]): number =>
  encodeURIComponent(JSON.stringify(values)).replace(/%../g, '.').length;

/** The scope parameter's tokens, each once (RFC 6749 §3.3). */
export const scopeTokens = (scope: string): string[] => [
  ...new Set(scope.split(' ').filter((token) => token !== '')),
];

/** Judges an authorization request against the client that it names (RFC 6749 §4.1.1, RFC 9700 §2.1). */
export function checkAuthorizationRequest(
  parameters: Parameters,
  resource: readonly string[],
  clientOf: (clientId: string) => RegisteredClient | undefined,
): AuthorizationRequestOutcome {
  const clientId = parameters.get('client_id');
  if (!clientId)
    return { kind: 'shown', description: 'The app did not say who it is: client_id is missing.' };
  const client = clientOf(clientId);
  if (!client) return { kind: 'shown', description: 'No app with this client_id is registered here.' };
  const redirectUri = parameters.get('redirect_uri');
  if (!redirectUri) {
    return { kind: 'shown', description: 'The app did not say where to return to: redirect_uri is missing.' };
  }
  // Exact comparison, byte for byte: anything looser has been an open redirect (RFC 9700 §4.1.3).
  if (!client.redirectUris.includes(redirectUri)) {
    return {
      kind: 'shown',
      description: 'The app asked to return to an address that is not registered for it.',
    };
  }

  const state = parameters.get('state');
  const refuse = (error: AuthorizationErrorCode, description: string): AuthorizationRequestOutcome => ({
    kind: 'redirected',
    redirectUri,
    state: state,
    error,
    description,
  });

  const length = storedBytes([...parameters.values(), ...resource]);
  if (length > MAXIMUM_BYTES) {
    return refuse(
      'invalid_request',
      `the request is longer than the ${MAXIMUM_BYTES} bytes that can be kept`,
    );
  }
  if (parameters.has('request')) return refuse('request_not_supported', 'request objects are not supported');
  if (parameters.has('request_uri'))
    return refuse('request_uri_not_supported', 'request_uri is not supported');
  if (parameters.has('registration'))
    return refuse('registration_not_supported', 'registration is not supported');
  if (!client.grantTypes.includes('authorization_code')) {
    return refuse('unauthorized_client', 'the client may not use the authorization code grant');
  }
  const responseType = parameters.get('response_type');
  if (!responseType) return refuse('invalid_request', 'response_type is missing');
  if (responseType !== 'code') return refuse('unsupported_response_type', 'response_type must be code');
  if ((parameters.get('response_mode') ?? 'query') !== 'query') {
    return refuse('invalid_request', 'response_mode must be query');
  }

  const codeChallenge = parameters.get('code_challenge');
  if (!codeChallenge) return refuse('invalid_request', 'code_challenge is missing; PKCE is required');
  // An absent method means plain (RFC 7636 §4.3), which protects nothing.
  if (parameters.get('code_challenge_method') !== 'S256') {
    return refuse('invalid_request', 'code_challenge_method must be S256');
  }
  if (!codeChallengeForm.test(codeChallenge)) {
    return refuse('invalid_request', 'code_challenge must be the base64url of a SHA-256, 43 characters');
  }

  const scope = scopeTokens(parameters.get('scope') ?? '');
  if (scope.length === 0) return refuse('invalid_scope', 'scope is missing');
  if (!scope.every((token) => client.scope.includes(token))) {
    return refuse('invalid_scope', 'the client asked for a scope that is not registered for it');
  }
  if (!resource.every((uri) => client.resources.includes(uri))) {
    return refuse('invalid_target', 'the client asked for a resource that is not registered for it');
  }

  const prompt = scopeTokens(parameters.get('prompt') ?? '');
  if (!prompt.every((value): value is Prompt => (prompts as readonly string[]).includes(value))) {
    return refuse('invalid_request', `prompt must be one of ${prompts.join(', ')}`);
  }
  if (prompt.includes('none') && prompt.length > 1) {
    return refuse('invalid_request', 'prompt none cannot be combined with another');
  }
  const maxAge = parameters.get('max_age');
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) {
    return refuse('invalid_request', 'max_age must be a number of seconds');
  }

  return {
    kind: 'valid',
    request: {
      clientId,
      redirectUri,
      scope,
      resource: resource.length > 0 ? [...resource] : client.resources.slice(0, 1),
      state,
      nonce: parameters.get('nonce'),
      codeChallenge,
      prompt,
      maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
      loginHint: parameters.get('login_hint'),
    },
  };
}

/**
 * Whether the person must sign in again before this request can be granted.
 * @param authTime seconds since the epoch, of the session's last active sign-in.
 * @param nowSeconds seconds since the epoch.
 */
export function needsSignIn(request: AuthorizationRequest, authTime: number, nowSeconds: number): boolean {
  // Choosing another account means signing in again, as long as a browser holds one session at a time.
  if (request.prompt.includes('login') || request.prompt.includes('select_account')) return true;
  return request.maxAgeSeconds !== undefined && nowSeconds - authTime > request.maxAgeSeconds;
}
