import type { Specification } from './specification.ts';

const endpoint = 'test/endpoints/oauth/device-authorization.test.ts';
const page = 'test/endpoints/device.test.ts';
const rule = 'test/core/oauth/device.test.ts';

export default {
  name: 'RFC 8628',
  title: 'OAuth 2.0 Device Authorization Grant',
  requirements: [
    [
      '3.1',
      'the client authenticates as at the token endpoint, or names itself',
      `${endpoint} › the device authorization endpoint › takes a client with a secret when it proves that it is the one`,
      `${endpoint} › the device authorization endpoint › refuses with invalid_client: {"client_id":"device-with-secret"}`,
    ],
    [
      '3.1',
      'TLS',
      'test/endpoints/https.test.ts › an issuer on https › does nothing with a plain request, for issuer and gate alike',
    ],
    [
      '3.1',
      'no parameter is given twice, and unknown ones are ignored',
      'test/blackbox/bad-input.test.ts › every endpoint › $path refuses a form that cannot be read in one way',
    ],
    [
      '3.2',
      'device_code, user_code, verification_uri and expires_in, for no cache',
      `${endpoint} › the device authorization endpoint › answers with the codes, where to enter them, and how often to ask`,
    ],
    [
      '3.3',
      'the person signs in and is asked',
      `${page} › a stranger › may not try codes: no object is asked before the sign-in`,
      `${page} › the page › shows who asks, from where, for what, for whose account and the code, before anybody may allow it`,
    ],
    [
      '3.3',
      'the verification URI answers the method by which codes are sent',
      `${page} › the page › asks for a code`,
    ],
    [
      '3.3.1',
      'a link with the code still lets the person compare and decide',
      `${page} › the page › fills in the code that a link brings, and asks for nothing and does nothing until the person goes on`,
    ],
    [
      '3.4',
      'grant_type, device_code and the client are required',
      `${endpoint} › a device that polls › must be a client that may use the grant, and must prove who it is`,
      `${endpoint} › a device that polls › with the code of another client gets nothing and slows nobody down`,
    ],
    [
      '3.5',
      'authorization_pending, access_denied and expired_token',
      `${endpoint} › a device that polls › waits, is slowed down when it asks too soon, and for good`,
      `${endpoint} › a device that polls › learns that the person denied`,
      `${endpoint} › a device that polls › learns that its code has expired, approved or not`,
    ],
    [
      '3.5',
      'slow_down adds 5 seconds to this and all later requests',
      `${rule} › a device that polls › too soon is slowed down by 5 seconds, for good`,
    ],
    [
      '3.5',
      'tokens once the person has allowed it',
      `${endpoint} › a device that polls › gets tokens of the person who allowed it, in the session in which they did`,
      'test/blackbox/device.test.ts › openid-client › polls until its person has signed up and allowed it, and refreshes',
      'test/blackbox/device.test.ts › oauth4webapi › reads the codes, the errors on the way, and the tokens',
    ],
    [
      '4',
      'the metadata has the endpoint and the grant',
      `${endpoint} › the device authorization endpoint › is in the discovery documents, with the grant`,
    ],
    [
      '5.1',
      'user codes cannot be guessed: attempts are limited',
      `${page} › guessing user codes › slows down after ten codes, right or wrong, in whatever browser and however many at once`,
      `${page} › guessing user codes › has a chance of less than 2^-30 while a code lives`,
    ],
    [
      '5.2',
      'the device code has too many bits to guess',
      `${endpoint} › a device that polls › with garbage for a code wakes no object`,
      'test/transaction/device-object.test.ts › a device that begins › gets a user code that finds it, and a secret that storage does not hold',
    ],
    [
      '5.2',
      'a device code is good once',
      `${endpoint} › a device that polls › redeems its code once; a second use ends what the first one got`,
    ],
    [
      '5.4',
      'people are told who asks, so that a stranger’s device stands out',
      `${page} › the page › shows who asks, from where, for what, for whose account and the code, before anybody may allow it`,
    ],
    [
      '6.1',
      'user codes are compared without case and without punctuation',
      `${rule} › a user code › is understood when it is typed as "wdjb-mjht"`,
      `${rule} › a user code › has more than 20 bits, of letters that cannot be mistaken for others and spell no word`,
    ],
  ],
} satisfies Specification;
