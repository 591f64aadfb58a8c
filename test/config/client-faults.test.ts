import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { client } from '../../src/config/client.ts';
import { type ClientContext, clientFaults } from '../../src/config/client-faults.ts';
import type { ConfigInput } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';
import { clientKeys, clientPrivateKey } from '../issuer/credentials.ts';

const production: ClientContext = {
  issuer: 'https://auth.company.example',
  environment: 'production',
  algorithms: ['ES256', 'RS256'],
  ownHosts: ['auth.company.example', 'app.company.example'],
  registered: false,
};
const app = { clientId: 'app', clientName: 'App', redirectUris: ['https://app.example.com/cb'] };
const secret = {
  tokenEndpointAuthMethod: 'client_secret_basic',
  clientSecretHashes: ['JSbIQ__F0xgtVdudvI9UAU070tdnqKr8OO1nt1mnKd8'],
};
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

const faultsOf = (changes: Record<string, unknown>, context: Partial<ClientContext> = {}): string[] =>
  [...clientFaults(v.parse(client, { ...app, ...changes }), { ...production, ...context })].map(
    ({ member, message }) => `${member}: ${message}`,
  );

describe('a client is taken', () => {
  it.each<[Record<string, unknown>, Partial<ClientContext>?]>([
    [{}],
    [secret],
    [{ tokenEndpointAuthMethod: 'private_key_jwt', jwks: clientKeys }],
    [{ tokenEndpointAuthMethod: 'private_key_jwt', jwksUri: 'https://app.example.com/keys' }],
    // Keys of request objects only.
    [{ jwks: clientKeys, requireSignedRequestObject: true }],
    [{ ...secret, requirePkce: false }],
    [{ ...secret, refreshToken: { rotates: false } }],
    [{ ...secret, grantTypes: ['client_credentials'], redirectUris: [] }],
    [{ ...secret, grantTypes: [exchange], tokenExchange: { resources: ['https://api.example.com'] } }],
    [{ grantTypes: [deviceCode, 'refresh_token'], redirectUris: [] }],
    [{ grantTypes: [], redirectUris: [] }],
    [{ redirectUris: ['http://127.0.0.1/cb', 'http://[::1]/cb', 'http://localhost/cb'] }],
    [{ redirectUris: ['com.example.app:/cb'] }],
    [{ redirectUris: ['com.example.app:/cb'], applicationType: 'native' }, { registered: true }],
    [{ redirectUris: ['http://app.local/cb'] }, { environment: 'development' }],
    [{ backchannelLogoutUri: 'https://app.example.com/out' }],
    [{ frontchannelLogoutUri: 'https://app.example.com/out' }],
    [{ backchannelLogoutUri: 'http://localhost:9000/out' }, { environment: 'development' }],
    [{ firstParty: true, sessionOrigins: ['https://app.example.com'] }],
  ])('%j %j', (changes, context) => {
    expect(faultsOf(changes, context)).toEqual([]);
  });
});

describe('a client is refused', () => {
  it.each<[Record<string, unknown>, RegExp, Partial<ClientContext>?]>([
    [{ tokenEndpointAuthMethod: 'client_secret_basic' }, /^clientSecretHashes: needs at least one/],
    [{ tokenEndpointAuthMethod: 'client_secret_post' }, /^clientSecretHashes: needs at least one/],
    [{ ...secret, tokenEndpointAuthMethod: 'none' }, /^clientSecretHashes: is for client_secret_basic and/],
    [
      { ...secret, tokenEndpointAuthMethod: 'private_key_jwt', jwks: clientKeys },
      /^clientSecretHashes: is for client_secret_basic and/,
    ],
    [{ tokenEndpointAuthMethod: 'private_key_jwt' }, /^jwks: is missing/],
    [{ requireSignedRequestObject: true }, /^jwks: is missing/],
    [
      {
        tokenEndpointAuthMethod: 'private_key_jwt',
        jwks: clientKeys,
        jwksUri: 'https://app.example.com/keys',
      },
      /^jwksUri: must not stand beside/,
    ],
    [{ jwks: { keys: [clientPrivateKey] } }, /^jwks: must hold public keys only/],
    [{ jwks: { keys: [{ kty: 'oct', k: 'c2VjcmV0' }] } }, /^jwks: must hold public keys only/],
    [{ jwks: { keys: [{ kty: 'RSA', n: 'c2hvcnQ', e: 'AQAB' }] } }, /^jwks: must hold a signature key/],
    [{ jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AAAA' }] } }, /^jwks: must hold a signature key/],
    [{ requirePkce: false }, /^requirePkce: must be true/],
    [{ refreshToken: { rotates: false } }, /^refreshToken: rotates must be true/],
    [{ grantTypes: ['client_credentials'] }, /^grantTypes: client_credentials is for a client with/],
    [
      { grantTypes: [exchange], tokenExchange: { resources: ['https://api.example.com'] } },
      /^grantTypes: .*token-exchange is for a client with/,
    ],
    [{ ...secret, grantTypes: [exchange] }, /^tokenExchange: is missing/],
    [
      { ...secret, tokenExchange: { resources: ['https://api.example.com'] } },
      /^tokenExchange: needs '.*' in grantTypes/,
    ],
    [{ introspects: ['https://api.example.com'] }, /^introspects: /],
    [{ redirectUris: [] }, /^redirectUris: needs at least one/],
    [{ grantTypes: ['refresh_token'] }, /^grantTypes: refresh_token needs/],
    [{ refreshToken: { idleSeconds: 7200, absoluteSeconds: 3600 } }, /^refreshToken: idleSeconds must not/],
    [{ redirectUris: ['http://app.example.com/cb'] }, /^redirectUris: .* must be https/],
    [{ postLogoutRedirectUris: ['http://app.example.com/'] }, /^postLogoutRedirectUris: .* must be https/],
    [{ redirectUris: ['https://bank.example@evil.example/cb'] }, /^redirectUris: .* must not name a user/],
    [{ redirectUris: ['com.example.app:/cb'] }, /is for a native application/, { registered: true }],
    [{ redirectUris: ['myapp://cb'] }, /^redirectUris: myapp:\/\/cb must have a scheme with a dot/],
    [
      { redirectUris: ['myapp:/cb'], applicationType: 'native' },
      /^redirectUris: myapp:\/cb must have a scheme with a dot/,
    ],
    [{ postLogoutRedirectUris: ['myapp:/com.example'] }, /^postLogoutRedirectUris: .* a scheme with a dot/],
    [
      { redirectUris: ['https://auth.company.example/.portcullis/callback'] },
      /^redirectUris: .* is our own/,
      { registered: true },
    ],
    [{ jwksUri: 'http://app.example.com/keys' }, /^jwksUri: .* must be https/],
    [{ jwksUri: 'https://169.254.169.254/keys' }, /^jwksUri: .* must be a public address/],
    [{ jwksUri: 'https://app.company.example/keys' }, /^jwksUri: .* is our own/, { registered: true }],
    [{ backchannelLogoutUri: 'http://app.example.com/out' }, /^backchannelLogoutUri: .* must be https/],
    [{ backchannelLogoutUri: 'https://10.0.0.1/out' }, /^backchannelLogoutUri: .* must be a public address/],
    [{ frontchannelLogoutUri: 'http://app.example.com/out' }, /^frontchannelLogoutUri: .* must be https/],
    [
      { frontchannelLogoutUri: 'https://other.example.com/out' },
      /^frontchannelLogoutUri: .* must have the origin/,
    ],
    [{ clientUri: 'javascript:alert(1)' }, /^clientUri: .* must be https/],
    [{ policyUri: 'data:text/html,x' }, /^policyUri: .* must be https/, { environment: 'development' }],
    [{ tosUri: 'http://app.example.com/' }, /^tosUri: .* must be https/],
    [{ firstParty: true }, /^firstParty: is for the operator/, { registered: true }],
    [
      { sessionOrigins: ['https://app.example.com'] },
      /^sessionOrigins: is for the operator/,
      { registered: true },
    ],
    [{ sessionOrigins: ['http://app.example.com'] }, /^sessionOrigins: .* must be https/],
    // Nobody is asked there for consent.
    [{ sessionOrigins: ['https://app.example.com'] }, /^sessionOrigins: is for a client with firstParty/],
    // What says something in a Content-Security-Policy.
    [{ redirectUris: ['https://*.example.com/cb'] }, /^redirectUris: .* must have a host of/],
    [{ redirectUris: ['https://app.example.com;sandbox/cb'] }, /^redirectUris: .* must have a host of/],
    [
      { postLogoutRedirectUris: ['https://a,b.example.com/'] },
      /^postLogoutRedirectUris: .* must have a host/,
    ],
    // A port of our own host leads past the Worker.
    [{ jwksUri: 'https://auth.company.example:8443/keys' }, /^jwksUri: .* is our own/, { registered: true }],
    [
      { backchannelLogoutUri: 'https://app.company.example:8443/out' },
      /^backchannelLogoutUri: .* is our own/,
      { registered: true },
    ],
    [{ ...secret, sessionOrigins: ['https://app.example.com'] }, /^sessionOrigins: is for a public client/],
    [
      { dpopBoundAccessTokens: true, firstParty: true, sessionOrigins: ['https://app.example.com'] },
      /^sessionOrigins: must be empty beside dpopBoundAccessTokens/,
    ],
    [{ resources: ['https://auth.company.example'] }, /^resources: must not hold the issuer/],
    [{ idTokenSignedResponseAlg: 'EdDSA' }, /^idTokenSignedResponseAlg: EdDSA is none of/],
    [{ userinfoSignedResponseAlg: 'EdDSA' }, /^userinfoSignedResponseAlg: EdDSA is none of/],
  ])('%j: %s %j', (changes, fault, context) => {
    expect(faultsOf(changes, context)).toContainEqual(expect.stringMatching(fault));
  });
});

it('names the client and the member to whoever wrote the configuration', () => {
  const environment = { PORTCULLIS_ENVIRONMENT: 'production' } as Environment;
  const input: ConfigInput = {
    issuer: production.issuer,
    clients: [app, { ...app, clientId: 'other', requirePkce: false }],
  };
  expect(() => loadConfig(() => input, environment)).toThrow(/^clients\[1\]\.requirePkce: must be true/);
});

it('lets neither kind of stranger have tokens for UserInfo as if for an API', () => {
  const environment = { PORTCULLIS_ENVIRONMENT: 'production' } as Environment;
  for (const member of ['registration', 'clientIdMetadataDocuments'] as const) {
    const input = {
      issuer: production.issuer,
      clients: [],
      [member]: { kind: 'open' as const, resources: [production.issuer] },
    };
    expect(() => loadConfig(() => input, environment)).toThrow(`${member}.resources: must not hold`);
  }
});
