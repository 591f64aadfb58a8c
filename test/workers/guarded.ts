import type { ConfigInput } from '../../src/config/schema.ts';
import type { Environment } from '../../src/environment.ts';
import { portcullis } from '../../src/index.ts';
import { secretHashes } from '../issuer/credentials.ts';

// An issuer and a gate in production, before two origins that record: `NODE_ORIGIN`, a server, and `WORKER_ORIGIN`.

type Routes = NonNullable<ConfigInput['routes']>;
type Origin = Routes[number]['origin'];
type Bindings = Environment & { NODE_ORIGIN?: string; WORKER_ORIGIN?: Fetcher; ORIGIN_SECRET?: string };

/** One route of each kind. What no other matches, anybody may have who is signed in. */
const guarded = (host: string, origin: Origin, secret: string): Routes => [
  { host, path: '/public/*', origin, allow: 'public' },
  { host, path: '/reading/*', origin, allow: 'public', methods: ['GET'] },
  { host, path: '/strict/*', origin, allow: 'session', freshness: 'strict' },
  { host, path: '/within/*', origin, allow: 'session', freshness: { within: 30 } },
  { host, path: '/token/*', origin, allow: 'session', freshness: 'token' },
  { host, path: '/scope/*', origin, allow: { scope: ['notes:read'] } },
  { host, path: '/groups/*', origin, allow: { groups: ['staff'] } },
  { host, path: '/claims/*', origin, allow: { claims: { email: 'grace@bypass.test' } } },
  { host, path: '/machines/*', origin, allow: { clients: ['nightly'] } },
  { host, path: '/preflight/*', origin, allow: 'session', forwardPreflight: true },
  {
    host,
    path: '/named/*',
    origin,
    allow: 'session',
    identityHeaders: { 'X-Person': 'email' },
    originSecret: { header: 'X-Origin-Secret', value: secret },
  },
  { host, path: '/*', origin, allow: 'session', freshness: 'strict' },
];

const worker = portcullis((env: Bindings) => {
  const { NODE_ORIGIN: node = '', WORKER_ORIGIN: binding = '', ORIGIN_SECRET: secret = '' } = env;
  const { PORTCULLIS_ISSUER: issuer } = env;
  // In production an origin is on no loopback and gets its secret over https: by a binding, as with a client certificate.
  const server = {
    url: 'https://node-origin.test',
    through: {
      fetch: (request: Request) => fetch(request.url.replace('https://node-origin.test', node), request),
    },
  } as const;
  const hosts = ['node.bypass.test', 'worker.bypass.test'];
  const places = ['strict', 'within', 'token', 'scope', 'groups'];
  const opaque = 'https://opaque.bypass.test/';
  const resources = [opaque, ...hosts.flatMap((host) => places.map((place) => `https://${host}/${place}`))];
  const client = {
    firstParty: true,
    redirectUris: ['https://client.test/callback'],
    scope: ['openid', 'profile', 'email', 'offline_access', 'notes:read'],
    resources,
  };
  return {
    issuer,
    resources: [
      { resource: opaque, accessTokenFormat: 'opaque' },
      ...hosts.map((host) => ({ resource: `https://${host}/within`, accessTokenSeconds: 30 })),
    ],
    clients: [
      { ...client, clientId: 'app', clientName: 'App' },
      { ...client, clientId: 'bound', clientName: 'App with a key', dpopBoundAccessTokens: true },
      {
        clientId: 'nightly',
        clientName: 'Nightly job',
        scope: ['notes:read'],
        resources: [...resources, ...hosts.map((host) => `https://${host}/machines`)],
        grantTypes: ['client_credentials'],
        tokenEndpointAuthMethod: 'client_secret_basic',
        clientSecretHashes: secretHashes,
      },
    ],
    routes: [
      ...guarded('node.bypass.test', server, secret),
      ...guarded('worker.bypass.test', binding, secret),
      // Of two patterns that match the first one counts, and it is the stricter one.
      {
        host: '*.inner.apps.test',
        path: '/*',
        origin: server,
        allow: 'session',
        resource: 'https://inner.apps.test',
      },
      { host: '*.apps.test', path: '/*', origin: server, allow: 'public', resource: 'https://apps.test' },
      // On the issuer's own host, where what is the issuer's must not become an origin's.
      { path: '/*', origin: server, allow: 'public', sharesIssuerOrigin: true, resource: `${issuer}/any` },
    ],
  };
});

export default {
  fetch(request, environment, context) {
    // Where TLS ends, at Cloudflare's edge, a request gets its scheme; the rest of its address stays as it came.
    if (!request.headers.has('Test-Plain')) {
      Object.defineProperty(request, 'url', { value: request.url.replace(/^http:/, 'https:') });
    }
    return worker.fetch?.(request, environment, context) ?? new Response(null, { status: 500 });
  },
} satisfies ExportedHandler<Environment>;
export * from '../../src/index.ts';
