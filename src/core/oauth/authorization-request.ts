import { claimsOfScope } from '../account/claims.ts';
import { type AcrRequest, MULTI_FACTOR } from './acr.ts';
import { parseClaims } from './claims-request.ts';
import type { AuthorizationErrorCode } from './error.ts';
import type { Parameters } from './parameters.ts';
import { isRegisteredRedirectUri } from './redirect-uri.ts';
import { parseUiLocales } from './ui-locales.ts';

/** What the rule needs to know of a registered client. */
export interface RegisteredClient {
  clientId: string;
  applicationType: 'web' | 'native';
  redirectUris: readonly string[];
  isOwnRedirectUri?: ((uri: string) => boolean) | undefined;
  scope: readonly string[];
  resources: readonly string[];
  grantTypes: readonly string[];
  tokenEndpointAuthMethod: string;
  requirePkce: boolean;
  requirePushedAuthorizationRequests: boolean;
  requireSignedRequestObject: boolean;
  defaultMaxAge?: number | undefined;
}

const responseModes = ['query', 'form_post'] as const;
/** How the answer travels (OAuth 2.0 Multiple Response Type Encoding Practices §2.1, Form Post Response Mode). */
export type ResponseMode = (typeof responseModes)[number];

/** Where to answer, and how. */
export interface ReturnAddress {
  redirectUri: string;
  responseMode: ResponseMode;
  state: string | undefined;
}

export interface AuthorizationRequest extends ReturnAddress {
  clientId: string;
  scope: string[];
  resource: string[];
  nonce: string | undefined;
  /** Empty without PKCE, which a client with a secret or a key may leave out for a nonce. */
  codeChallenge: string;
  prompt: readonly Prompt[];
  /** Seconds since the last active sign-in that the client still accepts; undefined for any. */
  maxAgeSeconds: number | undefined;
  loginHint: string | undefined;
  /** The languages that the person reads, the best first. */
  uiLocales?: string[] | undefined;
  /** The user id of the only person who will do (`claims`, `id_token_hint`). */
  subject: string | undefined;
  acr: AcrRequest | undefined;
  /** Names asked for by `claims`. */
  claims: { idToken: string[]; userinfo: string[] } | undefined;
  /** Thumbprint of the key that the code is for (RFC 9449 §10). */
  dpopJkt: string | undefined;
  /** The id of the pushed request that this is; used up when it is granted. */
  pushed: string | undefined;
}

const prompts = ['none', 'login', 'consent', 'select_account'] as const;
export type Prompt = (typeof prompts)[number];

/** What sign-ins there are, and which of them will do for the client. */
export interface SignInOffer {
  /** The contexts that somebody can sign in with here. */
  acrValues: readonly string[];
  /** The operator wants a second factor for this client, whatever the client asks for. */
  secondFactorRequired: boolean;
}

/** How a request came. */
export interface Provenance {
  /** By PAR (RFC 9126): the id under which it is kept, or another of that length while it is being pushed. */
  pushed?: string | undefined;
  /** In a request object whose signature is right (RFC 9101). */
  signed?: boolean;
}

export type AuthorizationRequestOutcome =
  | { kind: 'valid'; request: AuthorizationRequest }
  | RefusedAuthorizationRequest;

export type RefusedAuthorizationRequest =
  /** Client or redirect URI are uncertain: the error is shown to the person and never redirected (RFC 9700 §4.11). */
  | { kind: 'shown'; error: AuthorizationErrorCode; description: string }
  | ({ kind: 'redirected'; error: AuthorizationErrorCode; description: string } & ReturnAddress);

/** A challenge, and a thumbprint, is the base64url of a SHA-256: 43 characters (RFC 7636 §4.2, RFC 9449 §10). */
const hashForm = /^[A-Za-z0-9_-]{43}$/;
/** All of it must fit a sealed cookie of 4096 bytes while the person signs in. */
export const MAXIMUM_KEPT_BYTES = 2300;

/** How many bytes of UTF-8 a request takes as JSON. Its texts were percent-decoded, so none is malformed. */
const keptBytes = (request: AuthorizationRequest): number =>
  encodeURIComponent(JSON.stringify(request)).replace(/%../g, '.').length;

/** The scope parameter's tokens, each once (RFC 6749 §3.3). */
export const scopeTokens = (scope: string): string[] => [
  ...new Set(scope.split(' ').filter((token) => token !== '')),
];

const isOneOf = <T extends string>(values: readonly T[], value: string): value is T =>
  (values as readonly string[]).includes(value);

/** An error goes back to the client only when both it and the address are certain; otherwise the person is told. */
export function refuseAuthorization(
  parameters: Parameters,
  client: RegisteredClient,
  error: AuthorizationErrorCode,
  description: string,
): RefusedAuthorizationRequest {
  const redirectUri = parameters.get('redirect_uri');
  if (redirectUri === undefined || !isRegisteredRedirectUri(client, redirectUri)) {
    return { kind: 'shown', error, description };
  }
  const asked = parameters.get('response_mode') ?? '';
  const responseMode = isOneOf(responseModes, asked) && canBePosted(redirectUri) ? asked : 'query';
  return {
    kind: 'redirected',
    error,
    description,
    redirectUri,
    responseMode,
    state: parameters.get('state'),
  };
}

/** A form can be posted to a website; a native app's own scheme takes addresses only. */
const canBePosted = (redirectUri: string): boolean => /^https?:/i.test(redirectUri);

type Fault = [error: AuthorizationErrorCode, description: string];
type Checked<T> = { fault: Fault } | { fault?: never; value: T };

/** Judges an authorization request of a registered client (RFC 6749 §4.1.1, RFC 9700 §2.1, OpenID Connect Core §3.1.2.2). */
export function checkAuthorizationRequest(
  parameters: Parameters,
  resource: readonly string[],
  client: RegisteredClient,
  offer: SignInOffer,
  provenance: Provenance = {},
): AuthorizationRequestOutcome {
  const redirectUri = parameters.get('redirect_uri');
  if (!redirectUri) {
    const description = 'the app did not say where to return to: redirect_uri is missing';
    return { kind: 'shown', error: 'invalid_request', description };
  }
  if (!isRegisteredRedirectUri(client, redirectUri)) {
    const description = 'the app asked to return to an address that is not registered for it';
    return { kind: 'shown', error: 'invalid_request', description };
  }
  const checked = check(parameters, resource, client, offer, provenance, redirectUri);
  return checked.fault
    ? refuseAuthorization(parameters, client, ...checked.fault)
    : { kind: 'valid', request: checked.value };
}

const fault = (error: AuthorizationErrorCode, description: string): { fault: Fault } => ({
  fault: [error, description],
});

function check(
  parameters: Parameters,
  resource: readonly string[],
  client: RegisteredClient,
  offer: SignInOffer,
  { pushed, signed = false }: Provenance,
  redirectUri: string,
): Checked<AuthorizationRequest> {
  if (parameters.has('registration'))
    return fault('registration_not_supported', 'registration is not supported');
  if (client.requirePushedAuthorizationRequests && pushed === undefined) {
    return fault('invalid_request', 'the client must push its requests');
  }
  if (client.requireSignedRequestObject && !signed) {
    return fault('invalid_request', 'the client must send its requests as signed request objects');
  }
  if (!client.grantTypes.includes('authorization_code')) {
    return fault('unauthorized_client', 'the client may not use the authorization code grant');
  }
  const responseType = parameters.get('response_type');
  if (!responseType) return fault('invalid_request', 'response_type is missing');
  if (responseType !== 'code') return fault('unsupported_response_type', 'response_type must be code');
  const responseMode = parameters.get('response_mode') ?? 'query';
  if (!isOneOf(responseModes, responseMode) || (responseMode === 'form_post' && !canBePosted(redirectUri))) {
    return fault('invalid_request', 'response_mode must be query, or form_post to a website');
  }

  const scope = scopeTokens(parameters.get('scope') ?? '');
  if (scope.length === 0) return fault('invalid_scope', 'scope is missing');
  if (!scope.every((token) => client.scope.includes(token))) {
    return fault('invalid_scope', 'the client asked for a scope that is not registered for it');
  }
  if (!resource.every((uri) => client.resources.includes(uri))) {
    return fault('invalid_target', 'the client asked for a resource that is not registered for it');
  }
  const nonce = parameters.get('nonce');
  const codeChallenge = checkCodeChallenge(
    parameters,
    client,
    scope.includes('openid') && nonce !== undefined,
  );
  if (codeChallenge.fault) return codeChallenge;
  const dpopJkt = parameters.get('dpop_jkt');
  if (dpopJkt !== undefined && !hashForm.test(dpopJkt)) {
    return fault('invalid_request', 'dpop_jkt must be the base64url of a SHA-256 thumbprint, 43 characters');
  }
  const signIn = checkSignIn(parameters, client, offer);
  if (signIn.fault) return signIn;

  const request: AuthorizationRequest = {
    clientId: client.clientId,
    redirectUri,
    responseMode,
    state: parameters.get('state'),
    scope,
    resource: resource.length > 0 ? [...resource] : client.resources.slice(0, 1),
    nonce,
    codeChallenge: codeChallenge.value,
    dpopJkt,
    pushed,
    uiLocales: parseUiLocales(parameters.get('ui_locales')),
    ...signIn.value,
  };
  return keptBytes(request) > MAXIMUM_KEPT_BYTES
    ? fault('invalid_request', `the request is longer than the ${MAXIMUM_KEPT_BYTES} bytes that can be kept`)
    : { value: request };
}

/** RFC 7636 §4.3. @param hasNonce of an ID token: what the exception needs (RFC 9700 §2.1.1) */
function checkCodeChallenge(
  parameters: Parameters,
  client: RegisteredClient,
  hasNonce: boolean,
): Checked<string> {
  const codeChallenge = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (codeChallenge === undefined) {
    const isPublic = client.tokenEndpointAuthMethod === 'none';
    if (isPublic || client.requirePkce || !hasNonce) {
      return fault('invalid_request', 'code_challenge is missing; PKCE is required');
    }
    // Half a PKCE is a mistake, or somebody took the other half away.
    return method === undefined
      ? { value: '' }
      : fault('invalid_request', 'code_challenge_method came without a code_challenge');
  }
  // An absent method means plain (RFC 7636 §4.3), which protects nothing.
  if (method !== 'S256') return fault('invalid_request', 'code_challenge_method must be S256');
  return hashForm.test(codeChallenge)
    ? { value: codeChallenge }
    : fault('invalid_request', 'code_challenge must be the base64url of a SHA-256, 43 characters');
}

type SignInWishes = Pick<
  AuthorizationRequest,
  'prompt' | 'maxAgeSeconds' | 'loginHint' | 'subject' | 'acr' | 'claims'
>;

/**
 * What no scope of the client could bring it, it does not get by naming it either. That is no error: a claim that is
 * asked for may stay out (OpenID Connect Core §5.5).
 */
const nameable = (scope: readonly string[], names: readonly string[] = []): string[] =>
  names.filter((name) =>
    scope.some((one) => Object.hasOwn(claimsOfScope, one) && claimsOfScope[one]?.includes(name)),
  );

/** What kind of sign-in will do. What the operator asks for is not the client's to waive. */
function acrFor(values: string[], essential: boolean, secondFactorRequired: boolean): AcrRequest | undefined {
  if (!secondFactorRequired) return values.length > 0 ? { values, essential } : undefined;
  const strong = values.filter((acr) => acr === 'phr' || acr === MULTI_FACTOR);
  return { values: essential && strong.length > 0 ? strong : [MULTI_FACTOR], essential: true };
}

/** What the request says about who should be signed in, and how (OpenID Connect Core §3.1.2.1, §5.5). */
function checkSignIn(
  parameters: Parameters,
  client: RegisteredClient,
  { acrValues, secondFactorRequired }: SignInOffer,
): Checked<SignInWishes> {
  const prompt = scopeTokens(parameters.get('prompt') ?? '');
  if (!prompt.every((value) => isOneOf(prompts, value))) {
    return fault('invalid_request', `prompt must be one of ${prompts.join(', ')}`);
  }
  if (prompt.includes('none') && prompt.length > 1) {
    return fault('invalid_request', 'prompt none cannot be combined with another');
  }
  const maxAge = parameters.get('max_age');
  if (maxAge !== undefined && !/^\d{1,9}$/.test(maxAge)) {
    return fault('invalid_request', 'max_age must be a number of seconds');
  }
  const claimsText = parameters.get('claims');
  const claims = claimsText === undefined ? undefined : parseClaims(claimsText);
  if (claimsText !== undefined && !claims) {
    return fault(
      'invalid_request',
      'claims must be a JSON object as section 5.5 of OpenID Connect Core has it',
    );
  }
  const voluntary = { values: scopeTokens(parameters.get('acr_values') ?? ''), essential: false };
  const wanted = claims?.acr ?? voluntary;
  const values = wanted.values.filter((acr) => acrValues.includes(acr));
  if (wanted.essential && values.length === 0) {
    return fault('unmet_authentication_requirements', 'no sign-in here is of a kind that was asked for');
  }
  const idToken = nameable(client.scope, claims?.idToken);
  const userinfo = nameable(client.scope, claims?.userinfo);
  return {
    value: {
      prompt,
      maxAgeSeconds: maxAge === undefined ? client.defaultMaxAge : Number(maxAge),
      loginHint: parameters.get('login_hint'),
      subject: claims?.subject,
      acr: acrFor(values, wanted.essential, secondFactorRequired),
      claims: idToken.length + userinfo.length > 0 ? { idToken, userinfo } : undefined,
    },
  };
}
