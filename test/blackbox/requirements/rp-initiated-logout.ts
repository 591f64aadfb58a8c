import type { Specification } from './specification.ts';

const logout = 'test/endpoints/oauth/logout.test.ts';
const bad = 'test/blackbox/bad-input-authorization.test.ts › the end session endpoint';

export default {
  name: 'OpenID Connect RP-Initiated Logout 1.0',
  title: 'OpenID Connect RP-Initiated Logout 1.0',
  requirements: [
    [
      '2',
      'GET and POST',
      `${logout} › with an ID token of this very session › signs out at once, ends the families, and goes on to the registered address with state`,
      `${logout} › with an ID token of this very session › signs out when another site posts it: asked again as a navigation, it brings the cookies`,
    ],
    [
      '2',
      'id_token_hint was issued here',
      `${bad} › shows a page for an unsigned hint, and nobody is signed out`,
      `${bad} › shows a page for garbage for a hint, and nobody is signed out`,
    ],
    [
      '2',
      'an ID token that has expired is taken as a hint',
      `test/endpoints/oauth/logout-hint.test.ts › takes an ID token that has expired for a hint`,
    ],
    [
      '2',
      'client_id beside the hint names its audience',
      `${bad} › shows a page for a hint of another client, and nobody is signed out`,
    ],
    [
      '2',
      'without a hint of this session the person is asked',
      `${logout} › without one › asks first, and signs out when the person confirms`,
      `${logout} › ends only this session when the ID token is somebody else’s: it asks the person who is here`,
    ],
    [
      '2',
      'the session ends for the client',
      'test/blackbox/openid-client.test.ts › openid-client › signs out: at once with the ID token, back to the app, and everything is over',
    ],
    [
      '2, 3',
      'nobody is redirected to what is not exactly registered',
      `${bad} › shows a page for an address that is not registered, and nobody is signed out`,
      `${bad} › shows a page for an address that begins alike, and nobody is signed out`,
    ],
    [
      '2',
      'a redirect needs a client that is certain',
      `${bad} › shows a page for an address of nobody, and nobody is signed out`,
    ],
    [
      '2',
      'state goes along',
      `${logout} › with an ID token of this very session › signs out at once, ends the families, and goes on to the registered address with state`,
    ],
    [
      '2.1',
      'end_session_endpoint is in the metadata',
      'test/blackbox/flows-conformance.test.ts › metadata › names every endpoint that there is, and none that is not',
    ],
    [
      '4',
      'an error is shown, and nobody is redirected',
      `${logout} › is refused on a page, and signs nobody out › a garbage ID token`,
    ],
    [
      '6',
      'another site cannot sign a person out by a request of its own',
      `${logout} › without one › does not take a confirmation that another site posted, and takes no cookie away`,
    ],
  ],
} satisfies Specification;
