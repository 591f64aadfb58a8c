import type * as oauth from 'oauth4webapi';
import type { Provider } from '../config/provider.ts';
import type { Config } from '../config/schema.ts';
import { appleName } from '../core/federation/apple.ts';
import { expectedIssuer, judgeIdToken } from '../core/federation/id-token.ts';
import { federatedPerson } from '../core/federation/person.ts';
import { microsoftIssuer, openIdPreset, presets, TENANT } from '../core/federation/presets.ts';
import type { IssuerKeys } from '../keys/issuer-jwks.ts';
import { type Algorithm, payloadOf } from '../verify/jws.ts';
import { appleSecret } from './apple-secret.ts';
import { discovery } from './discovery.ts';
import {
  askUserInfo,
  authorizationUrl,
  clientOf,
  fetchOptions,
  redeemCode,
  secretAuthentication,
} from './exchange.ts';
import { signedBy } from './signed.ts';
import type { Upstream, UpstreamAnswer } from './upstream.ts';

type OpenIdProvider = Exclude<Provider, { preset: 'github' }>;

interface Needs {
  /** Undefined for a public client. */
  secret: string | undefined;
  environment: Config['environment'];
  issuerKeys: IssuerKeys;
}

/** Where a provider is, and what its tokens are signed with. */
function placeOf(provider: OpenIdProvider): {
  issuer: string;
  foundAt: string;
  algorithms: readonly Algorithm[];
} {
  if (provider.preset === 'openid')
    return { issuer: provider.issuer, foundAt: provider.issuer, algorithms: provider.algorithms };
  const origin = provider.standIn ?? presets[provider.preset].origin;
  if (provider.preset !== 'microsoft') return { issuer: origin, foundAt: origin, algorithms: ['RS256'] };
  return {
    issuer: microsoftIssuer(origin, provider.tenant),
    foundAt: `${origin}/${provider.tenant}/v2.0`,
    algorithms: ['RS256'],
  };
}

/** Any OpenID provider, and those whose ways differ in what `presets` and `placeOf` say. */
export function openIdUpstream(
  provider: OpenIdProvider,
  { secret, environment, issuerKeys }: Needs,
): Upstream {
  const { clientId } = provider;
  const known = provider.preset === 'openid' ? openIdPreset : presets[provider.preset];
  const { issuer, foundAt, algorithms } = placeOf(provider);
  const scope = provider.scope ?? known.scope;
  const authority = { ...known, emailDomains: [...known.emailDomains, ...provider.emailDomains] };
  const client = clientOf(clientId);
  const options = fetchOptions(environment);
  const metadata = discovery({ issuer, foundAt, algorithms, environment });
  const signed = signedBy({ issuer, algorithms, issuerKeys });

  async function authentication(as: oauth.AuthorizationServer): Promise<oauth.ClientAuth> {
    const ours = provider.preset === 'apple' ? await appleSecret(provider, secret ?? '', issuer) : secret;
    // The presets all take it in the body, where nobody has to agree on how it is encoded (RFC 6749 §2.3.1).
    const methods =
      provider.preset === 'openid' ? as.token_endpoint_auth_methods_supported : ['client_secret_post'];
    return secretAuthentication(ours, methods);
  }

  /** Whose tokens a key of the set signs, where the set says so. Asked only where one set is of many issuers. */
  async function keyIssuer(jwksUri: string, kid: unknown): Promise<unknown> {
    if (!issuer.includes(TENANT)) return undefined;
    const { keys } = await issuerKeys({ issuer, jwksUri })();
    const key: Record<string, unknown> | undefined = keys.find((one) => one.kid === kid);
    return key?.issuer;
  }

  return {
    async authorizationUrl({ again, startedAt: _, ...request }) {
      return authorizationUrl((await metadata()).authorization_endpoint, clientId, scope, request, {
        ...(provider.preset === 'apple' && { response_mode: 'form_post' }),
        ...(again && known.again),
      });
    },

    async redeem(parameters, request): Promise<UpstreamAnswer> {
      const as = await metadata();
      const answer = await redeemCode({
        as,
        client,
        by: () => authentication(as),
        parameters,
        request,
        options: options(),
        denials: known.denials,
        // Not believed before its signature is checked: then it is looked at once more.
        issuerOf: (idToken) => expectedIssuer(issuer, payloadOf(idToken) ?? {}),
      });
      if (answer.kind !== 'redeemed') return answer;
      const opened = await signed(answer.idToken, as.jwks_uri);
      if (!opened) return { kind: 'failed', reason: 'wrong_signature' };
      const { claims, header } = opened;
      const judged = judgeIdToken(claims, {
        issuer,
        clientId,
        keyIssuer: await keyIssuer(as.jwks_uri, header.kid),
        signedInSince: request.again ? Math.floor(request.startedAt / 1000) : undefined,
      });
      if (judged.kind === 'refused') return { kind: 'failed', reason: judged.reason };
      const { identity } = judged;
      let userInfo: Readonly<Record<string, unknown>> = {};
      if (provider.preset === 'openid' && typeof as.userinfo_endpoint === 'string') {
        const info = await askUserInfo(as, client, answer.tokens.accessToken, identity.subject, options());
        if (info.kind !== 'claims') return { kind: 'failed', reason: `userinfo_${info.kind}` };
        userInfo = info.claims;
      }
      const idClaims =
        provider.preset === 'apple' ? { ...appleName(parameters.get('user')), ...claims } : claims;
      return {
        kind: 'identified',
        identity,
        person: federatedPerson(idClaims, userInfo, authority),
        tokens: { ...answer.tokens, idToken: answer.idToken },
      };
    },
  };
}
