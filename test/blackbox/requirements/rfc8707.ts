import type { Specification } from './specification.ts';

const access = 'test/endpoints/oauth/access-tokens.test.ts';
const badAuthorization = 'test/blackbox/bad-input-authorization.test.ts';

export default {
  name: 'RFC 8707',
  title: 'Resource Indicators for OAuth 2.0',
  requirements: [
    [
      '2',
      'a resource is an absolute URI without a fragment',
      'test/blackbox/flows-conformance.test.ts › a resource › that is no absolute URI, or has a fragment, is invalid_target: "notes"',
      `${badAuthorization} › the authorization endpoint › sends the app invalid_target with state and iss for {"resource":"https://elsewhere.example/"}`,
    ],
    [
      '2',
      'several may be named',
      'test/endpoints/oauth/authorization-sign-in.test.ts › grants several resources, and no others',
      'test/core/oauth/parameters.test.ts › lets resource alone repeat, each value once',
    ],
    [
      '2',
      'one that cannot be had is invalid_target, at both endpoints',
      `${badAuthorization} › the authorization endpoint › sends the app invalid_target with state and iss for {"resource":"https://elsewhere.example/"}`,
      'test/blackbox/bad-input-token.test.ts › the token endpoint › answers invalid_target to a code with {"resource":"https://elsewhere.example/"}',
    ],
    [
      '2',
      'a token is for the named resources only',
      'test/endpoints/https.test.ts › the audience › is the first registered resource unless others were asked for, and can be narrowed at each refresh',
      'test/blackbox/oauth4webapi.test.ts › oauth4webapi › accepts the access token as RFC 9068 has it, for the audiences it was made for only',
    ],
    [
      '2.1',
      'the person is asked for the resource',
      'test/endpoints/consent.test.ts › somebody else’s app › is asked about again at another resource',
    ],
    [
      '2.2',
      'a token request names granted resources only',
      'test/endpoints/oauth/token.test.ts › the authorization code grant › refuses a resource that was not granted, before the code is used',
      'test/endpoints/oauth/token.test.ts › the refresh token grant › refuses wider scope and resource without rotating',
    ],
    [
      '2.2',
      'the scope is reduced to what means something there',
      `${access} › a scope stands in a token only where it means something`,
    ],
    [
      '2.2',
      'each resource gets a token of its own by a refresh',
      `${access} › resources that cannot share a token › each gets its own token by a refresh that names it`,
    ],
  ],
} satisfies Specification;
