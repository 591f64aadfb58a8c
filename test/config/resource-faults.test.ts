import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import type { ConfigInput } from '../../src/config/schema.ts';

const issuer = 'http://localhost:8787';
const api = 'https://api.example/';
const load = (changes: Partial<ConfigInput>) => loadConfig(() => ({ issuer, clients: [], ...changes }), env);
const confidential = {
  clientId: 'server',
  clientName: 'Server',
  grantTypes: [],
  tokenEndpointAuthMethod: 'client_secret_basic' as const,
  clientSecretHashes: ['A'.repeat(43)],
};

it('fills in what a resource is usually like', () => {
  expect(load({ resources: [{ resource: api }] }).resources).toEqual([
    { resource: api, scope: {}, accessTokenFormat: 'jwt', accessTokenSigningAlg: 'ES256', claims: [] },
  ]);
});

it('lets a route of the gate have opaque tokens', () => {
  const { resources, routes } = load({
    resources: [{ resource: api, accessTokenFormat: 'opaque' }],
    routes: [{ path: '/api/*', origin: 'https://origin.example', allow: 'session', resource: api }],
  });
  expect([resources[0]?.accessTokenFormat, routes[0]?.resource]).toEqual(['opaque', api]);
});

it.each<[string, Partial<ConfigInput>]>([
  ['resources[1].resource', { resources: [{ resource: api }, { resource: api }] }],
  ['resources[0].resource', { resources: [{ resource: issuer }] }],
  ['resources[0].accessTokenSigningAlg', { resources: [{ resource: api, accessTokenSigningAlg: 'EdDSA' }] }],
  ['resources[0].accessTokenSeconds', { resources: [{ resource: api, accessTokenSeconds: 86_401 }] }],
  ['resources[0].claims', { resources: [{ resource: api, claims: ['sub'] }] }],
  ['clients[0].introspects', { clients: [{ ...confidential, introspects: [issuer] }] }],
  [
    'clients[0].tokenExchange',
    {
      clients: [
        {
          ...confidential,
          grantTypes: ['urn:ietf:params:oauth:grant-type:token-exchange'],
          tokenExchange: { resources: [issuer] },
        },
      ],
    },
  ],
])('refuses %s', (place, changes) => {
  expect(() => load(changes)).toThrow(`${place}:`);
});
