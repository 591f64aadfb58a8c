import type { Specification } from './specification.ts';

export default {
  name: 'RFC 9207',
  title: 'OAuth 2.0 Authorization Server Issuer Identification',
  requirements: [
    [
      '2',
      'iss in every successful answer',
      'test/endpoints/oauth/authorize.test.ts › a person who is signed in › is sent straight back',
      'test/endpoints/oauth/authorization-response.test.ts › an answer in a form › carries code, state and iss to the redirect URI, and nothing in its address',
    ],
    [
      '2',
      'iss in every error',
      'test/blackbox/bad-input-authorization.test.ts › the authorization endpoint › sends the app registration_not_supported with state and iss for {"registration":"{}"}',
      'test/endpoints/consent.test.ts › the answer › Cancel goes back with access_denied, state and iss, and nothing is remembered',
      'test/endpoints/oauth/authorization-response.test.ts › an answer in a form › carries errors as well',
    ],
    [
      '2',
      'iss is the https issuer, without query and fragment',
      'test/config/load.test.ts › a fault is told in one line that names the place › {"issuer":"https://auth.company.example/"}',
    ],
    [
      '2.3',
      'iss is the issuer of the metadata',
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › reads the authorization error invalid_scope, from the issuer that it asked',
      'test/blackbox/openid-client.test.ts › openid-client › reads the discovery document',
    ],
    [
      '3',
      'the metadata says so',
      'test/blackbox/openid-client.test.ts › openid-client › reads the discovery document',
    ],
  ],
} satisfies Specification;
