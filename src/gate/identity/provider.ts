import * as oauth from 'oauth4webapi';
import type { Config } from '../../config/schema.ts';
import { discovery } from '../../federation/discovery.ts';
import {
  askUserInfo,
  authorizationUrl,
  type CodeAnswer,
  clientOf,
  fetchOptions,
  type ProviderTokens,
  redeemCode,
  secretAuthentication,
  tokensOf,
  type UserInfoAnswer,
} from '../../federation/exchange.ts';
import { judge } from '../../federation/judge.ts';
import { ProviderUnavailable } from '../../federation/provider-fetch.ts';
import type { SignInRequest } from './identity.ts';
import type { IntrospectionAnswer } from './introspection.ts';

export type RefreshAnswer = { kind: 'refreshed'; tokens: ProviderTokens } | { kind: 'refused' };

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
  const client = clientOf(clientId);
  const options = fetchOptions(environment);
  const metadata = discovery({ issuer, algorithms, endpoints: ['userinfo_endpoint'], environment });
  const authentication = (
    as: oauth.AuthorizationServer,
    methods: unknown = as.token_endpoint_auth_methods_supported,
  ) => secretAuthentication(clientSecret, methods);

  return {
    metadata,

    async authorizationUrl({ stepUp, ...request }: SignInRequest) {
      return authorizationUrl((await metadata()).authorization_endpoint, clientId, scope, request, {
        // OpenID Connect Core §11: without it the provider must not heed offline_access.
        ...(scope.includes('offline_access') && { prompt: 'consent' }),
        ...(stepUp.acrValues && { acr_values: stepUp.acrValues.join(' ') }),
        ...(stepUp.maxAgeSeconds !== undefined && { max_age: String(stepUp.maxAgeSeconds) }),
      });
    },

    async redeem(parameters: URLSearchParams, request: SignInRequest): Promise<CodeAnswer> {
      const as = await metadata();
      return redeemCode({
        as,
        client,
        by: () => authentication(as),
        parameters,
        request,
        options: options(),
      });
    },

    async userInfo(accessToken: string, subject: string, signal?: AbortSignal): Promise<UserInfoAnswer> {
      return askUserInfo(await metadata(), client, accessToken, subject, options(signal));
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
