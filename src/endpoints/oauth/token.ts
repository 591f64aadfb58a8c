import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { authorizationCodeGrant } from '../../grants/authorization-code.ts';
import type { GrantType } from '../../grants/grant.ts';
import { refreshTokenGrant } from '../../grants/refresh-token.ts';
import { publicClient } from '../../middleware/client-authentication.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';

const grantTypes = {
  authorization_code: authorizationCodeGrant,
  refresh_token: refreshTokenGrant,
} satisfies Record<string, GrantType>;

type GrantTypeName = keyof typeof grantTypes;
const isGrantType = (name: string): name is GrantTypeName => Object.hasOwn(grantTypes, name);

/** POST /oauth/token: the phases that every grant shares; each grant type fills only its own part. */
export const token = (dependencies: Dependencies) => async (c: Context) => {
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const { parameters, resource } = parsed;
  const authenticated = publicClient(c, dependencies.config, parameters);
  if (authenticated instanceof Response) return authenticated;

  const name = parameters.get('grant_type');
  if (!name) return oauthError(c, { error: 'invalid_request', description: 'grant_type is missing' });
  if (!isGrantType(name)) {
    const description = `grant_type must be one of ${Object.keys(grantTypes).join(', ')}`;
    return oauthError(c, { error: 'unsupported_grant_type', description });
  }
  if (!authenticated.grantTypes.includes(name)) {
    return oauthError(c, {
      error: 'unauthorized_client',
      description: 'the client may not use this grant type',
    });
  }

  const outcome = await grantTypes[name](dependencies, { client: authenticated, parameters, resource });
  if (outcome.kind === 'refused') return oauthError(c, outcome.error);
  c.header('Cache-Control', 'no-store');
  return c.json(outcome.response);
};
