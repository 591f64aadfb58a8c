import type { Specification } from './specification.ts';

const signIn = 'test/endpoints/oauth/authorization-sign-in.test.ts';
const authorize = 'test/endpoints/oauth/authorize.test.ts';
const token = 'test/endpoints/oauth/token.test.ts';
const userinfo = 'test/endpoints/oauth/userinfo.test.ts';
const userinfoClaims = 'test/endpoints/oauth/userinfo-claims.test.ts';
const conformance = 'test/blackbox/flows-conformance.test.ts';
const badAuthorization = 'test/blackbox/bad-input-authorization.test.ts';
const idToken = `${token} › the authorization code grant › answers with a signed ID token as OpenID Connect has it`;

/** The code flow; implicit and hybrid (§3.2, §3.3), self-issued (§7), aggregated claims and encryption are not offered. */
export default {
  name: 'OpenID Connect Core 1.0',
  title: 'OpenID Connect Core 1.0',
  requirements: [
    [
      '2',
      'iss, sub, aud, exp and iat are in the ID token',
      idToken,
      'test/blackbox/openid-client.test.ts › openid-client › signs a newcomer up and validates the ID token: RS256, nonce',
    ],
    [
      '2, 8',
      'sub is unique, never given to another, and at most 255 ASCII characters',
      `${conformance} › the subject › is one short name of the person for every client, and no other person’s`,
    ],
    [
      '2',
      'auth_time is there when max_age or the claim was asked for',
      `${signIn} › the age of the sign-in › is told in the ID token, and renewed by prompt login`,
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › accepts the code exchange, with the ID token signed RS256 by a published key',
    ],
    [
      '2',
      'nonce comes back as it was sent',
      idToken,
      'test/blackbox/flows-openid-client.test.ts › openid-client › a confidential client that may do without PKCE does so with a nonce, and not without',
    ],
    [
      '2, 10.1',
      'the ID token is signed; "none" is not to be had',
      idToken,
      `${conformance} › metadata › lists algorithms wherever keys of clients are taken, and never "none"`,
    ],
    [
      '3.1.2.1',
      'GET and POST, form-encoded',
      `${authorize} › a sign-in on the way to a client › works by POST as well`,
      'test/endpoints/oauth/authorization-response.test.ts › a request by POST › is answered like one by GET',
    ],
    [
      '3.1.2.1',
      'TLS',
      'test/endpoints/https.test.ts › an issuer on https › does nothing with a plain request, for issuer and gate alike',
    ],
    [
      '3.1.2.1',
      'prompt none shows no page',
      `${signIn} › prompt none › answers somebody who is signed in without a page`,
      `${signIn} › prompt none › tells login_required to whoever is not, and after max_age`,
    ],
    [
      '3.1.2.1',
      'prompt none with another value is an error',
      `${authorize} › errors that go back to the client › prompt none with another`,
    ],
    [
      '3.1.2.1',
      'prompt login asks again for the credentials',
      'test/blackbox/openid-client.test.ts › openid-client › makes a signed-in person sign in again for prompt=login and for max_age',
    ],
    [
      '3.1.2.1',
      'prompt consent asks again for consent',
      'test/endpoints/consent.test.ts › prompt › consent asks again for all of it, and asks for our own apps too',
    ],
    [
      '3.1.2.1',
      'prompt select_account lets the person choose',
      `${signIn} › choosing an account › lets them use another account`,
    ],
    [
      '3.1.2.1',
      'max_age: an older sign-in is renewed',
      `${authorize} › a person who is signed in › signs in again when the sign-in is older than max_age`,
    ],
    [
      '3.1.2.1, 3.1.2.2',
      'id_token_hint: an answer for that person or for nobody',
      `${signIn} › id_token_hint › makes another person sign in, and refuses whoever is not the one`,
      `${signIn} › id_token_hint › is login_required with prompt none while another person is signed in`,
    ],
    [
      '3.1.2.2',
      'redirect_uri is one of the registered, byte for byte',
      `${badAuthorization} › the authorization endpoint › compares redirect URIs byte for byte: %s`,
    ],
    [
      '3.1.2.2',
      'every parameter is checked as OAuth has it',
      `${badAuthorization} › the authorization endpoint › sends the app invalid_request with state and iss for {"max_age":"soon"}`,
    ],
    [
      '3.1.2.2',
      'scope has openid; without it the request is plain OAuth',
      `${signIn} › takes a request without openid for plain OAuth`,
      `${token} › the authorization code grant › gives no ID token without openid`,
    ],
    [
      '3.1.2.2',
      'a sub that the claims parameter names is the only person who will do',
      `${signIn} › the claims parameter › names the only person who will do`,
    ],
    [
      '3.1.2.3',
      'who is not signed in is asked to, and cross-site tricks are guarded against',
      `${authorize} › a sign-in on the way to a client › goes to the sign-in page, signs in and comes back with a code, state and iss`,
      'test/endpoints/signin.test.ts › a form that another site posts › is refused: %s',
    ],
    [
      '3.1.2.4',
      'consent is had before anything is told',
      'test/endpoints/consent.test.ts › somebody else’s app › waits for the sign-in first, then asks',
      'test/endpoints/consent.test.ts › prompt › none without consent is answered consent_required, with it by a code',
    ],
    [
      '3.1.2.6',
      'errors are named as the list has them',
      `${signIn} › prompt none › tells account_selection_required when the hint is somebody else’s email`,
      'test/core/oauth/interaction.test.ts › with prompt none › the client is told interaction_required for {"acr":{"essential":true}}',
    ],
    [
      '3.1.3.2',
      'the code is verified: client, use, redirect URI',
      `${token} › the authorization code grant › refuses another redirect URI, and loses nothing by it`,
      'test/endpoints/oauth/code-redemption.test.ts › is given to its own client alone',
    ],
    [
      '3.1.3.3',
      'id_token beside the access token, type Bearer, for no cache',
      idToken,
      `${conformance} › the token endpoint › keeps tokens out of every cache`,
    ],
    ['3.1.3.6', 'at_hash, where it is there, is that of the access token', idToken],
    [
      '5.1',
      'standard claims come in their types',
      `${userinfoClaims} › what it tells › for the scope openid profile`,
      'test/endpoints/oauth/userinfo-claims.test.ts › what it tells › for the scope openid address',
    ],
    [
      '5.3',
      'UserInfo takes GET and POST, a token in the header or in a form',
      `${userinfo} › tells what the scope allows, by GET and by POST`,
      `${userinfoClaims} › how the token comes › JWT: by GET, by POST, and in a form`,
    ],
    [
      '5.3.2',
      'sub is always there, and that of the ID token',
      `${userinfo} › tells only the subject to a client that asked for no more`,
      'test/blackbox/openid-client.test.ts › openid-client › reads the user info of the subject that the ID token names',
    ],
    [
      '5.3.2',
      'application/json, or application/jwt when signed, with iss and aud',
      `${userinfoClaims} › what it tells › signed, where the client wants that`,
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › accepts user info that is signed',
    ],
    [
      '5.3.3',
      'errors as RFC 6750 has them',
      `${badAuthorization} › user info › refuses garbage with 401 and a challenge`,
      `${userinfo} › asks for credentials without an error code when there are none`,
    ],
    [
      '5.4',
      'scope brings its claims, and no others',
      `${userinfoClaims} › what it tells › for the scope openid email`,
      `${userinfoClaims} › what it tells › for the scope openid phone`,
    ],
    [
      '5.5',
      'claims that were asked for by name come where they were asked for',
      `${userinfoClaims} › what it tells › for the claims that the request named, and them alone`,
      `${signIn} › the claims parameter › brings a claim into the ID token that no scope asked for`,
    ],
    [
      '5.5',
      'members of it that nobody knows are ignored',
      'test/core/oauth/claims-request.test.ts › ignores what it does not know',
    ],
    [
      '5.5.1',
      'a claim that cannot be had is no error, essential or not',
      `${token} › the authorization code grant › puts claims into the ID token that the request asks for by name`,
    ],
    [
      '5.5.1.1',
      'an essential acr is reached, or the sign-in has failed',
      `${signIn} › the kind of sign-in › that is essential and that there is not is unmet_authentication_requirements`,
    ],
    [
      '6.1',
      'what is in a signed request object goes before what is beside it',
      'test/endpoints/oauth/request-object.test.ts › a signed request object › makes all that stands beside it count for nothing',
    ],
    [
      '6.1, 6.2',
      'request and request_uri that cannot be used are told by their own errors',
      `${badAuthorization} › the authorization endpoint › sends the app request_uri_not_supported with state and iss for {"request_uri":"https://evil.example/request"}`,
    ],
    [
      '9',
      'a client uses the method it registered, and no other',
      'test/endpoints/oauth/client-authentication.test.ts › exactly as it is registered › refuses a header client with the secret in the body',
    ],
    [
      '9',
      'private_key_jwt: iss, sub, aud, jti and exp',
      'test/endpoints/oauth/client-authentication.test.ts › an assertion › is refused without jti',
      'test/endpoints/oauth/client-authentication.test.ts › an assertion › is refused without an expiry',
    ],
    [
      '10.1',
      'kid names the key where there are several',
      'test/keys/keys.test.ts › signing › makes a JWT that its published RS256 key verifies',
    ],
    [
      '10.1.1',
      'keys can be replaced, and old signatures stay good',
      'test/keys/object.test.ts › the alarm › goes over to the next key after the period, and drops the old one when its last token is over',
    ],
    [
      '11',
      'offline_access: consent is asked for, so that nobody is surprised',
      'test/endpoints/consent.test.ts › somebody else’s app › gets nothing that keeps its access while people are away without asking',
      'test/endpoints/ends.test.ts › a family with offline_access › outlives the sign-out of its session, and not the sign-out of everything',
    ],
    [
      '12.1',
      'a refresh is for the client that the token was issued to',
      `${token} › the refresh token grant › refuses another client, and the honest one goes on`,
    ],
    [
      '12.2',
      'a refresh tells of no other sign-in than the first',
      `${conformance} › a refresh › brings no ID token: it tells of no sign-in`,
    ],
    [
      '15.1',
      'RS256, prompt, display, ui_locales, claims_locales, auth_time, max_age and acr_values are understood',
      `${signIn} › ignores what is of no use to it`,
      idToken,
    ],
    [
      '15.2',
      'discovery is there',
      'test/blackbox/openid-client.test.ts › openid-client › reads the discovery document',
    ],
    [
      '15.5.2',
      'an answer that was posted goes through like one in an address',
      'test/blackbox/flows-openid-client.test.ts › openid-client › reads an answer that the browser posts',
    ],
    [
      '16.2',
      'nobody learns a person’s claims without a token for them',
      `${userinfo} › refuses garbage, ID tokens, refresh tokens and tokens without openid`,
    ],
    [
      '16.14',
      'no code is given to a client that only looks like another',
      `${badAuthorization} › the authorization endpoint › shows a page and redirects nowhere for a client by another spelling`,
    ],
    [
      '17.2',
      'claims go to a client only with consent',
      'test/endpoints/consent.test.ts › somebody else’s app › is asked about for claims that no scope brings',
    ],
  ],
} satisfies Specification;
