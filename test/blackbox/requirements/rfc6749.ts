import type { Specification } from './specification.ts';

const authorize = 'test/endpoints/oauth/authorize.test.ts';
const response = 'test/endpoints/oauth/authorization-response.test.ts';
const signIn = 'test/endpoints/oauth/authorization-sign-in.test.ts';
const token = 'test/endpoints/oauth/token.test.ts';
const authentication = 'test/endpoints/oauth/client-authentication.test.ts';
const redemption = 'test/endpoints/oauth/code-redemption.test.ts';
const badAuthorization = 'test/blackbox/bad-input-authorization.test.ts';
const badToken = 'test/blackbox/bad-input-token.test.ts';
const conformance = 'test/blackbox/flows-conformance.test.ts';

/** Without the implicit and the password grant (§4.2, §4.3), which OAuth 2.1 takes away and nobody can use here. */
export default {
  name: 'RFC 6749',
  title: 'The OAuth 2.0 Authorization Framework',
  requirements: [
    [
      '2.2',
      'a client_id is unique',
      'test/config/load.test.ts › a fault is told in one line that names the place › {"clients":[{"clientId":"app"},{"clientId":"app"}]}',
      'test/endpoints/oauth/register.test.ts › registration › gives no two clients the same id',
    ],
    [
      '2.3',
      'a client is held to the way of authentication it is registered with',
      `${authentication} › exactly as it is registered › refuses a secret client by its name alone`,
      `${authentication} › exactly as it is registered › refuses a body client and a public one with the header`,
    ],
    [
      '2.3',
      'not more than one way of authentication in a request',
      `${authentication} › two ways at once › header and body`,
      `${authentication} › two ways at once › header and assertion`,
      `${authentication} › two ways at once › secret and assertion`,
    ],
    [
      '2.3.1',
      'clients with a password may use HTTP Basic, both parts form-encoded',
      `${authentication} › each client authenticates › client_secret_basic: in the header, its name in the body or not`,
      `${authentication} › each client authenticates › client_secret_basic: form-encoded before it is base64`,
    ],
    [
      '2.3.1',
      'credentials are taken from the body only, never from the address',
      `${conformance} › the token endpoint › takes no credential and no parameter from its address`,
    ],
    [
      '2.3.1',
      'the endpoint is protected against guessing of client secrets',
      `${authentication} › a wrong secret › is answered as an unknown client is, to the letter`,
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › reads invalid_client for a wrong secret',
    ],
    [
      '2.3.1, 3.1, 3.2',
      'TLS for every endpoint',
      'test/endpoints/https.test.ts › an issuer on https › does nothing with a plain request, for issuer and gate alike',
      'test/config/load.test.ts › takes what is development from the environment alone, and http on loopback only there',
    ],
    [
      '3.1',
      'the resource owner is authenticated first',
      `${authorize} › a sign-in on the way to a client › goes to the sign-in page, signs in and comes back with a code, state and iss`,
      `${authorize} › a person who is signed in › is not signed in by a session cookie whose session ended`,
    ],
    [
      '3.1',
      'GET is supported at the authorization endpoint',
      `${response} › a request by POST › is answered like one by GET`,
    ],
    [
      '3.1',
      'a parameter without a value counts as left out',
      'test/core/oauth/parameters.test.ts › takes an empty parameter for an absent one',
    ],
    [
      '3.1',
      'unknown parameters are ignored at the authorization endpoint',
      `${signIn} › ignores what is of no use to it`,
    ],
    [
      '3.1',
      'no parameter is given twice at the authorization endpoint',
      `${badAuthorization} › the authorization endpoint › refuses a repeated parameter without guessing which one is meant: client_id=demo`,
      'test/core/oauth/parameters.test.ts › refuses a repeated parameter: %s',
    ],
    [
      '3.1.1',
      'a missing or unknown response_type is an error',
      `${authorize} › errors that go back to the client › no response type`,
      `${badAuthorization} › the authorization endpoint › sends the app unsupported_response_type with state and iss for {"response_type":"token"}`,
    ],
    [
      '3.1.2',
      'a redirect URI is absolute and has no fragment',
      'test/config/load.test.ts › a fault is told in one line that names the place › {"clients":[{"redirectUris":["/cb"]}]}',
      'test/config/load.test.ts › a fault is told in one line that names the place › {"clients":[{"redirectUris":["https://a.example/#x"]}]}',
    ],
    [
      '3.1.2',
      'the query of a redirect URI is kept',
      `${response} › an answer in an address › keeps the query that the redirect URI has, as it is`,
    ],
    [
      '3.1.2.2',
      'public clients register their redirect URIs',
      'test/config/client-faults.test.ts › a client is refused › {"redirectUris":[]}: %s %j',
    ],
    [
      '3.1.2.3',
      'a redirect URI of the request is compared with the registered ones',
      `${badAuthorization} › the authorization endpoint › compares redirect URIs byte for byte: %s`,
      'test/core/oauth/redirect-uri.test.ts › a redirect URI › is refused when a byte differs: https://client.test/callback/',
    ],
    [
      '3.1.2.4',
      'nobody is redirected to an invalid redirect URI',
      `${badAuthorization} › the authorization endpoint › shows a page and redirects nowhere for another host`,
      `${authorize} › errors that must not be redirected › an unregistered redirect URI is shown on a page`,
    ],
    ['3.2', 'the token endpoint takes POST', `${token} › malformed token requests › another method`],
    [
      '3.2',
      'unknown parameters are ignored at the token endpoint',
      `${conformance} › the token endpoint › overlooks parameters that it does not know`,
    ],
    [
      '3.2',
      'no parameter is given twice at the token endpoint',
      `${token} › malformed token requests › a repeated parameter`,
    ],
    [
      '3.2.1',
      'confidential clients authenticate at the token endpoint',
      `${authentication} › exactly as it is registered › refuses a secret client by its name alone`,
      `${authentication} › exactly as it is registered › refuses a key client by its name alone`,
    ],
    [
      '3.3',
      'a scope that cannot be granted is refused, or the answer says what was granted',
      `${authorize} › errors that go back to the client › an unregistered scope`,
      `${token} › the refresh token grant › narrows scope and audience for one access token only`,
    ],
    [
      '3.3',
      'without a scope there is a default or an error',
      `${authorize} › errors that go back to the client › no scope`,
    ],
    [
      '4.1.1',
      'the resource owner decides',
      'test/endpoints/consent.test.ts › the answer › Cancel goes back with access_denied, state and iss, and nothing is remembered',
      'test/endpoints/consent.test.ts › the answer › neither counts for nothing',
    ],
    [
      '4.1.2',
      'a code expires, within ten minutes',
      `${token} › the authorization code grant › takes a code for 60 seconds`,
    ],
    [
      '4.1.2',
      'a code is used once; the second use is refused and ends what the first one got',
      `${token} › the authorization code grant › takes a code once; the second use ends what the first one issued`,
      `${token} › the authorization code grant › gives one success to fifty redemptions of one code at once`,
    ],
    [
      '4.1.2',
      'state comes back as it was sent',
      `${authorize} › a sign-in on the way to a client › goes to the sign-in page, signs in and comes back with a code, state and iss`,
      `${authorize} › a sign-in on the way to a client › survives with the longest request that is accepted`,
    ],
    [
      '4.1.2.1',
      'errors of client_id or redirect URI are told to the person, without a redirect',
      `${badAuthorization} › the authorization endpoint › shows a page and redirects nowhere for an unknown client`,
      `${badAuthorization} › the authorization endpoint › shows a page and redirects nowhere for no redirect URI`,
    ],
    [
      '4.1.2.1',
      'other errors go to the client by their code, with state, in plain ASCII',
      `${badAuthorization} › the authorization endpoint › sends the app invalid_request with state and iss for {"response_mode":"fragment"}`,
      `${badAuthorization} › the authorization endpoint › sends the app invalid_scope with state and iss for {"scope":"openid admin"}`,
    ],
    [
      '4.1.3',
      'a code is given to the client that it was issued to, and to no other',
      `${redemption} › is given to its own client alone`,
      `${token} › the authorization code grant › refuses another client, and loses nothing by it`,
    ],
    [
      '4.1.3',
      'the redirect URI is the one of the authorization request',
      `${redemption} › a code without a challenge › is redeemed with its redirect_uri`,
      `${token} › the authorization code grant › refuses another redirect URI, and loses nothing by it`,
    ],
    [
      '4.1.3',
      'the code is verified',
      `${token} › malformed token requests › a garbage code`,
      `${badToken} › the token endpoint › one kind of token is no other kind`,
    ],
    [
      '4.4',
      'client credentials are for confidential clients',
      'test/endpoints/oauth/client-credentials.test.ts › is for confidential clients that may use it',
      'test/config/client-faults.test.ts › a client is refused › {"grantTypes":["client_credentials"]}: %s %j',
    ],
    [
      '4.4.3',
      'a client gets no refresh token for itself',
      'test/endpoints/oauth/client-credentials.test.ts › speaks for the client itself: no session, no family, no refresh token',
    ],
    [
      '4.5',
      'an unknown grant type is refused',
      `${token} › malformed token requests › an unknown grant type`,
    ],
    [
      '5.1',
      'the answer is JSON with access_token and token_type',
      `${token} › the authorization code grant › answers with a signed access token as RFC 9068 has it`,
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › accepts code exchange, refresh and revocation of the client basic',
    ],
    [
      '5.1',
      'an answer with tokens is kept by no cache',
      `${conformance} › the token endpoint › keeps tokens out of every cache`,
    ],
    [
      '5.1',
      'scope is told where it differs from what was asked',
      `${token} › the refresh token grant › narrows scope and audience for one access token only`,
    ],
    [
      '5.2',
      'an error is 400 and JSON with a code of the list, in plain ASCII',
      `${conformance} › the text of an error › is plain, whatever of the request it quotes`,
      `${badToken} › the token endpoint › answers invalid_grant to a code with {"code":"garbage"}`,
      'test/blackbox/bad-input.test.ts › every endpoint › $path takes nonsense for a mistake of the caller’s',
    ],
    [
      '5.2',
      'who tried the Authorization header and failed is answered 401 with a challenge',
      `${token} › malformed token requests › an Authorization header of a public client`,
      `${authentication} › exactly as it is registered › refuses a body client and a public one with the header`,
    ],
    [
      '5.2',
      'a grant type that the client may not use is unauthorized_client',
      'test/endpoints/oauth/client-credentials.test.ts › is for confidential clients that may use it',
    ],
    [
      '6',
      'a refresh token is bound to its client',
      `${token} › the refresh token grant › refuses another client, and the honest one goes on`,
      `${redemption} › is given to its own client alone`,
    ],
    [
      '6',
      'a confidential client authenticates to refresh',
      `${authentication} › exactly as it is registered › refuses a secret client by its name alone`,
    ],
    [
      '6',
      'the scope of a refresh is within the granted one; left out, it is the same',
      `${token} › the refresh token grant › refuses wider scope and resource without rotating`,
      `${token} › the refresh token grant › narrows scope and audience for one access token only`,
    ],
    [
      '6',
      'a refresh token is validated',
      `${badToken} › the token endpoint › a tampered refresh token is garbage, wherever it was touched, and the family lives`,
    ],
    [
      '10.2',
      'a client that cannot keep a secret is not authenticated by one',
      `${authentication} › exactly as it is registered › refuses a public client with a secret`,
    ],
    [
      '10.3, 10.4',
      'tokens and credentials are kept where nobody can read them',
      `${token} › the refresh token grant › leaves nothing in storage that is a token or its secret`,
      'test/endpoints/oauth/register.test.ts › registration › makes a secret for a client that names no method, shows it once and stores its hash',
    ],
    [
      '10.4',
      'a reused refresh token is noticed and ends the chain',
      `${token} › the refresh token grant › ends the family on reuse after the grace, for both sides, and tells the cause`,
    ],
    [
      '10.4, 10.5',
      'tokens and codes cannot be made, changed or guessed',
      'test/crypto/token.test.ts › a token › is refused when any one of its bytes is changed',
      `${conformance} › codes and tokens › have more than 128 bits that nobody can guess`,
    ],
    [
      '10.6',
      'the redirect URI of the code request and of its redemption are the same',
      `${token} › the authorization code grant › refuses another redirect URI, and loses nothing by it`,
    ],
    [
      '10.12',
      'nobody is made to authorize by another site',
      'test/endpoints/signin.test.ts › a form that another site posts › is refused: %s',
      'test/endpoints/consent.test.ts › the answer › from another site counts for nothing',
    ],
    [
      '10.13',
      'the pages cannot be framed',
      'test/middleware/security-headers.test.ts › security headers › give a page a strict policy and keep it out of caches, frames and referrers',
    ],
    [
      '10.14',
      'what comes in is made harmless, state and redirect URI among it',
      'test/blackbox/fuzz.test.ts › nothing that was sent is echoed unescaped',
      'test/endpoints/signin.test.ts › signing in › puts what was typed back into the form, escaped, and never the password',
    ],
    [
      '10.15',
      'there is no open redirector',
      `${badAuthorization} › the authorization endpoint › shows a page and redirects nowhere for a host that begins alike`,
      `${badAuthorization} › the end session endpoint › shows a page for an address that is not registered, and nobody is signed out`,
    ],
  ],
} satisfies Specification;
