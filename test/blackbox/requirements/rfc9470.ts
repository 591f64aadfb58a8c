import type { Specification } from './specification.ts';

const signIn = 'test/endpoints/oauth/authorization-sign-in.test.ts';
const guard = 'test/verify/guard.test.ts';

/** What it asks of resource servers is in the verifier: the last rows. */
export default {
  name: 'RFC 9470',
  title: 'OAuth 2.0 Step Up Authentication Challenge Protocol',
  requirements: [
    [
      '5',
      'max_age leads to a new sign-in when the last one is too old',
      `${signIn} › the age of the sign-in › may be 0: then a sign-in is always needed, once`,
      'test/endpoints/oauth/authorize.test.ts › a person who is signed in › signs in again when the sign-in is older than max_age',
    ],
    [
      '5',
      'acr_values lead to a sign-in of that kind, or to an error where it is essential',
      `${signIn} › the kind of sign-in › is told, and what is asked for is given where there is such a one`,
      `${signIn} › the kind of sign-in › that is essential and that there is not is unmet_authentication_requirements`,
      'test/core/oauth/interaction.test.ts › somebody signed in › signs in again for a stronger sign-in preferred',
    ],
    [
      '5',
      'what was reached is told, not what was asked for',
      `${signIn} › the kind of sign-in › that is only preferred stands in nobody’s way`,
      'test/core/oauth/acr.test.ts › tells the strongest context that the methods amount to',
    ],
    [
      '6.1',
      'a JWT access token tells acr and auth_time',
      'test/endpoints/oauth/access-tokens.test.ts › an access token is as its resource wants it › a JWT with every claim of RFC 9068',
    ],
    [
      '6.2',
      'introspection tells acr and auth_time',
      'test/endpoints/oauth/introspect.test.ts › an access token › JWT is told to the server of its resource, as RFC 7662 names it',
    ],
    [
      '7',
      'acr_values_supported is in the metadata',
      'test/endpoints/oauth/authorization-response.test.ts › is described in the metadata',
    ],
    [
      '3',
      'a resource server answers 401 insufficient_user_authentication and says what it wants',
      `${guard} › a step up (RFC 9470) › is asked for in the challenge`,
    ],
  ],
} satisfies Specification;
