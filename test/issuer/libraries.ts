import { defineConfig } from '../../src/config/define.ts';
import type { Environment } from '../../src/environment.ts';
import { portcullis } from '../../src/index.ts';
import { api } from './addresses.ts';

/** An issuer for apps around oidc-client-ts and @auth0/auth0-spa-js, at the origin that the test chose: docs/migrating.md. */
const config = defineConfig((env: Environment & { RELYING_PARTY?: string }) => {
  const app = (clientId: string) => ({
    clientId,
    clientName: `The ${clientId} app`,
    firstParty: true,
    redirectUris: [`${env.RELYING_PARTY}/${clientId}/`],
    postLogoutRedirectUris: [`${env.RELYING_PARTY}/${clientId}/`],
    scope: ['openid', 'profile', 'email', 'offline_access'],
    resources: [api],
  });
  const idToken = { refreshToken: { idToken: true } };
  return {
    issuer: env.PORTCULLIS_ISSUER,
    name: 'Portcullis',
    auth0Paths: true,
    clients: [
      app('bearer'),
      { ...app('dpop'), dpopBoundAccessTokens: true },
      { ...app('brief'), accessTokenSeconds: 30 },
      { ...app('stranger'), firstParty: false },
      { ...app('memory'), ...idToken },
      { ...app('localstorage'), ...idToken },
      // Tokens that auth0-spa-js never takes from its cache: it renews a minute before they expire.
      { ...app('brief-auth0'), ...idToken, accessTokenSeconds: 45 },
    ],
  };
});

export default portcullis(config);
export * from '../../src/index.ts';
