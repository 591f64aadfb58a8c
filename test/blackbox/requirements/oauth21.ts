import type { Specification } from './specification.ts';

const response = 'test/endpoints/oauth/authorization-response.test.ts';
const token = 'test/endpoints/oauth/token.test.ts';
const redemption = 'test/endpoints/oauth/code-redemption.test.ts';
const faults = 'test/config/client-faults.test.ts';

/** What draft-ietf-oauth-v2-1 asks for beyond RFC 6749; its sections. */
export default {
  name: 'OAuth 2.1',
  title: 'The OAuth 2.1 Authorization Framework (draft)',
  requirements: [
    [
      '2.3.1',
      'redirect URIs are compared as exact strings, but for the port of a loopback address',
      'test/core/oauth/redirect-uri.test.ts › a redirect URI › is refused when a byte differs: HTTPS://client.test/callback',
      'test/core/oauth/redirect-uri.test.ts › a loopback redirect URI › of a native app may have any port: http://127.0.0.1:51004/callback',
      'test/core/oauth/redirect-uri.test.ts › a loopback redirect URI › may differ in nothing else: http://127.0.0.1.evil.example/callback',
    ],
    [
      '2.3.1',
      'a redirect URI is https, loopback or a scheme of its own',
      `${faults} › a client is refused › {"redirectUris":["http://app.example.com/cb"]}: %s %j`,
    ],
    [
      '3.2.1',
      'no credential in the address',
      'test/blackbox/flows-conformance.test.ts › the token endpoint › takes no credential and no parameter from its address',
    ],
    [
      '4.1.1',
      'a code_challenge is required, unless a confidential client sends a nonce',
      `${response} › PKCE › is required by a public client`,
      `${response} › PKCE › is required without a nonce`,
      `${response} › PKCE › may be left out by a client with a secret that is let to, for a nonce`,
    ],
    [
      '4.1.2',
      'a code is bound to its client, challenge and redirect URI',
      `${token} › the authorization code grant › refuses another verifier, and loses nothing by it`,
      `${redemption} › is given to its own client alone`,
    ],
    [
      '4.1.2',
      'the answer never comes in a fragment',
      'test/endpoints/oauth/authorize.test.ts › errors that go back to the client › another response mode',
    ],
    [
      '4.1.3',
      'the code_verifier is there exactly when there was a challenge',
      `${redemption} › a code with a challenge › needs its verifier, also of a client that may do without PKCE`,
      `${redemption} › a code without a challenge › is refused with a verifier: somebody took the challenge away`,
    ],
    [
      '4.1.3',
      'one code gives one success, however many ask at once',
      'test/blackbox/concurrency.test.ts › 50 at once › redemptions of one code have one success, and the others end what it issued',
    ],
    [
      '4.3.1',
      'refresh tokens of public clients are bound to a key, or rotate with detection of reuse',
      `${token} › the refresh token grant › ends the family on reuse after the grace, for both sides, and tells the cause`,
      'test/endpoints/oauth/dpop.test.ts › a refresh token of a public client › is bound to the key',
    ],
    [
      '5.2.1',
      'an access token in the address is refused',
      'test/endpoints/oauth/userinfo-claims.test.ts › how the token comes › in the address it is refused',
    ],
    [
      '5.2.1',
      'an access token in two ways at once is refused',
      'test/endpoints/oauth/userinfo-claims.test.ts › how the token comes › in two ways at once it is refused',
    ],
    [
      '7.5.2',
      'a redirect that may follow credentials is no 307',
      'test/blackbox/flows-conformance.test.ts › a redirect › after a form was posted is 303, so that the browser posts it to nobody else',
    ],
    [
      '7.9',
      'iss tells servers apart',
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › reads the authorization error login_required, from the issuer that it asked',
    ],
    [
      '8.4.2',
      'any port of a loopback redirect URI',
      `${response} › a native app › is answered at any port of the loopback address that it registered, and redeems with that one`,
    ],
    [
      '10',
      'there is no implicit grant',
      'test/endpoints/oauth/authorize.test.ts › errors that go back to the client › the implicit flow',
    ],
    [
      '10',
      'there is no password grant',
      'test/blackbox/bad-input-token.test.ts › the token endpoint › answers unsupported_grant_type to a code with {"grant_type":"password"}',
    ],
  ],
} satisfies Specification;
