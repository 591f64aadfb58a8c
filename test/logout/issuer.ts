import '../../src/worker.ts';
import { configure } from '../../src/config/configured.ts';
import { defineConfig } from '../../src/config/define.ts';
import { codeFor, exchange, type Person, type Tokens } from '../workerd/person.ts';

const client = (clientId: string) => ({
  clientId,
  clientName: `App ${clientId}`,
  firstParty: true,
  redirectUris: [`https://${clientId}.test/callback`],
  postLogoutRedirectUris: [
    `https://${clientId}.test/signed-out`,
    `https://${clientId}.test/bye?tenant=a%20b`,
  ],
});

// Import it first in a test inside workerd: `SELF` is then an issuer whose clients differ in how they hear of a logout.
configure(
  defineConfig((env) => ({
    issuer: env.PORTCULLIS_ISSUER,
    registration: { kind: 'open' },
    clients: [
      {
        ...client('one'),
        backchannelLogoutUri: 'https://one.test/logout?tenant=a',
        sessionOrigins: [env.PORTCULLIS_ISSUER],
        scope: ['openid', 'profile', 'email', 'offline_access'],
      },
      {
        ...client('two'),
        backchannelLogoutUri: 'https://two.test/logout',
        idTokenSignedResponseAlg: 'ES256',
      },
      { ...client('unheard') },
      { ...client('framed'), frontchannelLogoutUri: 'https://framed.test/logout?tenant=a%20b' },
      {
        ...client('both'),
        frontchannelLogoutUri: 'https://both.test/front',
        backchannelLogoutUri: 'https://both.test/back',
      },
    ],
  })),
);

/** Signs a person who is signed in here in to one of those clients. */
export async function tokensFor(person: Person, clientId: string, scope = 'openid'): Promise<Tokens> {
  const redirectUri = `https://${clientId}.test/callback`;
  const { code, codeVerifier } = await codeFor(person, {
    client_id: clientId,
    redirect_uri: redirectUri,
    scope,
  });
  const response = await exchange(code, codeVerifier, { client_id: clientId, redirect_uri: redirectUri });
  return (await response.json()) as Tokens;
}
