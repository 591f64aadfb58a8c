import { defineConfig } from '../../src/config/define.ts';
import type { Environment } from '../../src/environment.ts';
import { portcullis } from '../../src/index.ts';
import { secretHashes } from './credentials.ts';

/** An issuer whose clients are at the origin that the test chose. */
const config = defineConfig((env: Environment & { RELYING_PARTY?: string }) => ({
  issuer: env.PORTCULLIS_ISSUER,
  name: 'Portcullis',
  clients: [
    {
      clientId: 'apache',
      clientName: 'Apache',
      firstParty: true,
      redirectUris: [`${env.RELYING_PARTY}/protected/callback`],
      postLogoutRedirectUris: [`${env.RELYING_PARTY}/signed-out`],
      backchannelLogoutUri: `${env.RELYING_PARTY}/protected/callback?logout=backchannel`,
      scope: ['openid', 'profile', 'email'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      clientSecretHashes: secretHashes,
    },
    // Signed out by frames: one whose page loads, and one whose page never does.
    ...['quick', 'silent'].map((clientId) => ({
      clientId,
      clientName: `The ${clientId} app`,
      firstParty: true,
      redirectUris: [`${env.RELYING_PARTY}/${clientId}/callback`],
      postLogoutRedirectUris: [`${env.RELYING_PARTY}/${clientId}/signed-out`],
      frontchannelLogoutUri: `${env.RELYING_PARTY}/${clientId}/logout`,
      scope: ['openid'],
    })),
  ],
}));

export default portcullis(config);
export * from '../../src/index.ts';
