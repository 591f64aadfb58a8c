import type { Specification } from './specification.ts';

const revoke = 'test/endpoints/oauth/revoke.test.ts';
const access = 'test/endpoints/oauth/revoke-access-tokens.test.ts';
const conformance = 'test/blackbox/flows-conformance.test.ts';
const bad = 'test/blackbox/bad-input-token.test.ts';

export default {
  name: 'RFC 7009',
  title: 'OAuth 2.0 Token Revocation',
  requirements: [
    ['2', 'refresh tokens can be revoked', `${revoke} › ends the family before it answers`],
    [
      '2',
      'access tokens can be revoked',
      `${access} › a revoked %s is refused at once by whoever asks, and its family goes on`,
      `${revoke} › refuses an access token at the gate and at UserInfo from then on, and leaves its family alone`,
    ],
    [
      '2',
      'TLS, and POST',
      'test/endpoints/https.test.ts › an issuer on https › does nothing with a plain request, for issuer and gate alike',
      'test/blackbox/bad-input.test.ts › every endpoint › $path takes $methods and refuses every other method with 405 and Allow',
    ],
    [
      '2.1',
      'the client authenticates first',
      'test/endpoints/oauth/client-authentication.test.ts › is asked of a revocation as well',
      `${revoke} › refuses {"client_id":"nobody","token":"x"}`,
    ],
    [
      '2.1',
      'a token of another client is not revoked',
      `${revoke} › leaves the family of another client alone`,
      `${access} › leaves the token of another client alone, with the same answer`,
      `${bad} › the revocation endpoint › nobody revokes a token that is not theirs, or not one`,
    ],
    [
      '2.1',
      'the revocation holds at once',
      `${revoke} › ends the family before it answers`,
      'test/blackbox/flows-openid-client.test.ts › openid-client › revokes an opaque access token, and it is over at once',
    ],
    [
      '2.1',
      'a refresh token takes the access tokens of its grant with it',
      'test/endpoints/oauth/userinfo.test.ts › refuses an access token at once after its session or its family ended',
      'test/endpoints/oauth/introspect.test.ts › an access token › is inactive at once after the revocation of its family, in both formats',
    ],
    [
      '2.1',
      'a token is found whatever its hint says',
      `${conformance} › the revocation endpoint › finds a token whatever the hint says: unknown`,
    ],
    ['2.2', 'an unknown token is answered 200', `${revoke} › answers an unknown token like a known one`],
    [
      '2.2.1',
      'errors are those of RFC 6749 §5.2',
      `${revoke} › refuses {"token":"x"}`,
      `${bad} › the revocation endpoint › answers %i %s to %j`,
    ],
    [
      '2.2.1',
      'what could not be revoked is answered 503, so that the client knows it lives',
      `${access} › answers trouble with 503 and never with 200`,
    ],
    [
      '5',
      'garbage costs nothing',
      'test/endpoints/oauth/token.test.ts › malformed token requests › a forged token wakes no object',
    ],
  ],
} satisfies Specification;
