import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Environment } from '../../src/environment.ts';

const issuer = 'https://auth.company.org';
const key = '-----BEGIN PRIVATE KEY-----\nMIG\n-----END PRIVATE KEY-----';
const load = (providers: object, secrets: object = {}, kind = 'production') =>
  loadConfig(() => ({ issuer, providers }) as ConfigInput, {
    PORTCULLIS_ENVIRONMENT: kind,
    ...secrets,
  } as Environment);
const google = { preset: 'google', clientId: 'a' };
const acme = { issuer: 'https://acme.company.org', clientId: 'a' };
const apple = { preset: 'apple', clientId: 'b', teamId: 'c', keyId: 'd' };

describe('providers', () => {
  it('are none by default, and need two lines each', () => {
    expect(load({}).providers).toEqual({});
    const secrets = { PORTCULLIS_PROVIDER_GOOGLE_SECRET: 'x', PORTCULLIS_PROVIDER_OUR_OWN_SECRET: 'y' };
    expect(load({ google, 'our-own': acme }, secrets).providers).toEqual({
      google: { ...google, keepTokens: false, emailDomains: [] },
      'our-own': {
        ...acme,
        preset: 'openid',
        keepTokens: false,
        emailDomains: [],
        algorithms: ['RS256', 'ES256'],
        public: false,
      },
    });
  });

  it('never hold their secrets in the configuration', () => {
    const secrets = { PORTCULLIS_PROVIDER_GOOGLE_SECRET: 'not-to-be-seen' };
    expect(JSON.stringify(load({ google }, secrets))).not.toContain('not-to-be-seen');
  });

  it.each<[string, object, object?]>([
    ['providers.google: the secret PORTCULLIS_PROVIDER_GOOGLE_SECRET is not set', { google }],
    ['providers.our-own: the secret PORTCULLIS_PROVIDER_OUR_OWN_SECRET is not set', { 'our-own': acme }],
    [
      'providers.apple: the secret PORTCULLIS_PROVIDER_APPLE_SECRET must be the private key',
      { apple },
      { PORTCULLIS_PROVIDER_APPLE_SECRET: 'secret' },
    ],
    [
      'providers.acme.public: is true, and yet there is a secret',
      { acme: { ...acme, public: true } },
      { PORTCULLIS_PROVIDER_ACME_SECRET: 'x' },
    ],
    [
      'providers.acme.issuer: http://acme.company.org must be https',
      { acme: { ...acme, issuer: 'http://acme.company.org', public: true } },
    ],
    [
      'providers.acme.issuer: https://10.0.0.1 must be a public',
      { acme: { ...acme, issuer: 'https://10.0.0.1', public: true } },
    ],
    [
      'providers.acme.issuer: https://auth.company.org is our own',
      { acme: { ...acme, issuer, public: true } },
    ],
    ['providers.acme.scope: must have openid', { acme: { ...acme, public: true, scope: ['email'] } }],
    ['providers.acme.algorithms[0]', { acme: { ...acme, public: true, algorithms: ['HS256'] } }],
    [
      'providers.acme.emailDomains[0]: must be a domain',
      { acme: { ...acme, public: true, emailDomains: ['@x'] } },
    ],
    ['providers.acme.issuer: is missing', { acme: { clientId: 'a' } }],
    [
      'providers.acme.preset: must be one of "google", "microsoft", "apple", "github", "openid"',
      { acme: { preset: 'myspace', clientId: 'a' } },
    ],
    ['providers.acme.tenant: is no option', { acme: { ...acme, public: true, tenant: 'common' } }],
    ['providers.m.tenant: must be common', { m: { preset: 'microsoft', clientId: 'a', tenant: 'x' } }],
    [
      'providers.google.standIn: is for development only',
      { google: { ...google, standIn: 'https://google.company.org' } },
      { PORTCULLIS_PROVIDER_GOOGLE_SECRET: 'x' },
    ],
    [
      'providers.b: is the same provider as providers.a',
      { a: { ...acme, public: true }, b: { ...acme, clientId: 'b', public: true } },
    ],
    ['must be a name of small letters', { Google: google }],
    ['must be an object such as', [google]],
  ])('%s', (message, providers, secrets = {}) => {
    expect(() => load(providers, secrets)).toThrow(message);
  });

  it('take the whole key of Apple', () => {
    expect(load({ apple }, { PORTCULLIS_PROVIDER_APPLE_SECRET: key }).providers.apple).toMatchObject(apple);
  });

  it('are nothing for a gate alone', () => {
    const alone = { identityProvider: acme, providers: { google } };
    const secrets = { PORTCULLIS_ENVIRONMENT: 'production', PORTCULLIS_PROVIDER_GOOGLE_SECRET: 'x' };
    expect(() => loadConfig(() => ({ issuer, ...alone }) as ConfigInput, secrets as never)).toThrow(
      'providers: take providers out',
    );
  });
});
