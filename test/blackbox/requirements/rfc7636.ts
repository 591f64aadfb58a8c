import type { Specification } from './specification.ts';

const response = 'test/endpoints/oauth/authorization-response.test.ts';
const badAuthorization = 'test/blackbox/bad-input-authorization.test.ts';
const badToken = 'test/blackbox/bad-input-token.test.ts';
const redemption = 'test/endpoints/oauth/code-redemption.test.ts';

export default {
  name: 'RFC 7636',
  title: 'Proof Key for Code Exchange',
  requirements: [
    [
      '4.1',
      'a verifier has 43 to 128 unreserved characters',
      `${badToken} › the token endpoint › answers invalid_request to a code with {"code_verifier":"short"}`,
      'test/endpoints/oauth/token.test.ts › malformed token requests › a short verifier',
    ],
    [
      '4.2',
      'S256 is there, and plain is not offered beside it',
      `${badAuthorization} › the authorization endpoint › sends the app invalid_request with state and iss for {"code_challenge_method":"plain"}`,
      'test/blackbox/openid-client.test.ts › openid-client › reads the discovery document',
    ],
    [
      '4.3',
      'without a method plain is meant, and refused like it',
      `${response} › PKCE › is required with a challenge and no method`,
      'test/endpoints/oauth/authorize.test.ts › errors that go back to the client › PKCE without a method, which means plain',
    ],
    [
      '4.4',
      'the challenge is bound to the code, and a client cannot read it from there',
      'test/crypto/token.test.ts › a token › comes back as it was made',
      `${redemption} › a code with a challenge › needs its verifier, also of a client that may do without PKCE`,
    ],
    [
      '4.4.1',
      'who must use PKCE and does not is told invalid_request',
      `${response} › PKCE › is required by a public client`,
      'test/endpoints/oauth/authorize.test.ts › errors that go back to the client › no PKCE',
    ],
    [
      '4.6',
      'the verifier is transformed and compared with the challenge before tokens are given',
      'test/blackbox/openid-client.test.ts › openid-client › refuses a stolen code: without the verifier it is worth nothing',
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › accepts the code exchange, with the ID token signed RS256 by a published key',
    ],
    [
      '4.6',
      'a verifier that does not belong to the challenge is invalid_grant',
      `${badToken} › the token endpoint › answers invalid_grant to a code with {"code_verifier":"w"}`,
    ],
    [
      '6.2',
      'the methods are in the metadata',
      'test/blackbox/openid-client.test.ts › openid-client › reads the discovery document',
    ],
  ],
} satisfies Specification;
