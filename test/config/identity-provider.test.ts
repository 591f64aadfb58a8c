import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';

const route = { path: '/*', origin: 'https://origin.example.org', allow: 'session' };
const alone = {
  issuer: 'https://app.company.org',
  identityProvider: { issuer: 'https://auth.company.org', clientId: 'edge-gate' },
  routes: [route],
};
const load = (changes: object, kind = 'production') =>
  loadConfig(() => ({ ...alone, ...changes }) as ConfigInput, {
    PORTCULLIS_ENVIRONMENT: kind,
  } as Environment);
const provider = (changes: object) => ({ identityProvider: { ...alone.identityProvider, ...changes } });

describe('a gate alone', () => {
  it('needs three lines', () => {
    const config = load({});
    expect(config.identityProvider).toEqual({
      ...alone.identityProvider,
      scope: ['openid', 'profile', 'email'],
      algorithms: ['RS256', 'ES256'],
      people: false,
    });
    // It is a client elsewhere, and nobody's client here.
    expect(config.clients).toEqual([]);
  });

  it.each<[string, object]>([
    ['identityProvider.issuer: https://app.company.org is our own', provider({ issuer: alone.issuer })],
    [
      'identityProvider.issuer: https://app2.company.org is on a host that the gate guards',
      {
        ...provider({ issuer: 'https://app2.company.org' }),
        routes: [{ ...route, host: 'app2.company.org' }],
      },
    ],
    [
      'identityProvider.issuer: http://auth.company.org must be https',
      provider({ issuer: 'http://auth.company.org' }),
    ],
    ['identityProvider.issuer: https://10.0.0.1 must be a public', provider({ issuer: 'https://10.0.0.1' })],
    [
      'identityProvider.issuer: https://idp.internal must be a public',
      provider({ issuer: 'https://idp.internal' }),
    ],
    ['identityProvider.scope: must have openid', provider({ scope: ['profile'] })],
    ['identityProvider.algorithms[0]', provider({ algorithms: ['HS256'] })],
    [
      'clients: take clients out',
      { clients: [{ clientId: 'app', clientName: 'App', redirectUris: ['https://spa.company.org/cb'] }] },
    ],
    [
      'issuers.again.issuer: https://auth.company.org is there already',
      { issuers: { again: { issuer: alone.identityProvider.issuer } } },
    ],
    ['resources: take resources out', { resources: [{ resource: 'https://api.company.org' }] }],
    ['registration: take registration out', { registration: { kind: 'open' } }],
    ['clientIdMetadataDocuments: take', { clientIdMetadataDocuments: { kind: 'open' } }],
    ['auth0Paths: take auth0Paths out', { auth0Paths: true }],
  ])('%s', (fault, changes) => {
    expect(() => load(changes)).toThrow(fault);
  });

  it('may have a provider on this machine in development only', () => {
    const here = provider({ issuer: 'http://localhost:4000' });
    expect(() => load(here)).toThrow('must be https');
    expect(load({ ...here, issuer: 'http://localhost:8787' }, 'development').identityProvider?.issuer).toBe(
      'http://localhost:4000',
    );
  });
});
