import { defineConfig } from '../../src/config/define.ts';
import { clientKeys, secretHashes } from './credentials.ts';

export const api = 'https://api.test/';
export const notes = 'https://notes.test/';
/** Nobody listens there: browsers are stopped on the way back. */
export const callback = 'https://client.test/callback';

const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';
const tokenExchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const usual = { redirectUris: [callback], resources: [api, notes] };
const scope = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'api:read', 'notes:read'];

/** An issuer with a client of every kind, for tests of the protocol. */
export default defineConfig((env) => ({
  issuer: env.PORTCULLIS_ISSUER,
  name: 'Portcullis',
  resources: [
    {
      resource: notes,
      name: 'Notes',
      accessTokenFormat: 'opaque',
      accessTokenSeconds: 120,
      scope: { 'notes:read': 'Read your notes' },
    },
    { resource: api, name: 'The API', scope: { 'api:read': 'Read from the API' }, claims: ['email'] },
  ],
  clients: [
    { ...usual, clientId: 'spa', clientName: 'Single-page app', firstParty: true, scope },
    {
      ...usual,
      clientId: 'native',
      clientName: 'Native app',
      firstParty: true,
      applicationType: 'native',
      redirectUris: ['http://127.0.0.1/callback', 'com.example.app:/callback'],
      scope,
    },
    {
      ...usual,
      clientId: 'basic',
      clientName: 'Web app with a secret in the header',
      firstParty: true,
      scope,
      postLogoutRedirectUris: ['https://client.test/signed-out'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      clientSecretHashes: secretHashes,
    },
    {
      ...usual,
      clientId: 'post',
      clientName: 'Web app with a secret in the body',
      firstParty: true,
      scope,
      tokenEndpointAuthMethod: 'client_secret_post',
      clientSecretHashes: secretHashes,
      requirePkce: false,
    },
    {
      ...usual,
      clientId: 'key',
      clientName: 'Web app with a key',
      firstParty: true,
      scope,
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: clientKeys,
    },
    {
      ...usual,
      clientId: 'fapi',
      clientName: 'Bank app',
      firstParty: true,
      scope,
      tokenEndpointAuthMethod: 'private_key_jwt',
      jwks: clientKeys,
      requirePushedAuthorizationRequests: true,
      dpopBoundAccessTokens: true,
      idTokenSignedResponseAlg: 'ES256',
    },
    { ...usual, clientId: 'stranger', clientName: 'Somebody else’s app', scope },
    {
      clientId: 'device',
      clientName: 'Television',
      scope,
      resources: [api],
      grantTypes: [deviceCode, 'refresh_token'],
    },
    {
      clientId: 'machine',
      clientName: 'Nightly job',
      scope: ['api:read', 'notes:read'],
      resources: [api, notes],
      grantTypes: ['client_credentials'],
      tokenEndpointAuthMethod: 'client_secret_basic',
      clientSecretHashes: secretHashes,
    },
    {
      clientId: 'exchanger',
      clientName: 'Backend that calls another',
      scope: ['api:read', 'notes:read'],
      resources: [api, notes],
      grantTypes: [tokenExchange],
      tokenEndpointAuthMethod: 'client_secret_basic',
      clientSecretHashes: secretHashes,
      tokenExchange: { resources: [notes] },
      introspects: [api],
    },
    {
      clientId: 'notes-server',
      clientName: 'The notes resource server',
      grantTypes: [],
      tokenEndpointAuthMethod: 'client_secret_basic',
      clientSecretHashes: secretHashes,
      introspects: [notes, api],
    },
  ],
}));
