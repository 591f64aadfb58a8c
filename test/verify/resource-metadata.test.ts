import { expect, it } from 'vitest';
import { resourceMetadata, resourceMetadataUrl } from '../../src/verify/index.ts';

it.each([
  ['https://api.test', 'https://api.test/.well-known/oauth-protected-resource'],
  ['https://api.test/', 'https://api.test/.well-known/oauth-protected-resource'],
  ['https://api.test/orders', 'https://api.test/.well-known/oauth-protected-resource/orders'],
  ['https://api.test/a/b/', 'https://api.test/.well-known/oauth-protected-resource/a/b/'],
  ['https://api.test:8443/a?k1=v1', 'https://api.test:8443/.well-known/oauth-protected-resource/a?k1=v1'],
  ['http://localhost:8787/a', 'http://localhost:8787/.well-known/oauth-protected-resource/a'],
])('the metadata of %s is at %s (RFC 9728 §3.1)', (resource, url) => {
  expect(resourceMetadataUrl(resource)).toBe(url);
});

it.each(['http://api.test', 'https://api.test/#x', 'https://api.test#', 'urn:orders', 'orders'])(
  '%s is no resource identifier',
  (resource) => {
    expect(() => resourceMetadataUrl(resource)).toThrow(TypeError);
  },
);

it('the document has the members of RFC 9728 §2, and no empty ones', () => {
  const resource = 'https://api.test/orders';
  const authorizationServers = ['https://issuer.test'];
  expect(resourceMetadata({ resource, authorizationServers })).toEqual({
    resource,
    authorization_servers: authorizationServers,
    bearer_methods_supported: ['header'],
  });
  expect(
    resourceMetadata({
      resource,
      authorizationServers,
      scopes: ['orders:read'],
      name: 'Orders',
      documentation: 'https://api.test/docs',
      dpopAlgorithms: ['ES256'],
      dpopRequired: true,
    }),
  ).toMatchObject({
    scopes_supported: ['orders:read'],
    resource_name: 'Orders',
    resource_documentation: 'https://api.test/docs',
    dpop_signing_alg_values_supported: ['ES256'],
    dpop_bound_access_tokens_required: true,
  });
});
