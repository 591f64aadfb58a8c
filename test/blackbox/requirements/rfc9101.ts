import type { Specification } from './specification.ts';

const object = 'test/endpoints/oauth/request-object.test.ts';

/** By value, and by reference through PAR alone: what §5.2 says of other references is "not supported". */
export default {
  name: 'RFC 9101',
  title: 'JWT-Secured Authorization Request',
  requirements: [
    [
      '4',
      'the object holds the whole request',
      `${object} › a signed request object › is the whole request`,
      'test/blackbox/flows-openid-client.test.ts › openid-client › signs its request, in the address and pushed',
    ],
    [
      '4',
      'it holds no request and no request_uri itself',
      `${object} › a request object is invalid › around another one`,
      `${object} › a request object is invalid › around a request_uri`,
    ],
    ['4', 'it is signed', `${object} › request objects › that nobody signed are not supported`],
    [
      '4, 10.8',
      'iss, aud and type keep it from being something else',
      `${object} › a request object is invalid › from another issuer`,
      `${object} › a request object is invalid › for another audience`,
      `${object} › a request object is invalid › of another type`,
    ],
    [
      '5',
      'request and request_uri do not come together',
      `${object} › request objects › do not come together with a request_uri`,
    ],
    [
      '5',
      'client_id stands beside the object, and is the same',
      `${object} › request objects › need the client_id beside them`,
      `${object} › a request object is invalid › for another client`,
    ],
    [
      '5.2',
      'what is not pushed is not fetched',
      `${object} › a request_uri that was not pushed › is not supported, and nothing is fetched: http://169.254.169.254/`,
    ],
    [
      '6.2',
      'the signature is verified with a key of this client and an algorithm that is allowed',
      `${object} › a request object is invalid › signed with a key that is not the client’s`,
      `${object} › a request object is invalid › signed with a secret`,
      `${object} › a request object is invalid › when a bit of it was changed`,
      `${object} › keys that the client publishes › are fetched from where it registered them, again when one is new`,
    ],
    [
      '6.3',
      'only what is in the object counts',
      `${object} › a signed request object › makes all that stands beside it count for nothing`,
    ],
    [
      '6.3',
      'the request is then validated like any other',
      'test/endpoints/oauth/par.test.ts › the endpoint › refuses a broken request object, as the authorization endpoint would',
      `${object} › a signed request object › may hold numbers, lists and JSON`,
    ],
    [
      '7',
      'what is no good is invalid_request_object',
      `${object} › a request object is invalid › when it is no JWT: nonsense`,
      `${object} › a request object is invalid › over`,
    ],
    [
      '7',
      'where the way back is not certain the person is told instead',
      `${object} › request objects › that cannot be used are told to the person where the way back is not certain`,
    ],
    [
      '10.5',
      'a client may be held to signed requests',
      `${object} › request objects › are all that some clients may send`,
      'test/endpoints/oauth/par.test.ts › a request object › must be pushed where a client must sign its requests',
    ],
    [
      '10.8',
      'an object is no client assertion, nor the other way round',
      `${object} › a request object is invalid › that could authenticate its client`,
      `${object} › a request object is invalid › when it is an assertion of the same client`,
    ],
  ],
} satisfies Specification;
