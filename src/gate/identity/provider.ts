import * as oauth from 'oauth4webapi';
import { addressFault, developmentAddressFault } from '../../config/address.ts';
import type { Config } from '../../config/schema.ts';
import { memory } from '../../verify/memory.ts';
import type { SignInRequest } from './identity.ts';
import type { IntrospectionAnswer } from './introspection.ts';
import { ProviderUnavailable, providerFetch } from './provider-fetch.ts';

/** What the gate got for a person. */
export interface ProviderTokens {
  accessToken: string;
  /** Milliseconds since the epoch; undefined where the provider does not say. */
  accessExpiresAt: number | undefined;
  refreshToken: string | undefined;
}

export type CodeAnswer =
  /** The claims of the ID token are right; its signature is still to be checked. */
  | { kind: 'redeemed'; tokens: ProviderTokens; idToken: string }
  | { kind: 'denied' }
  | { kind: 'failed'; reason: string };

type UserInfoAnswer =
  | { kind: 'claims'; claims: Readonly<Record<string, unknown>> }
  /** The access token is over. */
  | { kind: 'refused' }
  /** Of somebody else (OpenID Connect Core §5.3.2). */
  | { kind: 'mismatch' };

export type RefreshAnswer = { kind: 'refreshed'; tokens: ProviderTokens } | { kind: 'refused' };

/** What the provider's metadata has to have for a gate. */
export type Metadata = oauth.AuthorizationServer & {
  authorization_endpoint: string;
  token_endpoint: string;
  userinfo_endpoint: string;
  jwks_uri: string;
};

const HOUR_MILLISECONDS = 60 * 60_000;
/** Where no newer metadata can be had, the old one is good for so long. */
const STALE_MILLISECONDS = 24 * HOUR_MILLISECONDS;
const RETRY_MILLISECONDS = 30_000;
/** Where there is none at all, nobody waits for the provider again for so long. */
const PAUSE_MILLISECONDS = 1_000;
/** No token of a provider that a browser ever sees is longer. */
const MAXIMUM_TOKEN = 8192;

interface Known {
  metadata: Metadata;
  discoveredAt: number;
  /** Milliseconds since the epoch. */
  until: number;
}

/** One memory for the gate and its session objects in this isolate: values only, no promises. */
const discovered = memory<Known>(10);
/** When each provider may be tried again, in milliseconds since the epoch. */
const paused = memory<number>(10);

const needed = ['authorization_endpoint', 'token_endpoint', 'userinfo_endpoint', 'jwks_uri'] as const;

/** The client's side of an OpenID provider: what is sent, and what is made of the answers. */
export type Provider = ReturnType<typeof createProvider>;

/**
 * @param clientSecret undefined for a public client.
 * All of it throws ProviderUnavailable where the provider cannot be reached or does not keep to the protocol.
 */
export function createProvider({
  identityProvider,
  environment,
  clientSecret,
}: {
  identityProvider: NonNullable<Config['identityProvider']>;
  environment: Config['environment'];
  clientSecret: string | undefined;
}) {
  const { issuer, clientId, scope, algorithms } = identityProvider;
  const fetch = providerFetch(environment);
  const faultOf = environment === 'development' ? developmentAddressFault : addressFault;
  const client: oauth.Client = { client_id: clientId };
  const options = (signal?: AbortSignal) => ({
    [oauth.customFetch]: fetch as never,
    // Whether http will do was judged with the address (provider-fetch.ts).
    [oauth.allowInsecureRequests]: true,
    ...(signal && { signal }),
  });

  async function discover(): Promise<Metadata> {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const response = await fetch(url, { headers: { Accept: 'application/json' } });
    const metadata = await judge(() => oauth.processDiscoveryResponse(new URL(issuer), response));
    // OpenID Connect Discovery §4.3: identical, or somebody else answers.
    if (metadata.issuer !== issuer) throw new ProviderUnavailable('the metadata is of another issuer');
    for (const name of needed) {
      if (typeof metadata[name] !== 'string') throw new ProviderUnavailable(`the metadata lacks ${name}`);
    }
    // The others are judged when they are fetched; browsers are sent to this one.
    const fault = faultOf(metadata.authorization_endpoint ?? '');
    if (fault) throw new ProviderUnavailable(`the authorization endpoint ${fault}`);
    return {
      ...metadata,
      // What we take is ours to say; what the provider announces is not.
      id_token_signing_alg_values_supported: [...algorithms],
    } as Metadata;
  }

  async function metadata(): Promise<Metadata> {
    const now = Date.now();
    const known = discovered.get(issuer);
    if (known && now < known.until) return known.metadata;
    const isUsable = known !== undefined && now <= known.discoveredAt + STALE_MILLISECONDS;
    // Every navigation without a session begins here.
    if (!isUsable && now < (paused.get(issuer) ?? 0))
      throw new ProviderUnavailable('the metadata could not be had a moment ago');
    try {
      const found = await discover();
      discovered.set(issuer, { metadata: found, discoveredAt: now, until: now + HOUR_MILLISECONDS });
      return found;
    } catch (error) {
      if (!isUsable) {
        paused.set(issuer, Date.now() + PAUSE_MILLISECONDS);
        throw error;
      }
      discovered.set(issuer, { ...known, until: now + RETRY_MILLISECONDS });
      return known.metadata;
    }
  }

  /** RFC 6749 §2.3.1: the provider says which way it takes a secret. */
  function authentication(
    metadata: Metadata,
    methods: unknown = metadata.token_endpoint_auth_methods_supported,
  ): oauth.ClientAuth {
    if (clientSecret === undefined) return oauth.None();
    const taken = Array.isArray(methods) ? methods : ['client_secret_basic'];
    if (taken.includes('client_secret_basic')) return oauth.ClientSecretBasic(clientSecret);
    if (taken.includes('client_secret_post')) return oauth.ClientSecretPost(clientSecret);
    throw new ProviderUnavailable('the provider takes no client secret');
  }

  function tokensOf(answer: oauth.TokenEndpointResponse, now: number): ProviderTokens {
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

  return {
    metadata,

    async authorizationUrl({ redirectUri, state, nonce, codeVerifier, stepUp }: SignInRequest) {
      const url = new URL((await metadata()).authorization_endpoint);
      const parameters = {
        response_type: 'code',
        client_id: clientId,
        redirect_uri: redirectUri,
        scope: scope.join(' '),
        state,
        nonce,
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
        // OpenID Connect Core §11: without it the provider must not heed offline_access.
        ...(scope.includes('offline_access') && { prompt: 'consent' }),
        ...(stepUp.acrValues && { acr_values: stepUp.acrValues.join(' ') }),
        ...(stepUp.maxAgeSeconds !== undefined && { max_age: String(stepUp.maxAgeSeconds) }),
      };
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      return url.href;
    },

    /** Judges an authorization response (RFC 6749 §4.1.2, RFC 9207) and redeems its code. */
    async redeem(
      parameters: URLSearchParams,
      { redirectUri, state, nonce, codeVerifier }: SignInRequest,
    ): Promise<CodeAnswer> {
      const as = await metadata();
      const failed = (error: unknown): CodeAnswer => ({ kind: 'failed', reason: codeOf(error) });
      let response: Response;
      const now = Date.now();
      try {
        const checked = oauth.validateAuthResponse(as, client, parameters, state);
        if (!parameters.get('code')) return { kind: 'failed', reason: 'no code' };
        const by = authentication(as);
        response = await oauth.authorizationCodeGrantRequest(
          as,
          client,
          by,
          checked,
          redirectUri,
          codeVerifier,
          options(),
        );
      } catch (error) {
        if (error instanceof ProviderUnavailable) throw error;
        if (error instanceof oauth.AuthorizationResponseError && error.error === 'access_denied')
          return { kind: 'denied' };
        return failed(error);
      }
      try {
        const expected = { expectedNonce: nonce, requireIdToken: true };
        const answer = await oauth.processAuthorizationCodeResponse(as, client, response, expected);
        return { kind: 'redeemed', tokens: tokensOf(answer, now), idToken: answer.id_token ?? '' };
      } catch (error) {
        return failed(error);
      }
    },

    /** OpenID Connect Core §5.3. Whoever signed out has no access token that is good there. */
    async userInfo(accessToken: string, subject: string, signal?: AbortSignal): Promise<UserInfoAnswer> {
      const as = await metadata();
      const response = await judge(() => oauth.userInfoRequest(as, client, accessToken, options(signal)));
      if (response.status === 401 || response.status === 403) return { kind: 'refused' };
      try {
        const claims = await oauth.processUserInfoResponse(as, client, subject, response);
        return { kind: 'claims', claims };
      } catch (error) {
        if (codeOf(error) === oauth.JSON_ATTRIBUTE_COMPARISON) return { kind: 'mismatch' };
        throw new ProviderUnavailable('an answer of UserInfo that is none', { cause: error });
      }
    },

    /** RFC 6749 §6. What comes must be stored before it is used: the old refresh token may be worth nothing now. */
    async refresh(refreshToken: string, signal?: AbortSignal): Promise<RefreshAnswer> {
      const as = await metadata();
      const now = Date.now();
      const response = await judge(() =>
        oauth.refreshTokenGrantRequest(as, client, authentication(as), refreshToken, options(signal)),
      );
      try {
        const answer = await oauth.processRefreshTokenResponse(as, client, response);
        return { kind: 'refreshed', tokens: tokensOf(answer, now) };
      } catch (error) {
        if (error instanceof oauth.ResponseBodyError && error.error === 'invalid_grant')
          return { kind: 'refused' };
        throw new ProviderUnavailable('an answer to a refresh that is none', { cause: error });
      }
    },

    /** RFC 7662; undefined where the provider does not have it, or not for such a token. Whoever asks bounds how often. */
    async introspect(token: string): Promise<IntrospectionAnswer | undefined> {
      const as = await metadata();
      if (typeof as.introspection_endpoint !== 'string') return undefined;
      const by = authentication(as, as.introspection_endpoint_auth_methods_supported);
      const parameters = { ...options(), additionalParameters: { token_type_hint: 'access_token' } };
      return judge(async () => {
        const response = await oauth.introspectionRequest(as, client, by, token, parameters);
        // The library would take a JWT (RFC 9701) without looking at its signature.
        if (!/^application\/json\b/i.test(response.headers.get('Content-Type') ?? ''))
          throw new ProviderUnavailable('an answer to an introspection that is no JSON');
        return oauth.processIntrospectionResponse(as, client, response).catch((error: unknown) => {
          // RFC 7009 §2.2.1: some say so of their own JWTs, of which they keep nothing.
          if (error instanceof oauth.ResponseBodyError && error.error === 'unsupported_token_type')
            return undefined;
          throw error;
        });
      });
    },

    /** RFC 7009, where the provider has it. */
    async revoke(refreshToken: string): Promise<void> {
      const as = await metadata();
      if (typeof as.revocation_endpoint !== 'string') return;
      const parameters = { ...options(), additionalParameters: { token_type_hint: 'refresh_token' } };
      await judge(() => oauth.revocationRequest(as, client, authentication(as), refreshToken, parameters));
    },

    /** OpenID Connect RP-Initiated Logout §2; undefined where the provider has none. */
    async logoutUrl(idToken: string | undefined, returnTo: string): Promise<string | undefined> {
      const { end_session_endpoint: endpoint } = await metadata();
      const url = typeof endpoint === 'string' ? URL.parse(endpoint) : null;
      // It is put into a Location, not fetched: but javascript: is no place for anybody.
      if (!url || !/^https?:$/.test(url.protocol)) return undefined;
      // A hint that is too long for an address is left out: the provider then asks its person.
      if (idToken !== undefined && idToken.length <= 4096) url.searchParams.set('id_token_hint', idToken);
      url.searchParams.set('client_id', clientId);
      url.searchParams.set('post_logout_redirect_uri', returnTo);
      return url.href;
    },
  };
}

/** What is wrong, in oauth4webapi's own fixed words; its messages and causes quote the answer. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** Whatever the library throws is the provider's fault here. */
async function judge<T>(use: () => Promise<T>): Promise<T> {
  try {
    return await use();
  } catch (error) {
    if (error instanceof ProviderUnavailable) throw error;
    throw new ProviderUnavailable('the provider does not keep to the protocol', { cause: error });
  }
}
