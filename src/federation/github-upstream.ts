import * as oauth from 'oauth4webapi';
import type { Provider } from '../config/provider.ts';
import type { Config } from '../config/schema.ts';
import { githubIdentity, githubPerson } from '../core/federation/github.ts';
import { presets } from '../core/federation/presets.ts';
import { authorizationUrl, clientOf, fetchOptions, redeemCode } from './exchange.ts';
import { ProviderUnavailable, providerFetch } from './provider-fetch.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';

/** GitHub: OAuth 2.0 without OpenID Connect. Whom an access token is of, its API says. */
export function githubUpstream(
  provider: Extract<Provider, { preset: 'github' }>,
  secret: string,
  environment: Config['environment'],
): Upstream {
  const { clientId, standIn } = provider;
  const known = presets.github;
  const site = standIn ?? known.origin;
  // A GitHub of one's own has its API there.
  const api = standIn === undefined ? 'https://api.github.com' : `${standIn}/api/v3`;
  const as = {
    issuer: `${site}/login/oauth`,
    authorization_endpoint: `${site}/login/oauth/authorize`,
    token_endpoint: `${site}/login/oauth/access_token`,
  };
  const scope = provider.scope ?? known.scope;
  const authority = { emailDomains: [...known.emailDomains, ...provider.emailDomains] };
  const client = clientOf(clientId);
  const options = fetchOptions(environment);
  const fetch = providerFetch(environment);

  /** @returns undefined where the token may not ask that. */
  async function ask(path: string, accessToken: string): Promise<unknown> {
    const response = await fetch(api + path, {
      headers: {
        Accept: 'application/vnd.github+json',
        Authorization: `Bearer ${accessToken}`,
        // GitHub answers nobody without a name.
        'User-Agent': 'Portcullis',
        'X-GitHub-Api-Version': '2022-11-28',
      },
    });
    if (response.status !== 200) return undefined;
    return response.json().catch((error: unknown) => {
      throw new ProviderUnavailable('an answer that is no JSON', { cause: error });
    });
  }

  return {
    authorizationUrl({ again, ...request }) {
      return authorizationUrl(
        as.authorization_endpoint,
        clientId,
        scope,
        { ...request, nonce: undefined },
        again ? known.again : {},
      );
    },

    async redeem(parameters, request): Promise<UpstreamAnswer> {
      const answer = await redeemCode({
        as,
        client,
        by: () => oauth.ClientSecretPost(secret),
        parameters,
        request: { ...request, nonce: undefined },
        options: options(),
        denials: known.denials,
      });
      if (answer.kind !== 'redeemed') return answer;
      const { accessToken } = answer.tokens;
      const user = await ask('/user', accessToken);
      const identity = githubIdentity(user);
      if (!identity) return { kind: 'failed', reason: 'no_subject' };
      const person = githubPerson(user, await ask('/user/emails', accessToken), authority);
      return { kind: 'identified', identity, person, tokens: { ...answer.tokens, idToken: undefined } };
    },
  };
}
