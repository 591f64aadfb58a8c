import type { Specification } from './specification.ts';

const authentication = 'test/endpoints/oauth/client-authentication.test.ts';

/** Client authentication (§2.2); assertions as grants (§2.1) are not offered. */
export default {
  name: 'RFC 7523',
  title: 'JWT Profile for OAuth 2.0 Client Authentication',
  requirements: [
    [
      '2.2',
      'client_assertion_type names the JWT bearer type',
      `${authentication} › an assertion › another type`,
      `${authentication} › an assertion › no type`,
    ],
    [
      '2.2',
      'client_assertion holds one JWT',
      `${authentication} › an assertion › garbage`,
      `${authentication} › an assertion › no assertion`,
    ],
    [
      '2.2 (RFC 7521 §4.2)',
      'a client_id beside it names the same client',
      `${authentication} › two ways at once › a client_id that is another than that of the credentials`,
    ],
    [
      '3 (1)',
      'iss is the client',
      `${authentication} › an assertion › is refused by somebody else`,
      `${authentication} › an assertion › is refused by nobody`,
    ],
    [
      '3 (2)',
      'sub is the client_id',
      `${authentication} › each client authenticates › private_key_jwt: by a signature, its name in the body or not`,
      `${authentication} › an assertion › is refused by somebody else`,
    ],
    [
      '3 (3)',
      'aud names this server, or it is rejected',
      `${authentication} › an assertion › is refused for another server`,
      `${authentication} › an assertion › is refused for nobody`,
      `${authentication} › an assertion › may be for the token endpoint`,
    ],
    [
      '3 (4)',
      'exp is there and has not passed',
      `${authentication} › an assertion › is refused without an expiry`,
      `${authentication} › an assertion › is refused that has expired`,
    ],
    ['3 (5)', 'nbf has come', `${authentication} › an assertion › is refused for the future`],
    [
      '3 (7)',
      'jti is used once, in every isolate',
      `${authentication} › an assertion › is good once`,
      `${authentication} › an assertion › is good once of many at the same time`,
    ],
    [
      '3 (9)',
      'the signature is verified with a key of the client',
      `${authentication} › an assertion › is refused without a signature, and with the public key as a shared secret`,
      `${authentication} › an assertion › is refused with a key that it brings along`,
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › reads invalid_client for another key',
    ],
    [
      '3 (10)',
      'what is invalid in any other way is rejected',
      `${authentication} › an assertion › is refused with a critical extension`,
      `${authentication} › an assertion › is refused as a request object`,
    ],
    [
      '3.2',
      'an invalid assertion is answered invalid_client',
      `${authentication} › an assertion › garbage`,
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › reads invalid_client for another key',
    ],
    [
      '5',
      'keys come from where the client registered them',
      'test/middleware/client-assertion.test.ts › finds the keys where the client has them',
      'test/middleware/client-assertion.test.ts › is unsigned while the keys cannot be had, or must not be fetched',
    ],
  ],
} satisfies Specification;
