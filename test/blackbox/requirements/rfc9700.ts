import type { Specification } from './specification.ts';

const token = 'test/endpoints/oauth/token.test.ts';
const response = 'test/endpoints/oauth/authorization-response.test.ts';
const redemption = 'test/endpoints/oauth/code-redemption.test.ts';
const badAuthorization = 'test/blackbox/bad-input-authorization.test.ts';

export default {
  name: 'RFC 9700',
  title: 'Best Current Practice for OAuth 2.0 Security',
  requirements: [
    [
      '2.1',
      'redirect URIs are compared as exact strings',
      `${badAuthorization} › the authorization endpoint › compares redirect URIs byte for byte: %s`,
    ],
    [
      '2.1',
      'no open redirector',
      `${badAuthorization} › the end session endpoint › shows a page for an address that begins alike, and nobody is signed out`,
      'test/endpoints/device.test.ts › a stranger › is sent to no other place by a flow that only looks like ours',
    ],
    [
      '2.1.1',
      'PKCE is supported, and enforced where a challenge was sent',
      `${redemption} › a code with a challenge › needs its verifier, also of a client that may do without PKCE`,
      `${response} › PKCE › is required by a public client`,
    ],
    [
      '2.1.1',
      'a challenge cannot be taken away on the way',
      `${redemption} › a code without a challenge › is refused with a verifier: somebody took the challenge away`,
    ],
    [
      '2.1.1',
      'the metadata lets clients see that PKCE is supported',
      'test/blackbox/openid-client.test.ts › openid-client › reads the discovery document',
    ],
    [
      '2.1.2',
      'no access token in an authorization response',
      'test/endpoints/oauth/authorize.test.ts › errors that go back to the client › the implicit flow',
      'test/endpoints/oauth/authorize.test.ts › errors that go back to the client › the hybrid flow',
    ],
    [
      '2.2.2, 4.14.2',
      'refresh tokens of public clients are bound to a key or rotate, and reuse ends the chain',
      `${token} › the refresh token grant › ends the family on reuse after the grace, for both sides, and tells the cause`,
      'test/endpoints/oauth/dpop.test.ts › a refresh token of a public client › is bound to the key',
    ],
    [
      '2.3',
      'access tokens are for one audience and the least scope',
      'test/endpoints/https.test.ts › the audience › is the first registered resource unless others were asked for, and can be narrowed at each refresh',
      'test/endpoints/oauth/access-tokens.test.ts › a scope stands in a token only where it means something',
    ],
    [
      '2.4',
      'no password grant',
      'test/blackbox/bad-input-token.test.ts › the token endpoint › answers unsupported_grant_type to a code with {"grant_type":"password"}',
    ],
    [
      '2.6',
      'no CORS at the authorization endpoint',
      `${response} › an answer in an address › is never readable by another site’s script`,
    ],
    [
      '2.6',
      'redirect URIs are https, but for native apps',
      'test/config/client-faults.test.ts › a client is refused › {"redirectUris":["http://app.example.com/cb"]}: %s %j',
    ],
    [
      '4.1.3',
      'only the port of a loopback address of a native app may vary',
      'test/core/oauth/redirect-uri.test.ts › a loopback redirect URI › may differ in nothing else: http://127.0.0.1:51004/other',
      `${response} › a native app › is not answered elsewhere: http://localhost:51004/callback`,
    ],
    [
      '4.2.4',
      'pages with codes and states leak no referrer',
      'test/middleware/security-headers.test.ts › security headers › give a page a strict policy and keep it out of caches, frames and referrers',
    ],
    [
      '4.3.2',
      'access tokens are not taken from an address',
      `${badAuthorization} › user info › takes no token from the address, where logs would have it`,
      'test/endpoints/oauth/userinfo-claims.test.ts › how the token comes › in the address it is refused',
    ],
    [
      '4.4.2',
      'iss defends against mix-up',
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › reads the authorization error login_required, from the issuer that it asked',
    ],
    [
      '4.5.3',
      'a code is bound to client, redirect URI and challenge',
      `${redemption} › is given to its own client alone`,
      `${token} › the authorization code grant › refuses another verifier, and loses nothing by it`,
    ],
    [
      '4.7.1',
      'forms of our own cannot be posted by another site',
      'test/endpoints/consent.test.ts › the answer › from another site counts for nothing',
      'test/blackbox/bad-input-pages.test.ts › pages › $path refuses a form that another site sent',
    ],
    [
      '4.8.2',
      'a code_verifier without a challenge is refused',
      `${redemption} › a code without a challenge › is refused with a verifier: somebody took the challenge away`,
    ],
    [
      '4.10',
      'access tokens can be bound to a key',
      'test/endpoints/oauth/dpop.test.ts › with a proof › of ES256 the access token is bound to its key',
    ],
    [
      '4.11.2',
      'the person signs in before a code is sent anywhere; without certainty nobody is redirected',
      'test/endpoints/oauth/authorize.test.ts › a sign-in on the way to a client › goes to the sign-in page, signs in and comes back with a code, state and iss',
      `${badAuthorization} › the authorization endpoint › shows a page and redirects nowhere for another host`,
    ],
    [
      '4.12',
      'no 307 after credentials',
      'test/blackbox/flows-conformance.test.ts › a redirect › after a form was posted is 303, so that the browser posts it to nobody else',
    ],
    [
      '4.13',
      'what a caller writes into headers of proxies changes nothing',
      'test/blackbox/flows-conformance.test.ts › headers of proxies › change nothing of what the issuer says of itself',
    ],
    [
      '4.14.2',
      'refresh tokens are bound to what the person consented to',
      `${token} › the refresh token grant › refuses wider scope and resource without rotating`,
    ],
    [
      '4.14.2',
      'refresh tokens end when they are not used, and at sign-out and change of password',
      `${token} › the refresh token grant › ends after the idle time and after the absolute time`,
      'test/endpoints/ends.test.ts › a change of the password › ends the families with offline_access of its own session too',
    ],
    [
      '4.15',
      'no client can take the sub of a person',
      'test/blackbox/flows-conformance.test.ts › a token of a client › is for nobody in person: no sub of it is a person’s',
    ],
    [
      '4.16',
      'the pages cannot be framed',
      'test/middleware/security-headers.test.ts › security headers › give a page a strict policy and keep it out of caches, frames and referrers',
    ],
    [
      '4.17.2',
      'no answer goes to another origin by a message',
      `${response} › an answer in a form › goes by itself under a policy that lets nothing else happen, or by a button`,
    ],
  ],
} satisfies Specification;
