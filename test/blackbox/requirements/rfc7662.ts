import type { Specification } from './specification.ts';

const introspect = 'test/endpoints/oauth/introspect.test.ts';

export default {
  name: 'RFC 7662',
  title: 'OAuth 2.0 Token Introspection',
  requirements: [
    [
      '2, 4',
      'TLS',
      'test/endpoints/https.test.ts › an issuer on https › does nothing with a plain request, for issuer and gate alike',
    ],
    ['2.1', 'POST of a form with token', `${introspect} › whoever asks › must send a token, in a form`],
    ['2.1', 'token_type_hint may be wrong', `${introspect} › whoever asks › may hint whatever it likes`],
    [
      '2.1',
      'who asks is authorized',
      `${introspect} › whoever asks › is refused as nobody`,
      `${introspect} › whoever asks › is refused as a public client`,
    ],
    [
      '2.2',
      'JSON with the member active',
      `${introspect} › an access token › JWT is told to the server of its resource, as RFC 7662 names it`,
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › accepts introspection, and its signed form',
    ],
    [
      '2.2',
      'a token that is none is inactive, and nothing more is told',
      `${introspect} › an access token › that is none of ours is inactive`,
    ],
    [
      '2.2',
      'a resource server is told of its own tokens only',
      `${introspect} › an access token › of another resource is nobody else’s business`,
      `${introspect} › a refresh token › is told to its own client alone`,
    ],
    [
      '2.2',
      'the answer is for no cache',
      `${introspect} › an access token › JWT is told to the server of its resource, as RFC 7662 names it`,
    ],
    [
      '2.3',
      'wrong credentials are answered 401',
      `${introspect} › whoever asks › is refused as a wrong secret`,
    ],
    [
      '2.3',
      'an inactive token is no error',
      `${introspect} › an access token › that is none of ours is inactive`,
    ],
    [
      '4',
      'expiry, revocation, signature and the state of the grant are looked at',
      `${introspect} › an access token › is inactive at once after its own revocation, in both formats`,
      `${introspect} › an access token › is inactive at once after its end, in both formats`,
      `${introspect} › an access token › is inactive at once after its sign-out everywhere, in both formats`,
    ],
    [
      '4',
      'while nobody knows, nobody is told that a token is inactive',
      `${introspect} › whoever asks › is told of trouble as trouble, and not that the token is inactive`,
    ],
    ['5', 'no script in a page may ask', `${introspect} › whoever asks › is no script in a page`],
  ],
} satisfies Specification;
