import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/define.ts';
import { ConfigError } from '../../src/config/error.ts';
import { loadConfig } from '../../src/config/load.ts';
import { isRegisteredRedirectUri } from '../../src/core/oauth/redirect-uri.ts';
import type { Environment } from '../../src/environment.ts';

const app = {
  clientId: 'app',
  clientName: 'App',
  redirectUris: ['https://app.example/cb'],
  scope: ['openid', 'read'],
};
const base: ConfigInput = { issuer: 'https://auth.company.example', clients: [app] };
const host = 'app.company.example';
const route = { host, path: '/a/*', origin: 'https://origin.example', allow: 'session' };
const resource = 'https://resource.example';

const load = (changes: Record<string, unknown>, kind = 'production') =>
  loadConfig(() => ({ ...base, ...changes }) as ConfigInput, { PORTCULLIS_ENVIRONMENT: kind } as Environment);
function faultsOf(changes: Record<string, unknown>): string {
  try {
    load(changes);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  return 'no fault';
}
const routes = (...each: Record<string, unknown>[]) => ({
  routes: each.map((one) => ({ ...route, ...one })),
});

describe('a route that nothing is left for is refused', () => {
  it.each<[string, Record<string, unknown>[], RegExp]>([
    [
      'the same path',
      [{}, {}],
      /^routes\[1\]\.path: \/a\/\* is never reached, routes\[0\] matches it first; put it above/,
    ],
    ['a wildcard', [{ path: '/:any/*' }, {}], /^routes\[1\]\.path: .*never reached/],
    ['a pattern', [{ path: '/a/*.pdf' }, { path: '/a/:name.pdf' }], /^routes\[1\]\.path: .*never reached/],
    ['the path before a wildcard', [{}, { path: '/a' }], /^routes\[1\]\.path: \/a is never reached/],
    ['another case', [{ path: '/a/*' }, { path: '/A/b' }], /^routes\[1\]\.path: \/A\/b is never reached/],
    ['an encoded character', [{ path: '/a@b' }, { path: '/a%40b' }], /^routes\[1\]\.path: .*never reached/],
    [
      'a host pattern',
      [{ host: '*.company.example', resource, sharesIssuerOrigin: true }, {}],
      /^routes\[1\]\.path: .*never reached, routes\[0\]/,
    ],
    [
      'two routes with all of its methods',
      [{ methods: ['GET'] }, { methods: ['POST'] }, { methods: ['POST', 'GET'] }],
      /^routes\[2\]\.path: .*never reached, routes\[1\] and routes\[0\] match it first; put it above routes\[1\]/,
    ],
  ])('for %s', (_, each, message) => {
    expect(faultsOf(routes(...each))).toMatch(message);
  });

  it.each<[string, Record<string, unknown>[]]>([
    ['a narrower one above', [{ path: '/a/b' }, {}]],
    ['a part that is left', [{ path: '/a/:x' }, {}]],
    ['another host', [{}, { host: 'other.company.example' }]],
    ['another port', [{}, { host: `${host}:8443` }]],
    [
      'the same pattern at another port',
      [
        { host: '*.apps.example', resource },
        { host: '*.apps.example:8443', resource, path: '/a/b' },
      ],
    ],
    ['a host pattern below', [{}, { host: ':any.company.example', sharesIssuerOrigin: true, resource }]],
    ['a method that is left', [{ methods: ['GET', 'POST'] }, {}]],
    [
      'a method that no list can have',
      [{ methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] }, {}],
    ],
  ])('but not with %s', (_, each) => {
    expect(faultsOf(routes(...each))).toBe('no fault');
  });
});

describe('a fault of a route is told in one line that names the place', () => {
  it.each<[Record<string, unknown>, RegExp]>([
    [
      routes({ path: '/a(b)' }),
      /^routes\[0\]\.path: \/a\(b\) is no pattern of URLPattern; .* no regular expressions$/,
    ],
    [routes({ path: '/:id(\\d+)' }), /^routes\[0\]\.path: .*is no pattern of URLPattern/],
    [routes({ path: '/a+b' }), /^routes\[0\]\.path: .*write a backslash before/],
    [routes({ path: '/{a' }), /^routes\[0\]\.path: .*is no pattern of URLPattern/],
    [routes({ path: '/:a/:a' }), /^routes\[0\]\.path: .*is no pattern of URLPattern/],
    [
      routes({ path: '/a//b' }),
      /^routes\[0\]\.path: \/a\/\/b matches nothing: the path has an empty segment/,
    ],
    [routes({ path: '/a/../b' }), /^routes\[0\]\.path: .*matches nothing: the path has a dot segment/],
    [routes({ path: '/a%2fb' }), /^routes\[0\]\.path: .*matches nothing/],
    [routes({ path: '/é' }), /^routes\[0\]\.path: .*matches nothing: é must be percent-encoded, %C3%A9$/],
    [routes({ path: '/a b' }), /^routes\[0\]\.path: .*must be percent-encoded, %20$/],
    [routes({ path: '/a;b' }), /^routes\[0\]\.path: .*matches nothing: the path has a character .*semicolon/],
    [routes({ path: '/a?b=c' }), /^routes\[0\]\.path: .*; a route has no query$/],
    [routes({ path: '/a\\?b=c' }), /^routes\[0\]\.path: .*matches nothing: a route has no query$/],
    [routes({ path: '/%61' }), /^routes\[0\]\.path: .*without percent-encoding/],
    [routes({ path: '/a./b' }), /^routes\[0\]\.path: .*ends in a dot/],
    [routes({ path: `/{:a}?${'x'.repeat(600)}` }), /^routes\[0\]\.path: .*too many parts/],
    [
      routes({ host: 'App.Company.example' }),
      /^routes\[0\]\.host: App.Company.example must be a host as browsers write it/,
    ],
    [routes({ host: 'app.company.example:443' }), /^routes\[0\]\.host: .*no port that https has anyway/],
    [
      routes({ host: 'https://app.company.example' }),
      /^routes\[0\]\.host: .* is a URL; name the host alone$/,
    ],
    [routes({ host: 'https://*.company.example' }), /^routes\[0\]\.host: .* is a URL; name the host alone$/],
    [routes({ host: 'app.company.example/x' }), /^routes\[0\]\.host: /],
    [routes({ host: '*.Company.example', resource }), /^routes\[0\]\.host: .*as browsers write it/],
    [routes({ host: '*.company.example:443', resource }), /^routes\[0\]\.host: .*as browsers write it/],
    [
      routes({ host: '(a|b).company.example', resource }),
      /^routes\[0\]\.host: .*is no pattern of URLPattern/,
    ],
    [
      routes({ host: ':team.apps.example' }),
      /^routes\[0\]\.resource: is missing; many hosts have no one address/,
    ],
    [
      routes({ host: ':any.company.example', resource }),
      /^routes\[0\]\.host: :any.company.example matches the issuer's own host/,
    ],
    [routes({ path: '/.portcullis/x' }), /^routes\[0\]\.path: .* is the gate's own; choose another path$/],
    [routes({ path: '/.portcullis/:x' }), /^routes\[0\]\.path: .* is the gate's own/],
    [
      routes({ host: undefined, path: '/oauth/:x', sharesIssuerOrigin: true }),
      /^routes\[0\]\.path: \/oauth\/:x is the issuer's own/,
    ],
    ...['/authorize', '/v2/logout', '/v2/:x'].map((path): [Record<string, unknown>, RegExp] => [
      { ...routes({ host: undefined, path, sharesIssuerOrigin: true }), auth0Paths: true },
      /^routes\[0\]\.path: .* is the issuer's own; choose another path or another host$/,
    ]),
    [routes({ origin: `https://${host}` }), /^routes\[0\]\.origin: .* is the gate itself/],
    [routes({ origin: 'https://auth.company.example' }), /^routes\[0\]\.origin: .* is the gate itself/],
    [
      routes({ origin: 'https://b.apps.example' }, { host: '*.apps.example', resource }),
      /^routes\[0\]\.origin: https:\/\/b.apps.example is the gate itself/,
    ],
    [
      routes(
        { origin: { url: 'https://b.apps.example', through: { fetch() {} } } },
        { host: 'b.apps.example' },
      ),
      /^routes\[0\]\.origin: https:\/\/b.apps.example is the gate itself/,
    ],
    [
      routes({ allow: { scope: ['read', 'write'] } }),
      /^routes\[0\]\.allow\.scope: no client may ask for "write"; put it into the scope of one$/,
    ],
    [
      routes({ allow: ['public', { clients: ['ap'] }].slice(1) }),
      /^routes\[0\]\.allow\.clients: "ap" is none of clients; add it to clients or mend the name$/,
    ],
    ...['theirs', 'other:theirs'].map((client): [Record<string, unknown>, RegExp] => [
      {
        issuers: {
          partner: { issuer: 'https://partner.example.com' },
          other: { issuer: 'https://other.example.com' },
        },
        ...routes({ allow: { clients: [client] }, freshness: 'token', issuers: ['partner'] }),
      },
      /^routes\[0\]\.allow\.clients: ".*" is none of clients; write 'partner:<client id>' for one of another/,
    ]),
    [
      routes({ allow: { acrValues: ['urn:example:hardware'] } }),
      /^routes\[0\]\.allow\.acrValues: nobody can sign in with urn:example:hardware; there is phr, urn:portcullis/,
    ],
    [
      routes({ path: '/b/:x' }, { path: '/b/*', origin: 'https://other.example' }),
      /^routes\[1\]\.resource: https:.*\/b is also that of routes\[0\], which has another origin; name a resource for each$/,
    ],
    [
      routes({ path: '/b/:x' }, { path: '/b/*', origin: { fetch() {} } }),
      /^routes\[1\]\.resource: .*name a resource for each$/,
    ],
    [
      routes({ path: '/b/:x' }, { resource: `https://${host}/b`, origin: 'https://other.example' }),
      /^routes\[1\]\.resource: .*name a resource for each$/,
    ],
    [
      routes({ signOut: 'host' }, { path: '/b/*' }),
      /^routes\[1\]\.signOut: must be host, as routes\[0\] has it for the same host$/,
    ],
    [
      routes(
        { host: ':any.apps.example', resource },
        { host: 'x.apps.example', path: '/x', signOut: 'host' },
      ),
      /^routes\[1\]\.signOut: must be issuer, as routes\[0\]/,
    ],
    [
      { issuers: { client: { issuer: 'https://partner.example.com' } } },
      /^issuers\.client: is a name of the gate/,
    ],
    // A value that could be one of several things: what it was meant to be.
    [
      routes({ allow: { scopes: ['read'] } }),
      /^routes\[0\]\.allow\.scopes: is no option; .* src\/config\/route\.ts$/,
    ],
    [routes({ allow: [{ groups: 'staff' }] }), /^routes\[0\]\.allow\[0\]\.groups: must be a list/],
    // A variable that is not set must not open a route.
    [routes({ allow: { groups: undefined } }), /^routes\[0\]\.allow\.groups: /],
    [routes({ allow: { maxAgeSeconds: 60, scope: undefined } }), /^routes\[0\]\.allow\.scope: /],
    [routes({ allow: { claims: {} } }), /^routes\[0\]\.allow: names no claim/],
    [
      routes({ allow: { claims: new Map([['sub', 'a']]) } }),
      /^routes\[0\]\.allow\.claims: must be an object/,
    ],
    [routes({ allow: [] }), /^routes\[0\]\.allow: must be 'public', 'session', a condition such as/],
    [routes({ freshness: { within: 0 } }), /^routes\[0\]\.freshness\.within: must be at least 1/],
    [routes({ methods: ['get'] }), /^routes\[0\]\.methods\[0\]: must be one of "GET"/],
  ])('%j', (changes, message) => {
    expect(faultsOf(changes)).toMatch(message);
  });

  it('and every fault has a line of its own', () => {
    expect(faultsOf(routes({ path: '/a(b)', host: 'X' }, { path: '/+' })).split('\n')).toHaveLength(3);
  });
});

describe('is no fault', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'a wildcard beside the issuer',
      routes({ host: undefined, path: '/:page', sharesIssuerOrigin: true, resource }),
    ],
    ['a path of the issuer on another host', routes({ path: '/oauth/*' })],
    ['an escaped character', routes({ path: '/a\\+b\\:c' })],
    [
      'one reachable acr of several',
      routes({ allow: { acrValues: ['phr', 'urn:portcullis:acr:single-factor'] } }),
    ],
    [
      'a scope that whoever registers may ask for',
      {
        ...routes({ allow: { scope: ['tools'] } }),
        registration: { kind: 'open', scope: ['tools'] },
      },
    ],
    [
      'a client that may register itself',
      { ...routes({ allow: { clients: ['someone'] } }), registration: { kind: 'open' } },
    ],
    [
      'what only another issuer knows',
      {
        issuers: { partner: { issuer: 'https://partner.example.com' } },
        ...routes({
          allow: { scope: ['theirs'], clients: ['partner:theirs'], acrValues: ['theirs'] },
          freshness: 'token',
          issuers: ['partner'],
        }),
      },
    ],
    ['one origin behind two routes of one path', routes({ path: '/b/:x' }, { path: '/b/*' })],
    [
      'a resource that two origins share by name',
      routes({ resource }, { resource, path: '/b/*', origin: 'https://other.example' }),
    ],
    [
      'another origin for what is public',
      routes({ path: '/b/:x', allow: 'public' }, { path: '/b/*', origin: 'https://other.example' }),
    ],
    ['another way to sign out on another host', routes({ signOut: 'host' }, { host: 'b.company.example' })],
    [
      'another way to sign out of a public route',
      routes({ signOut: 'host' }, { path: '/p', allow: 'public' }),
    ],
  ])('%s', (_, changes) => {
    expect(faultsOf(changes)).toBe('no fault');
  });
});

describe('in development, a loop by another name of this machine', () => {
  const local = (origin: string, issuer = 'http://localhost:8787') =>
    load({ issuer, routes: [{ path: '/a/*', origin, allow: 'session' }] }, 'development');

  it.each<[origin: string, issuer?: string]>([
    ['http://127.0.0.1:8787'],
    ['http://[::1]:8787'],
    ['http://app.localhost:8787'],
    ['http://localhost:8787', 'http://127.0.0.1:8787'],
    ['http://localhost', 'http://127.0.0.1'],
  ])('%s is refused', (origin, issuer) => {
    expect(() => local(origin, issuer)).toThrow('is the gate itself');
  });

  it('but not a neighbour', () => {
    expect(local('http://127.0.0.1:3000').routes).toHaveLength(1);
    expect(local('http://192.0.2.1:8787').routes).toHaveLength(1);
  });
});

it('makes the resource of the path before the first wildcard', () => {
  const paths = ['/a/:id/b', '/b/*', '/c', '/d/', '/e-*', '/f{/:x}?', '/*'];
  const config = load(routes(...paths.map((path) => ({ path }))));
  expect(config.routes.map((one) => one.resource)).toEqual(
    ['/a', '/b', '/c', '/d/', '/e-', '/f', ''].map((path) => `https://${host}${path}`),
  );
});

describe('people sign in on the hosts of a pattern', () => {
  const config = load({
    ...routes(
      { host: '*.apps.example', path: '/x/*', resource },
      { host: 'app.company.example', path: '/*' },
      { host: '*.public.example', resource, allow: 'public' },
    ),
  });
  const gate = config.clients.at(-1);
  const isTaken = (uri: string, client = gate) =>
    client !== undefined && isRegisteredRedirectUri({ ...client, applicationType: 'web' }, uri);

  it('and the answer goes to any of them', () => {
    expect(gate?.redirectUris).toEqual(['https://app.company.example/.portcullis/callback']);
    expect(isTaken('https://app.company.example/.portcullis/callback')).toBe(true);
    expect(isTaken('https://team.apps.example/.portcullis/callback')).toBe(true);
    expect(isTaken('https://a.b.apps.example/.portcullis/callback')).toBe(true);
  });

  it.each([
    'https://apps.example/.portcullis/callback',
    'https://team.apps.example.evil.test/.portcullis/callback',
    'https://evil.test/.portcullis/callback?.apps.example/.portcullis/callback',
    'https://evil.test/.apps.example/.portcullis/callback',
    'https://evil.test#.apps.example/.portcullis/callback',
    'https://evil.test\\.apps.example/.portcullis/callback',
    'https://evil.test@team.apps.example/.portcullis/callback',
    'https://team.apps.example:8443/.portcullis/callback',
    'https://team.apps.example:443/.portcullis/callback',
    'https://team.apps.example./.portcullis/callback',
    'https://.apps.example/.portcullis/callback',
    'https://a..apps.example/.portcullis/callback',
    'https://TEAM.apps.example/.portcullis/callback',
    'http://team.apps.example/.portcullis/callback',
    'https://team.apps.example/.portcullis/callback/',
    'https://team.apps.example/.portcullis/callback?a=b',
    'https://team.apps.example/.portcullis/callback#a',
    'https://team.apps.example/%2eportcullis/callback',
    'https://team.apps.example/x/.portcullis/callback',
    'https://team.apps.example/x',
    'https://team.public.example/.portcullis/callback',
    '*.apps.example',
  ])('but not to %s', (uri) => {
    expect(isTaken(uri)).toBe(false);
  });

  it('and no other client gets any of that, however it is registered', () => {
    const uri = 'https://team.apps.example/.portcullis/callback';
    expect(isTaken(uri, config.clients[0])).toBe(false);
    expect(faultsOf({ clients: [{ ...app, isOwnRedirectUri: () => true }] })).toMatch(
      /^clients\[0\]\.isOwnRedirectUri: is no option/,
    );
    expect(faultsOf({ clients: [{ ...app, redirectUris: ['https://*.apps.example/cb'] }] })).toMatch(
      /must have a host/,
    );
  });
});
