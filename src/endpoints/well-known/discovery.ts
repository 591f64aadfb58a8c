import type { Context } from 'hono';
import { clientAuthenticationMethods, grantTypeNames } from '../../config/client.ts';
import { signInMethods } from '../../config/sign-in-methods.ts';
import { personalClaims } from '../../core/account/claims.ts';
import { acrValuesSupported } from '../../core/oauth/acr.ts';
import type { Dependencies } from '../../dependencies.ts';
import { assertionAlgorithms } from '../../middleware/client-assertion.ts';
import { requestObjectAlgorithms } from '../../sign-in/request-object.ts';
import { defaultProofAlgorithms } from '../../verify/dpop.ts';

/**
 * GET /.well-known/openid-configuration (OpenID Connect Discovery) and /.well-known/oauth-authorization-server
 * (RFC 8414): exactly what works.
 */
export const discovery = ({ config }: Pick<Dependencies, 'config'>) => {
  const { issuer } = config;
  /** What clients may ask for that are not in the configuration. */
  const strangersScope = [config.registration, config.clientIdMetadataDocuments].flatMap((policy) =>
    policy.kind === 'closed' ? [] : policy.scope,
  );
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/oauth/authorize`,
    pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
    ...(config.clients.some((client) => client.authorizationChallenge) && {
      authorization_challenge_endpoint: `${issuer}/oauth/authorization-challenge`,
    }),
    token_endpoint: `${issuer}/oauth/token`,
    revocation_endpoint: `${issuer}/oauth/revoke`,
    introspection_endpoint: `${issuer}/oauth/introspect`,
    device_authorization_endpoint: `${issuer}/oauth/device_authorization`,
    userinfo_endpoint: `${issuer}/oauth/userinfo`,
    end_session_endpoint: `${issuer}/oauth/logout`,
    ...(config.registration.kind !== 'closed' && { registration_endpoint: `${issuer}/oauth/register` }),
    client_id_metadata_document_supported: config.clientIdMetadataDocuments.kind === 'open',
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: [
      ...new Set(['openid', ...config.clients.flatMap((client) => client.scope), ...strangersScope]),
    ],
    response_types_supported: ['code'],
    response_modes_supported: ['query', 'form_post'],
    grant_types_supported: grantTypeNames,
    ui_locales_supported: config.languages.offered.map(({ language }) => language),
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: config.keys.algorithms,
    userinfo_signing_alg_values_supported: config.keys.algorithms,
    introspection_signing_alg_values_supported: ['RS256'],
    introspection_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    token_endpoint_auth_methods_supported: clientAuthenticationMethods,
    token_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    revocation_endpoint_auth_methods_supported: clientAuthenticationMethods,
    revocation_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    introspection_endpoint_auth_signing_alg_values_supported: assertionAlgorithms,
    dpop_signing_alg_values_supported: defaultProofAlgorithms,
    code_challenge_methods_supported: ['S256'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    acr_values_supported: acrValuesSupported(signInMethods(config)),
    claims_supported: [
      'sub',
      'iss',
      'aud',
      'exp',
      'iat',
      'auth_time',
      'acr',
      'amr',
      'nonce',
      'sid',
      'at_hash',
      ...personalClaims,
    ],
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    frontchannel_logout_supported: true,
    frontchannel_logout_session_supported: true,
    authorization_response_iss_parameter_supported: true,
    claims_parameter_supported: true,
    request_parameter_supported: true,
    request_object_signing_alg_values_supported: requestObjectAlgorithms,
    request_uri_parameter_supported: false,
  };
  return (c: Context) => {
    c.header('Cache-Control', 'public, max-age=300');
    return c.json(metadata);
  };
};
