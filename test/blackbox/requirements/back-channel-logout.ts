import type { Specification } from './specification.ts';

const back = 'test/logout/back-channel.test.ts';
const claims = `${back} › a logout token › has the claims of the specification and no others, and is signed as the client’s ID tokens are`;

export default {
  name: 'OpenID Connect Back-Channel Logout 1.0',
  title: 'OpenID Connect Back-Channel Logout 1.0',
  requirements: [
    ['2.1', 'the metadata says so', `${back} › is announced in the metadata`],
    [
      '2.1',
      'sid of the logout token is the one of the ID token',
      claims,
      'test/blackbox/flows-logout.test.ts › a sign-out that the app begins comes back to it, and the app is told by a logout token as well',
    ],
    [
      '2.2',
      'the URI is https, absolute and without a fragment',
      'test/config/client-faults.test.ts › a client is refused › {"backchannelLogoutUri":"http://app.example.com/out"}: %s %j',
    ],
    [
      '2.3',
      'every client of the session is told',
      `${back} › clients are told of › a sign-out of every device, within a moment, each once`,
      `${back} › nobody is told who was not there: › no client without a URI, none that was not used, none of another session`,
    ],
    ['2.4', 'iss, aud, iat, exp, jti and events, with sub or sid', claims],
    ['2.4', 'there is no nonce', claims],
    ['2.4', 'signed with the algorithm of the client’s ID tokens, never "none"', claims],
    [
      '2.4',
      'it cannot be taken for an ID token',
      `${back} › a logout token › is no ID token: the authorization server itself takes it for none`,
    ],
    [
      '2.5',
      'POST of a form with logout_token, to the very URI',
      `${back} › a logout token › is posted as a form to the very URI, query and all, and no redirect is followed`,
      'test/blackbox/flows-logout.test.ts › a sign-out that the app begins comes back to it, and the app is told by a logout token as well',
    ],
    [
      '2.5',
      'a client that cannot be reached is asked again',
      `${back} › a client that does not take it › and comes back is told, once`,
    ],
    [
      '2.7',
      'refresh tokens end with the session, but for offline_access',
      'test/endpoints/ends.test.ts › a family with offline_access › outlives the sign-out of its session, and not the sign-out of everything',
    ],
    [
      '2.8',
      'a client that answers something else is no reason to stop',
      `${back} › a client that does not take it › holds up neither the others nor the outbox’s events`,
    ],
    ['4', 'nothing is sent to addresses inside', `${back} › in production › nothing is sent to %s`],
  ],
} satisfies Specification;
