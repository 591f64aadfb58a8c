import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { ConfigError } from '../../src/config/error.ts';
import { issuerPathsOf } from '../../src/config/issuer-paths.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Dependencies } from '../../src/dependencies.ts';
import type { Environment } from '../../src/environment.ts';
import { issuerRoutes } from '../../src/routes.ts';

const environment = { PORTCULLIS_ENVIRONMENT: 'production' } as Environment;
const app = { clientId: 'app', clientName: 'App', redirectUris: ['https://app.example/cb'] };
const base: ConfigInput = {
  issuer: 'https://auth.company.example',
  clients: [app],
};
const load = (changes: Record<string, unknown>) =>
  loadConfig(() => ({ ...base, ...changes }) as ConfigInput, environment);
const faultsOf = (changes: Record<string, unknown>): string => {
  try {
    load(changes);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'no fault';
};

describe('a good configuration', () => {
  it('gets its defaults', () => {
    const config = load({});
    expect(config.clients[0]).toMatchObject({
      accessTokenSeconds: 300,
      idTokenSignedResponseAlg: 'RS256',
      refreshToken: { graceSeconds: 10, idleSeconds: 14 * 86_400, absoluteSeconds: 90 * 86_400 },
    });
    expect(config.passwords).toMatchObject({
      minimumLength: 15,
      maximumAttempts: 10,
      attemptWindowSeconds: 900,
    });
  });

  it('registers the gate as a client of its own issuer, for every host that it guards', () => {
    const route = { origin: 'https://origin.example', allow: 'session', sharesIssuerOrigin: true };
    const config = load({
      routes: [
        { ...route, path: '/a/*' },
        { ...route, host: 'app.company.example', path: '/*' },
      ],
    });
    expect(config.clients.at(-1)).toMatchObject({
      clientId: 'portcullis-gate',
      redirectUris: [
        'https://auth.company.example/.portcullis/callback',
        'https://app.company.example/.portcullis/callback',
      ],
    });
    expect(config.routes.map((each) => each.resource)).toEqual([
      'https://auth.company.example/a',
      'https://app.company.example',
    ]);
    expect(load({ routes: [{ ...route, path: '/a/*', allow: 'public' }] }).clients).toHaveLength(1);
  });
});

it('takes other issuers, wherever they are in development', () => {
  const issuers = { partner: { issuer: 'https://partner.example.com' } };
  expect(load({ issuers }).issuers).toEqual({
    partner: {
      issuer: 'https://partner.example.com',
      algorithms: ['ES256', 'RS256'],
      typ: 'at+jwt',
      people: false,
    },
  });
  const local = { ...base, issuers: { local: { issuer: 'http://localhost:9000' } } };
  const development = { PORTCULLIS_ENVIRONMENT: 'development' } as Environment;
  expect(loadConfig(() => local, development).issuers).toHaveProperty('local');
});

it('takes what is development from the environment alone, and http on loopback only there', () => {
  const http = { ...base, issuer: 'http://localhost:8787' };
  const development = { PORTCULLIS_ENVIRONMENT: 'development' } as Environment;
  expect(loadConfig(() => http, development).environment).toBe('development');
  expect(() => loadConfig(() => http, environment)).toThrow(/must be https/);
  expect(() => loadConfig(() => ({ ...http, issuer: 'http://auth.company.example' }), development)).toThrow(
    /must be https/,
  );
  expect(() =>
    loadConfig(() => ({ ...base, environment: 'development' }) as ConfigInput, environment),
  ).toThrow(/environment/);
});

describe('a fault is told in one line that names the place', () => {
  const route = {
    path: '/a/*',
    origin: 'https://origin.example',
    allow: 'session',
    sharesIssuerOrigin: true,
  };
  const partner = { issuer: 'https://partner.example.com' };
  it.each<[Record<string, unknown>, RegExp]>([
    [{ issuer: 'https://auth.company.example/' }, /^issuer: must be an origin/],
    [{ issuer: 'http://auth.company.example' }, /^issuer: .*must be https/],
    [{ issuer: 'https://auth.example.com' }, /^issuer: .*is the placeholder/],
    [{ secondFactor: { clients: ['ap'] } }, /^secondFactor\.clients: "ap" is none of clients$/],
    [
      { secondFactor: { policy: 'off', groups: ['staff'] } },
      /^secondFactor\.policy: must not be off where clients or groups need a second factor$/,
    ],
    [
      { secondFactor: { policy: 'always' } },
      /^secondFactor\.policy: must be one of "off", "optional", "required"$/,
    ],
    [{ clients: [app, app] }, /^clients\[1\]\.clientId: "app" is used twice/],
    [
      { clients: [{ ...app, clientId: 'portcullis-gate' }] },
      /^clients\[0\]\.clientId: "portcullis-gate" is the gate's own/,
    ],
    [
      { clients: [{ ...app, redirectUris: [] }] },
      /^clients\[0\]\.redirectUris: needs at least one for the authorization code grant$/,
    ],
    [
      { clients: [{ clientName: 'App' }] },
      /^clients\[0\]\.clientId: is missing; it is described in src\/config\/client\.ts$/,
    ],
    [{ clients: app }, /^clients: must be a list/],
    [{ clients: [{ ...app, clientName: '' }] }, /^clients\[0\]\.clientName: must not be empty$/],
    [{ clients: [{ ...app, accessTokenSeconds: 5 }] }, /accessTokenSeconds: must be at least 30$/],
    [{ clients: [{ ...app, accessTokenSeconds: 1e9 }] }, /accessTokenSeconds: must be at most 86400$/],
    [{ clients: [{ ...app, accessTokenSeconds: 60.5 }] }, /accessTokenSeconds: must be a whole number$/],
    [{ clients: [{ ...app, accessTokenSeconds: '5m' }] }, /accessTokenSeconds: must be a number$/],
    [
      { passwords: { enabled: false }, passkeys: { enabled: false } },
      /^passwords\.enabled: must be true where .* nobody could sign in$/,
    ],
    [
      {
        passwords: { enabled: false },
        passkeys: { enabled: false },
        mail: { kind: 'resend', from: 'auth@company.example' },
      },
      /^signUp\.policy: must be 'closed' where there are no passwords, no passkeys and no providers/,
    ],
    [{ clients: [{ ...app, applicationType: 'app' }] }, /applicationType: must be one of "web", "native"$/],
    [{ registration: 'open' }, /^registration: must be an object/],
    [
      { registration: { kind: 'opened' } },
      /^registration\.kind: must be one of "closed", "open", "initial-access-token"$/,
    ],
    [
      { registration: { kind: 'open', scopes: [] } },
      /scopes: is no option; .* src\/config\/registration\.ts$/,
    ],
    [
      { challenge: { kind: 'proof-of-work', bits: 16 } },
      /^challenge\.bits: is no option; .* src\/config\/challenge\.ts$/,
    ],
    [{ dpop: { requireNonce: 'no' } }, /^dpop\.requireNonce: must be true or false$/],
    [{ resources: [{ resource: 'https://a.example', scope: ['read'] }] }, /scope: must be an object such as/],
    [{ issuers: [{ issuer: 'https://partner.example.com' }] }, /^issuers: must be an object such as/],
    [
      { clients: [{ ...app, redirectUris: ['/cb'] }] },
      /^clients\[0\]\.redirectUris\[0\]: must be an absolute URI/,
    ],
    [{ clients: [{ ...app, redirectUris: ['localhost:9000/cb'] }] }, /must begin with a scheme/],
    [{ clients: [{ ...app, redirectUris: undefined }] }, /^clients\[0\]\.redirectUris: needs at least one/],
    [{ clients: [{ ...app, redirectUris: ['https://a.example/#x'] }] }, /fragment/],
    [{ clients: [{ ...app, redirectUris: ['javascript:alert(1)'] }] }, /scheme that a browser would run/],
    [{ clients: [{ ...app, redirectUris: ['http://app.example/cb'] }] }, /must be https/],
    [{ clients: [{ ...app, scope: ['a b'] }] }, /scope token/],
    [{ clients: [{ ...app, refreshToken: { graceSeconds: 61 } }] }, /graceSeconds/],
    [
      { clients: [{ ...app, refreshToken: { idleSeconds: 7200, absoluteSeconds: 3600 } }] },
      /must not exceed absoluteSeconds/,
    ],
    [{ clients: [{ ...app, redirectUrls: [] }] }, /redirectUrls: is no option/],
    [{ session: { idleSeconds: 7200, absoluteSeconds: 3600 } }, /session\.idleSeconds/],
    [
      { routes: [{ ...route, origin: 'ftp://origin.example' }] },
      /^routes\[0\]\.origin: must begin with https/,
    ],
    [
      { routes: [{ ...route, origin: 'https://auth.company.example.' }] },
      /^routes\[0\]\.origin: .* is the gate itself/,
    ],
    [
      { routes: [{ ...route, allow: 'sesion' }] },
      /^routes\[0\]\.allow: must be 'public', 'session', a condition such as/,
    ],
    [{ routes: [{ ...route, freshness: 30 }] }, /^routes\[0\]\.freshness: must be 'token', 'strict' or/],
    [
      { routes: [{ ...route, origin: undefined }] },
      /^routes\[0\]\.origin: is missing; it must be an origin such as .*, a service binding that wrangler/,
    ],
    [
      { routes: [{ ...route, origin: undefined }] },
      /^routes\[0\]\.origin: is missing; .*if it says env\.X, then X is no binding of wrangler\.jsonc$/,
    ],
    // A binding, but none that answers requests.
    [
      { routes: [{ ...route, origin: { get() {} } }] },
      /^routes\[0\]\.origin: must be an origin such as .*, or \{ url, through \}$/,
    ],
    [
      { routes: [{ ...route, origin: { url: 'https://origin.example', through: undefined } }] },
      /^routes\[0\]\.origin\.through: is missing; it must be a binding that wrangler\.jsonc names$/,
    ],
    ...['ftp://origin.example', 'origin.example', ''].map((origin): [Record<string, unknown>, RegExp] => [
      { routes: [{ ...route, origin }] },
      /^routes\[0\]\.origin: must begin with https:\/\/ or http:\/\/$/,
    ]),
    ...[undefined, false].map((one): [Record<string, unknown>, RegExp] => [
      { routes: [one] },
      /^routes\[0\]: is undefined or false; a list must not keep/,
    ]),
    [
      { routes: [{ ...route, identityHeaders: { 'X\nY': 'sub' } }] },
      /^routes\[0\]\.identityHeaders\.X\\u000aY: must be the name of a header: letters, digits and hyphens, no underscore$/,
    ],
    [
      { routes: [{ ...route, identityHeaders: { X_Y: 'sub' } }] },
      /^routes\[0\]\.identityHeaders\.X_Y: must be .*no underscore$/,
    ],
    [
      { routes: [{ ...route, allow: { claims: { department: null } } }] },
      /^routes\[0\]\.allow\.claims\.department: must be a text, a number, true or false, or a list of those/,
    ],
    [
      { routes: [{ ...route, allow: { claims: { department: [null] } } }] },
      /^routes\[0\]\.allow\.claims\.department.*: must be /,
    ],
    [
      { routes: [{ ...route, methods: ['HEAD'] }] },
      /^routes\[0\]\.methods\[0\]: must be one of .*; GET covers HEAD$/,
    ],
    [{ routes: [{ ...route, path: 'a' }] }, /^routes\[0\]\.path: must begin with a slash$/],
    [{ routes: [{ ...route, origin: 'https://origin.example/x' }] }, /^routes\[0\]\.origin/],
    [{ routes: [{ ...route, origin: 'https://auth.company.example' }] }, /the gate itself/],
    [
      { routes: [{ ...route, path: '/*', resource: 'https://all.example' }, route] },
      /^routes\[1\]\.path: \/a\/\* is never reached, routes\[0\]/,
    ],
    [{ routes: [route, route] }, /^routes\[1\]\.path/],
    [
      { routes: [{ ...route, sharesIssuerOrigin: false }] },
      /^routes\[0\]\.host: \/a\/\* is on the issuer's own host/,
    ],
    [{ routes: [{ ...route, path: '/*' }] }, /^routes\[0\]\.resource: must not be the issuer itself/],
    [
      { clients: [{ ...app, resources: ['https://auth.company.example'] }] },
      /^clients\[0\]\.resources: must not hold/,
    ],
    [
      { clients: [{ ...app, sessionOrigins: ['http://app.company.example'] }] },
      /sessionOrigins: .* must be https/,
    ],
    [{ routes: [{ ...route, path: '/session/*' }] }, /^routes\[0\]\.path: .*the issuer's own/],
    [{ routes: [{ ...route, path: '/oauth/*' }] }, /^routes\[0\]\.path: .*the issuer's own/],
    [{ routes: [{ ...route, allow: { scope: [] } }] }, /allow/],
    [
      { issuers: { partner: { issuer: 'http://partner.example.com' } } },
      /^issuers\.partner\.issuer: .* must be https/,
    ],
    [
      { issuers: { partner: { ...partner, jwksUri: 'https://169.254.169.254/' } } },
      /^issuers\.partner\.jwksUri: .* must be a public address/,
    ],
    [
      { issuers: { own: { issuer: 'https://auth.company.example' } } },
      /^issuers\.own\.issuer: .* is there already, as another, as identityProvider, or as our own/,
    ],
    [{ issuers: { a: partner, b: partner } }, /^issuers\.b\.issuer: .* is there already/],
    [{ issuers: { 'The Partner': partner } }, /must be a name of small letters/],
    [{ issuers: { partner: { ...partner, algorithms: ['HS256'] } } }, /^issuers\.partner\.algorithms/],
    [{ issuers: { partner: { ...partner, algorithms: [] } } }, /^issuers\.partner\.algorithms/],
    [
      { routes: [{ ...route, freshness: 'token', issuers: ['partner'] }] },
      /^routes\[0\]\.issuers: "partner" is none of issuers/,
    ],
    ...[{}, { freshness: 'strict' }, { freshness: 'token', allow: 'public' }].map(
      (rest): [Record<string, unknown>, RegExp] => [
        { issuers: { partner }, routes: [{ ...route, issuers: ['partner'], ...rest }] },
        /^routes\[0\]\.issuers: needs freshness: 'token'/,
      ],
    ),
  ])('%j', (changes, message) => {
    expect(faultsOf(changes)).toMatch(message);
  });
});

it('repeats no secret that was put in the wrong place', () => {
  const secret = 'pc_cs_correct-horse-battery-staple';
  const hashed = { ...app, tokenEndpointAuthMethod: 'client_secret_basic' };
  for (const changes of [
    { clients: [{ ...hashed, clientSecretHashes: secret }] },
    { clients: [{ ...hashed, clientSecretHashes: [secret] }] },
    { clients: [{ ...hashed, clientSecret: secret }] },
    { clients: [{ ...hashed, tokenEndpointAuthMethod: secret }] },
    { clients: [{ ...app, jwks: { keys: [{ kty: 'oct', k: secret }] } }] },
    { clients: [{ ...app, jwks: secret }] },
    { registration: { kind: 'initial-access-token', tokenHashes: secret } },
    { keys: { encryption: secret } },
  ]) {
    const faults = faultsOf(changes);
    expect(faults).not.toBe('no fault');
    expect(faults).not.toContain(secret);
  }
});

it('takes a name that only ends like the placeholder', () => {
  expect(load({ issuer: 'https://myexample.com' }).issuer).toBe('https://myexample.com');
});

it.each([false, true])('keeps every path of the issuer from the gate, with auth0Paths %s', (auth0Paths) => {
  const config = load({ auth0Paths });
  const { routes } = issuerRoutes({ config, environment: {} } as Dependencies, async () => new Response());
  const paths = routes.map(({ path }) => `/${path.split('/')[1]}`);
  expect(new Set(paths)).toEqual(new Set(['/', ...issuerPathsOf(config)]));
});
