import type { Specification } from './specification.ts';

const dpop = 'test/endpoints/oauth/dpop.test.ts';
const userinfo = 'test/endpoints/oauth/userinfo-claims.test.ts';
const par = 'test/endpoints/oauth/par.test.ts';
const library =
  'test/blackbox/flows-openid-client.test.ts › openid-client › binds code and tokens to its key, with the nonce that the server asks for';

export default {
  name: 'RFC 9449',
  title: 'OAuth 2.0 Demonstrating Proof of Possession',
  requirements: [
    ['4.3 (1)', 'one DPoP header', `${dpop} › a proof is refused › when there are two`],
    ['4.3 (2)', 'a JWT', `${dpop} › a proof is refused › as "garbage"`],
    [
      '4.3 (3)',
      'with every claim',
      `${dpop} › a proof is refused › without jti`,
      `${dpop} › a proof is refused › without a time`,
    ],
    ['4.3 (4)', 'of the type dpop+jwt', `${dpop} › a proof is refused › of another type`],
    [
      '4.3 (5)',
      'signed with an asymmetric algorithm that is allowed',
      `${dpop} › with a proof › of ES256 the access token is bound to its key`,
      'test/verify/dpop.test.ts › a proof › of algorithm none is refused as %s',
    ],
    [
      '4.3 (6)',
      'the signature belongs to its jwk',
      `${dpop} › a proof is refused › with a private key, or another than it is signed with`,
    ],
    [
      '4.3 (7)',
      'jwk has no private part',
      `${dpop} › a proof is refused › with a private key, or another than it is signed with`,
    ],
    ['4.3 (8)', 'htm is the method', `${dpop} › a proof is refused › for another method`],
    [
      '4.3 (9)',
      'htu is the address',
      `${dpop} › a proof is refused › for another endpoint`,
      `${dpop} › a proof is refused › for another server`,
    ],
    [
      '4.3 (10)',
      'the nonce is one that was given',
      `${dpop} › a proof is refused › with a nonce of somebody else, or of an hour ago`,
    ],
    [
      '4.3 (11)',
      'made within a short time',
      `${dpop} › a proof is refused › from more than a minute ago`,
      `${dpop} › a proof is refused › from more than a minute ahead`,
    ],
    [
      '4.3 (12)',
      'with an access token: ath is its hash, and the key is the one it is bound to',
      `${userinfo} › a token that is bound to a key › is refused without a proof, with another’s, and with one for another token`,
    ],
    ['5', 'a proof that is no good is invalid_dpop_proof', `${dpop} › a proof is refused › as "garbage"`],
    [
      '5',
      'the token is bound and its type is DPoP',
      `${dpop} › with a proof › of ES256 the access token is bound to its key`,
      library,
    ],
    [
      '5',
      'without a proof the type is not DPoP',
      `${dpop} › with a proof › without one the token is a bearer token, and no nonce is spoken of`,
    ],
    [
      '5',
      'a refresh token of a public client is bound to the key, and proved at every use',
      `${dpop} › a refresh token of a public client › is bound to the key`,
      library,
    ],
    [
      '5.1',
      'the metadata lists algorithms, asymmetric ones',
      'test/blackbox/flows-conformance.test.ts › metadata › lists algorithms wherever keys of clients are taken, and never "none"',
    ],
    [
      '5.2',
      'a client that is registered for bound tokens gets no others',
      `${dpop} › a client that is registered for bound tokens › gets nothing without a proof`,
    ],
    [
      '6',
      'the binding can be read: cnf.jkt in a JWT and in introspection',
      'test/endpoints/oauth/access-tokens.test.ts › an access token is as its resource wants it › bound to the key of a DPoP proof, in both formats',
      'test/endpoints/oauth/introspect.test.ts › an access token › names the key that it is bound to',
    ],
    [
      '6.2',
      'the introspected type is DPoP',
      'test/endpoints/oauth/introspect.test.ts › an access token › names the key that it is bound to',
    ],
    [
      '7.1',
      'UserInfo: a bound token needs its proof, and 401 with a DPoP challenge otherwise',
      `${userinfo} › a token that is bound to a key › is refused without a proof, with another’s, and with one for another token`,
    ],
    [
      '7.2',
      'a bound token is no bearer token',
      `${userinfo} › a token that is bound to a key › is refused as a bearer token, in the header and in the body`,
    ],
    [
      '7.2',
      'a bearer token is no bound token',
      `${userinfo} › a token that is bound to a key › is not what a bearer token becomes by being sent as one`,
    ],
    [
      '8',
      'who lacks the nonce is answered use_dpop_nonce, 400, with a nonce',
      `${dpop} › with a proof › a refused first attempt, for want of the nonce, uses nothing up`,
      library,
    ],
    [
      '8',
      'a nonce cannot be foretold',
      'test/dpop/nonces.test.ts › refuses %j',
      'test/dpop/nonces.test.ts › is accepted for five minutes after the next one came, and no longer',
    ],
    [
      '8.2',
      'a new nonce comes with an answer',
      'test/dpop/nonces.test.ts › is the same in every isolate, and another five minutes later',
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › accepts FAPI 2.0: pushed and signed requests, a key of the client, tokens bound to a key, with nonces',
    ],
    [
      '9',
      'UserInfo asks for a nonce by 401 and use_dpop_nonce',
      'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › accepts FAPI 2.0: pushed and signed requests, a key of the client, tokens bound to a key, with nonces',
    ],
    [
      '10',
      'a code for dpop_jkt is redeemed with that key alone',
      `${dpop} › a code that is bound to a key › is redeemed with that key alone`,
      library,
    ],
    [
      '10.1',
      'a proof at the PAR endpoint binds the code; it and dpop_jkt name one key',
      `${par} › a DPoP proof › binds the code to its key, as dpop_jkt does`,
      `${par} › a DPoP proof › may stand beside a dpop_jkt of the same key only`,
    ],
    [
      '11.1',
      'a proof is used once',
      `${dpop} › a proof is refused › the second time, everywhere`,
      `${dpop} › a proof is refused › all but once of many at the same time`,
    ],
    [
      '11.6',
      'an algorithm is asymmetric, and "none" is none',
      'test/verify/dpop.test.ts › a proof › of algorithm none is refused as %s',
    ],
  ],
} satisfies Specification;
