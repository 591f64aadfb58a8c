import type { Specification } from './specification.ts';

const par = 'test/endpoints/oauth/par.test.ts';

export default {
  name: 'RFC 9126',
  title: 'OAuth 2.0 Pushed Authorization Requests',
  requirements: [
    [
      '2',
      'TLS',
      'test/endpoints/https.test.ts › an issuer on https › does nothing with a plain request, for issuer and gate alike',
    ],
    [
      '2',
      'the client authenticates as at the token endpoint',
      `${par} › the endpoint › takes the client basic as it is registered`,
      `${par} › the endpoint › refuses a client that does not prove who it is`,
    ],
    [
      '2',
      'an assertion for the issuer, the token endpoint or this endpoint is taken',
      `${par} › the endpoint › takes an assertion for itself`,
      'test/endpoints/oauth/client-authentication.test.ts › an assertion › may be for the issuer',
    ],
    [
      '2.1',
      'a request_uri in it is refused',
      `${par} › the endpoint › refuses a request_uri, as the authorization endpoint would`,
    ],
    [
      '2.1',
      'it is validated as at the authorization endpoint',
      `${par} › the endpoint › refuses an unregistered redirect URI, as the authorization endpoint would`,
      `${par} › the endpoint › refuses plain PKCE, as the authorization endpoint would`,
    ],
    [
      '2.2',
      '201 with request_uri and expires_in, for no cache',
      `${par} › a pushed request › is answered with 201, an address nobody can guess and how long it is good for`,
    ],
    ['2.2', 'request_uri is bound to its client', `${par} › its request_uri › is no other client’s`],
    [
      '2.2',
      'request_uri cannot be guessed',
      `${par} › a pushed request › is answered with 201, an address nobody can guess and how long it is good for`,
      `${par} › its request_uri › that nobody was given wakes no object`,
    ],
    [
      '2.3',
      'errors are those of the token endpoint; 405 and 413',
      `${par} › the endpoint › refuses a repeated parameter, another method and a body that is too long`,
    ],
    [
      '3',
      'a request object is validated, is the whole request, and is of the client that pushes it',
      `${par} › a request object › can be pushed, and is the whole request`,
      `${par} › a request object › must be of the client that pushes it`,
    ],
    [
      '4',
      'the authorization endpoint takes the reference, and nothing beside it',
      `${par} › a pushed request › is all that the authorization endpoint needs, and all that it takes`,
    ],
    [
      '4',
      'a reference is used once and for its time',
      `${par} › its request_uri › is worth one code, however many ask at once, or signed in for it before`,
      `${par} › its request_uri › is over after its time`,
    ],
    [
      '5',
      'the metadata has the endpoint',
      'test/endpoints/oauth/authorization-response.test.ts › is described in the metadata',
    ],
    [
      '6',
      'a client that must push is answered in no other way',
      `${par} › a client that must push › is not answered otherwise`,
      'test/blackbox/flows-openid-client.test.ts › openid-client › goes the whole way of FAPI 2.0: pushed, with a key of the client, bound to a key',
    ],
    [
      '7.1',
      'secrets of the client are not kept with the request',
      `${par} › a pushed request › holds no credential of the client`,
    ],
  ],
} satisfies Specification;
