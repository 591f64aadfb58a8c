import type { Specification } from './specification.ts';

const exchange = 'test/endpoints/oauth/token-exchange.test.ts';
const library =
  'test/blackbox/flows-oauth4webapi.test.ts › oauth4webapi › accepts a token exchange, for another API and narrower';

export default {
  name: 'RFC 8693',
  title: 'OAuth 2.0 Token Exchange',
  requirements: [
    [
      '2.1',
      'subject_token and its type are required',
      `${exchange} › refuses {"subject_token":""}`,
      `${exchange} › refuses {"subject_token_type":""}`,
    ],
    [
      '2.1',
      'actor_token_type stands beside an actor_token, and never alone',
      `${exchange} › refuses {"actor_token":"x"}`,
      `${exchange} › refuses {"actor_token_type":%s}`,
    ],
    [
      '2.1',
      'subject and actor token are validated as their type asks',
      `${exchange} › the subject token › must be valid, alive, and for this client or a resource that it serves`,
      `${exchange} › delegation › refuses an actor token that is invalid, another’s, or has an actor itself`,
    ],
    [
      '2.1',
      'a type that cannot be issued is refused',
      `${exchange} › refuses {"requested_token_type":"urn:ietf:params:oauth:token-type:refresh_token"}`,
    ],
    [
      '2.1',
      'the client authenticates, and policy says what it may',
      `${exchange} › is for clients that may exchange tokens`,
    ],
    [
      '2.1',
      'the target may be named by resource or by audience',
      `${exchange} › the target › may be named as resource or as audience`,
    ],
    [
      '2.2.1',
      'issued_token_type, token_type and the rest of an answer, for no cache',
      library,
      `${exchange} › delegation › gives a token for the same person, to the client that acts`,
    ],
    [
      '2.2.1',
      'the scope is told where it differs',
      `${exchange} › the new token › has no scope beyond: notes:read api:read`,
    ],
    [
      '2.2.2',
      'a request or token that is no good is invalid_request',
      `${exchange} › refuses {"subject_token_type":"urn:ietf:params:oauth:token-type:id_token"}`,
      library,
    ],
    [
      '2.2.2',
      'a target that cannot be had is invalid_target',
      `${exchange} › the target › that exchanger may not have is refused: {"audience":"somebody"}`,
      library,
    ],
    [
      '3',
      'the types of tokens are named by their URIs',
      `${exchange} › refuses {"subject_token_type":"urn:ietf:params:oauth:token-type:id_token"}`,
      library,
    ],
    [
      '4.1',
      'delegation is told by act, the present actor outermost',
      `${exchange} › delegation › names whom the actor token is about, and keeps who acted before`,
      'test/blackbox/flows-openid-client.test.ts › openid-client › exchanges the token of a person for one of another API, in its own name and in theirs',
    ],
    ['4.1', 'impersonation tells nobody of an actor', `${exchange} › impersonation › tells nobody who acts`],
    [
      '5',
      'what was exchanged is over when what it came from is',
      `${exchange} › the new token › is over after the sign-out`,
      `${exchange} › the new token › never outlives the subject token`,
    ],
    [
      '5 (RFC 9449)',
      'a token that is bound to a key does not become a bearer token',
      `${exchange} › the subject token › that is bound to a key is exchanged for a bound one only`,
    ],
  ],
} satisfies Specification;
