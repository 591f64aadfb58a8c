import type { Context } from 'hono';
import type { TokenError } from '../../core/oauth/error.ts';
import type { Parameters } from '../../core/oauth/parameters.ts';
import { decodeToken, type TokenKind } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { authorizationCodeGrant } from '../../grants/authorization-code.ts';
import { clientCredentialsGrant } from '../../grants/client-credentials.ts';
import { deviceCodeGrant } from '../../grants/device-code.ts';
import type { GrantType } from '../../grants/grant.ts';
import { refreshTokenGrant } from '../../grants/refresh-token.ts';
import { resourceFault } from '../../grants/resource.ts';
import { tokenExchangeGrant } from '../../grants/token-exchange.ts';
import { authenticateClient } from '../../middleware/client-authentication.ts';
import { checkProof, demandNonce } from '../../middleware/dpop.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';

/** Every grant type there is; one that is not here is unsupported. */
const grantTypes = {
  authorization_code: authorizationCodeGrant,
  refresh_token: refreshTokenGrant,
  client_credentials: clientCredentialsGrant,
  'urn:ietf:params:oauth:grant-type:device_code': deviceCodeGrant,
  'urn:ietf:params:oauth:grant-type:token-exchange': tokenExchangeGrant,
} satisfies Record<string, GrantType>;

type GrantTypeName = keyof typeof grantTypes;
const isGrantType = (name: string): name is GrantTypeName => Object.hasOwn(grantTypes, name);

/** What these grant types present, only we can have made. */
const presented: Partial<Record<GrantTypeName, [parameter: string, kind: TokenKind]>> = {
  authorization_code: ['code', 'authorization_code'],
  refresh_token: ['refresh_token', 'refresh_token'],
  'urn:ietf:params:oauth:grant-type:device_code': ['device_code', 'device_code'],
};

/** What is wrong with what is presented, as far as that costs no object: a proof takes up room in one. */
async function presentedFault(
  { secrets }: Dependencies,
  name: GrantTypeName,
  parameters: Parameters,
): Promise<TokenError | undefined> {
  const [parameter, kind] = presented[name] ?? [];
  if (parameter === undefined || kind === undefined) return undefined;
  const text = parameters.get(parameter);
  if (text === undefined) return { error: 'invalid_request', description: `${parameter} is missing` };
  if (await decodeToken(secrets, kind, text)) return undefined;
  return { error: 'invalid_grant', description: `${parameter} is not valid` };
}

/** POST /oauth/token: the phases that every grant shares; each grant type fills only its own part. */
export const token = (dependencies: Dependencies) => async (c: Context) => {
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const { parameters, resource } = parsed;
  const unanswered = await demandNonce(c, dependencies);
  if (unanswered) return unanswered;
  const client = await authenticateClient(c, dependencies, parameters);
  if (client instanceof Response) return client;

  const name = parameters.get('grant_type');
  if (!name) return oauthError(c, { error: 'invalid_request', description: 'grant_type is missing' });
  if (!isGrantType(name)) {
    const description = `grant_type must be one of ${Object.keys(grantTypes).join(', ')}`;
    return oauthError(c, { error: 'unsupported_grant_type', description });
  }
  if (!client.grantTypes.includes(name)) {
    return oauthError(c, {
      error: 'unauthorized_client',
      description: 'the client may not use this grant type',
    });
  }
  // Before anything is used up: a code or a refresh token is good once.
  const fault = resourceFault(dependencies.config, resource);
  if (fault) return oauthError(c, fault);
  // Without a proof each grant type asks this for itself.
  const unusable = c.req.header('DPoP') && (await presentedFault(dependencies, name, parameters));
  if (unusable) return oauthError(c, unusable);
  const proof = await checkProof(c, dependencies, { required: client.dpopBoundAccessTokens });
  if (proof instanceof Response) return proof;

  const outcome = await grantTypes[name](dependencies, {
    client,
    parameters,
    resource,
    dpopJkt: proof.jkt,
  });
  if (outcome.kind === 'refused') return oauthError(c, outcome.error);
  c.header('Cache-Control', 'no-store');
  // For caches that know no other header (RFC 6749 §5.1).
  c.header('Pragma', 'no-cache');
  return c.json(outcome.response);
};
