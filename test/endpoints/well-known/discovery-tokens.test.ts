import '../../issuer/inside.ts';
import { SELF } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { issuer, post } from '../../workerd/person.ts';

const metadata = async () =>
  (await (await SELF.fetch(`${issuer}/.well-known/openid-configuration`)).json()) as Record<string, string[]>;

it('names what tokens, UserInfo and introspection can do', async () => {
  expect(await metadata()).toMatchObject({
    introspection_endpoint: `${issuer}/oauth/introspect`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    introspection_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    introspection_signing_alg_values_supported: ['RS256'],
    userinfo_signing_alg_values_supported: ['ES256', 'RS256'],
    id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    claims_supported: expect.arrayContaining([
      ...['acr', 'at_hash', 'address', 'phone_number', 'updated_at', 'groups'],
    ]),
    scopes_supported: expect.arrayContaining(['openid', 'groups']),
  });
});

it('names exactly the grant types that the token endpoint knows', async () => {
  const { grant_types_supported: named = [] } = await metadata();
  expect(named).toHaveLength(5);
  for (const grant_type of [...named, 'password']) {
    const answer = (await (await post('/oauth/token', { client_id: 'spa', grant_type })).json()) as object;
    const unknown = { error: 'unsupported_grant_type' };
    if (grant_type === 'password') expect(answer).toMatchObject(unknown);
    else expect(answer, grant_type).not.toMatchObject(unknown);
  }
});
