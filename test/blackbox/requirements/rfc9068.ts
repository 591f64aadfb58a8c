import type { Specification } from './specification.ts';

const access = 'test/endpoints/oauth/access-tokens.test.ts';
const claims = `${access} › an access token is as its resource wants it › a JWT with every claim of RFC 9068`;

export default {
  name: 'RFC 9068',
  title: 'JWT Profile for OAuth 2.0 Access Tokens',
  requirements: [
    [
      '2.1',
      'signed, never with "none"',
      claims,
      'test/blackbox/flows-conformance.test.ts › metadata › lists algorithms wherever keys of clients are taken, and never "none"',
    ],
    [
      '2.1',
      'RS256 is there',
      `${access} › an access token is as its resource wants it › signed with the algorithm of the resource`,
    ],
    ['2.1', 'typ is at+jwt', claims],
    [
      '2.2',
      'iss, exp, aud, sub, client_id, iat and jti are there',
      claims,
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › accepts the access token as RFC 9068 has it, for the audiences it was made for only',
    ],
    [
      '2.2',
      'without a person, sub is the client',
      'test/endpoints/oauth/client-credentials.test.ts › speaks for the client itself: no session, no family, no refresh token',
    ],
    [
      '2.2.1',
      'auth_time, acr and amr tell of the sign-in, and stay as they were after a refresh',
      claims,
      'test/endpoints/oauth/token.test.ts › the refresh token grant › rotates: a new refresh token and a new access token of the same session and scope',
    ],
    [
      '2.2.3',
      'scope is there when one was asked for, and fits the audience',
      `${access} › a scope stands in a token only where it means something`,
    ],
    [
      '3',
      'aud is the resource of the request, or a default',
      'test/endpoints/https.test.ts › the audience › is the first registered resource unless others were asked for, and can be narrowed at each refresh',
    ],
    [
      '3',
      'what cannot share a token is refused together',
      `${access} › resources that cannot share a token › %j are refused together, before the code is used up`,
    ],
    [
      '4',
      'keys are published with the metadata',
      'test/keys/keys.test.ts › signing › makes a JWT that its published ES256 key verifies',
      'test/blackbox/flows-conformance.test.ts › metadata › leads to public signature keys, each with its name, use and algorithm',
    ],
    [
      '5',
      'no client can be taken for a person by its name',
      'test/blackbox/flows-conformance.test.ts › a token of a client › is for nobody in person: no sub of it is a person’s',
    ],
    [
      '5',
      'an ID token is no access token, nor the other way round',
      'test/endpoints/oauth/userinfo.test.ts › refuses garbage, ID tokens, refresh tokens and tokens without openid',
      'test/endpoints/oauth/logout.test.ts › is refused on a page, and signs nobody out › an access token in place of an ID token, and an ID token of another client',
    ],
  ],
} satisfies Specification;
