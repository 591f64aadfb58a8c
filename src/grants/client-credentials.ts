import { personalScopes } from '../core/account/claims.ts';
import { scopeTokens } from '../core/oauth/authorization-request.ts';
import { issueAccessToken } from './access-token.ts';
import { type GrantType, refused } from './grant.ts';

/** RFC 6749 §4.4: the client speaks for itself. Nobody is asked and nothing is stored. */
export const clientCredentialsGrant: GrantType = async (
  dependencies,
  { client, parameters, resource, dpopJkt },
) => {
  // RFC 6749 §4.4: confidential clients only. A public one proves nothing about itself.
  if (client.tokenEndpointAuthMethod === 'none')
    return refused('unauthorized_client', 'only a client with a secret or a key may use this grant type');
  if (!resource.every((indicator) => client.resources.includes(indicator)))
    return refused('invalid_target', 'a resource asked for is not among those of the client');
  // Scopes that speak of a person mean nothing here: nobody is there.
  const allowed = client.scope.filter((one) => !personalScopes.has(one));
  const asked = parameters.get('scope');
  const scope = asked === undefined ? allowed : scopeTokens(asked);
  const excess = scope.find((one) => !allowed.includes(one));
  if (excess !== undefined) {
    return refused('invalid_scope', 'the client may not have this scope, or it is about a person');
  }
  const response = await issueAccessToken(dependencies, {
    client,
    person: undefined,
    scope,
    // The first is the default audience (src/config/client.ts).
    resource: resource.length > 0 ? resource : client.resources.slice(0, 1),
    dpopJkt,
  });
  // RFC 6749 §4.4.3: a refresh token SHOULD NOT be included.
  return { kind: 'granted', response };
};
