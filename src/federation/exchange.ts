import * as oauth from 'oauth4webapi';
import { codeOf, judge } from './judge.ts';
import { ProviderUnavailable, providerFetch } from './provider-fetch.ts';

// The authorization code flow from the client's side (OpenID Connect Core §3.1): what goes out, and what comes back.

/** One sign-in on its way: what went out with it, and what the answer is held to. */
export interface CodeRequest {
  redirectUri: string;
  state: string;
  /** Undefined where there is no ID token to hold it. */
  nonce: string | undefined;
  /** RFC 7636; what goes out is its S256 challenge. */
  codeVerifier: string;
}

/** What a provider gave for a person. */
export interface ProviderTokens {
  accessToken: string;
  /** Milliseconds since the epoch; undefined where the provider does not say. */
  accessExpiresAt: number | undefined;
  refreshToken: string | undefined;
}

export type CodeAnswer =
  /** The claims of the ID token are right; its signature is still to be checked. Empty where there is none. */
  | { kind: 'redeemed'; tokens: ProviderTokens; idToken: string }
  /** The person said no. */
  | { kind: 'denied' }
  /** `reason` quotes nothing of the answer. */
  | { kind: 'failed'; reason: string };

/** No token of a provider that a browser ever sees is longer. */
const MAXIMUM_TOKEN = 8192;
/** How far the provider's clock may be off. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/** A client that `clientId` names, as the library wants it. */
export const clientOf = (clientId: string): oauth.Client => ({
  client_id: clientId,
  [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
});

/** How the library fetches for us. */
export const fetchOptions = (environment: Parameters<typeof providerFetch>[0]) => {
  const fetch = providerFetch(environment);
  return (signal?: AbortSignal) => ({
    [oauth.customFetch]: fetch as never,
    // Whether http will do was judged with the address (provider-fetch.ts).
    [oauth.allowInsecureRequests]: true,
    ...(signal && { signal }),
  });
};

/** RFC 6749 §2.3.1: the provider says which way it takes a secret. @param clientSecret undefined for a public client */
export function secretAuthentication(clientSecret: string | undefined, methods: unknown): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None();
  const taken = Array.isArray(methods) ? methods : ['client_secret_basic'];
  if (taken.includes('client_secret_basic')) return oauth.ClientSecretBasic(clientSecret);
  if (taken.includes('client_secret_post')) return oauth.ClientSecretPost(clientSecret);
  throw new ProviderUnavailable('the provider takes no client secret');
}

/** @param now when they were asked for, in milliseconds since the epoch. @throws ProviderUnavailable for unusable ones */
export function tokensOf(answer: oauth.TokenEndpointResponse, now: number): ProviderTokens {
  const { access_token, refresh_token, expires_in, token_type } = answer;
  if (token_type !== 'bearer') throw new ProviderUnavailable('tokens that are bound to a key');
  for (const token of [access_token, refresh_token, answer.id_token]) {
    if (token !== undefined && token.length > MAXIMUM_TOKEN)
      throw new ProviderUnavailable('a token that is too long');
  }
  return {
    accessToken: access_token,
    accessExpiresAt: expires_in === undefined ? undefined : now + expires_in * 1000,
    refreshToken: refresh_token,
  };
}

/** The authorization endpoint with a whole request. @param more parameters beyond those that every request has */
export async function authorizationUrl(
  endpoint: string,
  clientId: string,
  scope: readonly string[],
  { redirectUri, state, nonce, codeVerifier }: CodeRequest,
  more: Readonly<Record<string, string>> = {},
): Promise<string> {
  const url = new URL(endpoint);
  const parameters = {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: scope.join(' '),
    state,
    ...(nonce !== undefined && { nonce }),
    code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
    ...more,
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}

interface Redemption {
  as: oauth.AuthorizationServer;
  client: oauth.Client;
  /** How the client authenticates itself. Asked only once the response has passed. */
  by: () => oauth.ClientAuth | Promise<oauth.ClientAuth>;
  /** Of the authorization response. */
  parameters: URLSearchParams;
  /** An ID token is asked for exactly where the request had a nonce. */
  request: CodeRequest;
  options: ReturnType<ReturnType<typeof fetchOptions>>;
  /** The errors by which the provider says that the person said no. Default access_denied. */
  denials?: readonly string[];
  /** Which issuer an ID token has to have, where the provider has several; undefined for one that is of none of them. */
  issuerOf?: (idToken: string) => string | undefined;
}

/** Judges an authorization response (RFC 6749 §4.1.2, RFC 9207) and redeems its code. @throws ProviderUnavailable */
export async function redeemCode({
  as,
  client,
  by,
  parameters,
  request: { redirectUri, state, nonce, codeVerifier },
  options,
  denials = ['access_denied'],
  issuerOf = () => as.issuer,
}: Redemption): Promise<CodeAnswer> {
  const failed = (error: unknown): CodeAnswer => ({ kind: 'failed', reason: codeOf(error) });
  let response: Response;
  const now = Date.now();
  try {
    const checked = oauth.validateAuthResponse(as, client, parameters, state);
    if (!parameters.get('code')) return { kind: 'failed', reason: 'no code' };
    const authentication = await by();
    response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      authentication,
      checked,
      redirectUri,
      codeVerifier,
      options,
    );
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw error;
    if (error instanceof oauth.AuthorizationResponseError && denials.includes(error.error))
      return { kind: 'denied' };
    return failed(error);
  }
  try {
    if (nonce === undefined) {
      const answer = await oauth.processAuthorizationCodeResponse(as, client, response);
      return { kind: 'redeemed', tokens: tokensOf(answer, now), idToken: '' };
    }
    const issuer = issuerOf(await idTokenIn(response.clone()));
    if (issuer === undefined) return { kind: 'failed', reason: 'wrong_issuer' };
    const expected = { expectedNonce: nonce, requireIdToken: true };
    const answer = await oauth.processAuthorizationCodeResponse(
      { ...as, issuer },
      client,
      response,
      expected,
    );
    return { kind: 'redeemed', tokens: tokensOf(answer, now), idToken: answer.id_token ?? '' };
  } catch (error) {
    return failed(error);
  }
}

/** The ID token of a token response, or nothing: what else is wrong with it is for the library to say. */
async function idTokenIn(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => undefined);
  const token = typeof body === 'object' && body !== null && 'id_token' in body ? body.id_token : undefined;
  return typeof token === 'string' ? token : '';
}

export type UserInfoAnswer =
  | { kind: 'claims'; claims: Readonly<Record<string, unknown>> }
  /** The access token is over. */
  | { kind: 'refused' }
  /** Of somebody else (OpenID Connect Core §5.3.2). */
  | { kind: 'mismatch' };

/** OpenID Connect Core §5.3. Whoever signed out has no access token that is good there. @throws ProviderUnavailable */
export async function askUserInfo(
  as: oauth.AuthorizationServer,
  client: oauth.Client,
  accessToken: string,
  subject: string,
  options: ReturnType<ReturnType<typeof fetchOptions>>,
): Promise<UserInfoAnswer> {
  const response = await judge(() => oauth.userInfoRequest(as, client, accessToken, options));
  if (response.status === 401 || response.status === 403) return { kind: 'refused' };
  try {
    const claims = await oauth.processUserInfoResponse(as, client, subject, response);
    return { kind: 'claims', claims };
  } catch (error) {
    if (codeOf(error) === oauth.JSON_ATTRIBUTE_COMPARISON) return { kind: 'mismatch' };
    throw new ProviderUnavailable('an answer of UserInfo that is none', { cause: error });
  }
}
