import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';
import { api, callback, legacy, notes } from '../issuer/addresses.ts';
import { secretHashes } from '../issuer/credentials.ts';

const byItsSecret = {
  tokenEndpointAuthMethod: 'client_secret_basic' as const,
  clientSecretHashes: secretHashes,
};
const robot = {
  ...byItsSecret,
  grantTypes: ['client_credentials' as const],
  scope: [],
  resources: [api, notes],
};

// An issuer whose access tokens a gate in another Worker takes: it knows the gate as a resource server, too.
export default portcullis(
  defineConfig((env) => ({
    issuer: env.PORTCULLIS_ISSUER,
    resources: [
      { resource: api, claims: ['email'] },
      { resource: notes, accessTokenFormat: 'opaque', claims: ['email'] },
    ],
    clients: [
      {
        ...byItsSecret,
        clientId: 'edge-gate',
        clientName: 'The gate',
        firstParty: true,
        redirectUris: [`${(env as unknown as { GATE: string }).GATE}/.portcullis/callback`],
        introspects: [api, notes],
      },
      {
        clientId: 'app',
        clientName: 'The app',
        firstParty: true,
        redirectUris: [callback],
        resources: [api, notes, legacy],
      },
      { ...robot, clientId: 'robot', clientName: 'A robot' },
      { ...robot, clientId: 'stranger', clientName: 'A robot that the gate does not know' },
    ],
  })),
);
export * from '../../src/index.ts';
