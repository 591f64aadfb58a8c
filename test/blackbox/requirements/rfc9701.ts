import type { Specification } from './specification.ts';

const signed = 'test/endpoints/oauth/introspect.test.ts › a signed answer (RFC 9701)';
const library =
  'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › accepts introspection, and its signed form';

export default {
  name: 'RFC 9701',
  title: 'JWT Response for OAuth Token Introspection',
  requirements: [
    ['4', 'it is asked for by its media type', `${signed} › is for whoever names it: %j`, library],
    [
      '4',
      'the resource server is known: it authenticates',
      'test/endpoints/oauth/introspect.test.ts › whoever asks › is refused as nobody',
    ],
    [
      '5',
      'the media type of the answer, and typ token-introspection+jwt',
      `${signed} › says in one claim what the plain one says, for the caller alone, with a type of its own`,
    ],
    [
      '5',
      'iss, aud (the caller), iat and token_introspection are there',
      `${signed} › says in one claim what the plain one says, for the caller alone, with a type of its own`,
      library,
    ],
    [
      '5',
      'neither sub nor exp stand beside them, so that it is nobody’s access token',
      `${signed} › is no access token, and no introspection of itself`,
    ],
    ['5', 'of an inactive token only that', `${signed} › says of an inactive token nothing but that`],
    ['5', 'it is signed by a published key', library],
    [
      '5',
      'a resource server reads of its own tokens only',
      'test/endpoints/oauth/introspect.test.ts › an access token › of another resource is nobody else’s business',
    ],
    [
      '7',
      'the algorithms are in the metadata',
      'test/blackbox/flows-conformance.test.ts › metadata › lists algorithms wherever keys of clients are taken, and never "none"',
    ],
    [
      '8.1',
      'it cannot be used where an access token is wanted',
      `${signed} › is no access token, and no introspection of itself`,
    ],
  ],
} satisfies Specification;
