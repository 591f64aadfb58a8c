import { createAddresses } from './address/addresses.ts';
import { createChallenge } from './challenge/challenge.ts';
import { createClients } from './clients/clients.ts';
import { createRegistrations } from './clients/registrations.ts';
import { configOf } from './config/configured.ts';
import { issuerPathsOf } from './config/issuer-paths.ts';
import { rootSecrets } from './crypto/root-secret.ts';
import type { Dependencies } from './dependencies.ts';
import { createProofs } from './dpop/proofs.ts';
import type { Environment } from './environment.ts';
import { createUpstreams } from './federation/upstream.ts';
import { createGate } from './gate/gate.ts';
import { createGateSessions } from './gate/identity/gate-sessions.ts';
import { remoteIdentity } from './gate/identity/remote-identity.ts';
import { createRouter } from './gate/router.ts';
import { createAccessTokens } from './grants/access-tokens.ts';
import { createIdentifiers } from './identifier/identifiers.ts';
import { issuerKeys } from './keys/issuer-jwks.ts';
import { keysOf } from './keys/keys-of.ts';
import { createReplays } from './replay/replays.ts';
import { forRequest } from './request/context.ts';
import { createSightings } from './request/sighting.ts';
import { issuerRoutes } from './routes.ts';
import { inSpan } from './telemetry/recording.ts';
import { telemetryOf } from './telemetry/telemetry.ts';
import { createDevices } from './transaction/devices.ts';
import { createTransactions } from './transaction/transactions.ts';
import { createUsers } from './user/users.ts';

export interface Portcullis {
  fetch(request: Request): Promise<Response>;
}

/**
 * environment -> configuration -> dependencies -> application.
 * @throws ConfigError when the configuration or a secret cannot be used.
 */
export async function compose(environment: Environment): Promise<Portcullis> {
  const config = configOf(environment);
  const secrets = await rootSecrets(environment);
  const replays = createReplays(environment.REPLAY);
  const registrations = createRegistrations({ config, secrets, namespace: environment.CLIENT });
  const users = createUsers(environment.USER);
  const telemetry = telemetryOf(config, environment);
  const keys = await keysOf(environment);
  const knownKeys = issuerKeys({
    cache: environment.JWKS_CACHE,
    secrets,
    development: config.environment === 'development',
  });
  const dependencies: Dependencies = {
    config,
    secrets,
    environment,
    telemetry,
    registrations,
    clients: createClients({ config, registrations }),
    replays,
    proofs: createProofs({ config, secrets, replays }),
    transactions: createTransactions(environment.TRANSACTION, secrets),
    devices: createDevices(environment.DEVICE_AUTHORIZATION),
    users,
    identifiers: createIdentifiers(environment.IDENTIFIER),
    addresses: createAddresses(environment.ADDRESS, secrets),
    challenge: createChallenge(config, secrets, environment),
    issuerKeys: knownKeys,
    upstreams: createUpstreams({ config, environment, issuerKeys: knownKeys }),
    keys,
    accessTokens: createAccessTokens({ config, keys, secrets, users, replays }),
  };
  const { identityProvider } = config;
  const identity =
    identityProvider &&
    remoteIdentity(identityProvider, {
      ...dependencies,
      clientSecret: environment.PORTCULLIS_CLIENT_SECRET,
      sessions: createGateSessions({
        sessions: environment.GATE_SESSION,
        index: environment.GATE_SESSION_INDEX,
        issuer: identityProvider.issuer,
      }),
    });
  const gate = createGate({ ...dependencies, ...(identity && { identity }) });
  const throughGate = (request: Request) => inSpan('gate', 'internal', () => gate.fetch(request));
  const issuer = issuerRoutes(dependencies, throughGate);
  const issuerHost = new URL(config.issuer).host;
  const isHttps = config.issuer.startsWith('https:');
  const { guards } = createRouter(config.routes);
  const issuerPrefix = `${config.issuer}/`;
  const issuerSegments = new Set(['/', ...issuerPathsOf(config)]);
  /** Whether the router might take a path for one of the issuer's: it decodes what is percent-encoded. */
  const mayBeIssuerPath = (path: string): boolean => {
    const segment = /^\/[^/?#]*/.exec(path)?.[0] ?? '/';
    return issuerSegments.has(segment) || segment.includes('%');
  };

  async function answer(request: Request): Promise<Response> {
    // Most requests are the gate's: what is certainly none of the issuer's need not be taken apart first.
    const { url: text } = request;
    if (text.startsWith(issuerPrefix) && !mayBeIssuerPath(text.slice(config.issuer.length)))
      return throughGate(request);
    // Two Host headers, or a target that is no URL: the gate knows how to refuse those.
    const url = URL.parse(request.url);
    if (!url) return throughGate(request);
    if (isHttps && url.protocol !== 'https:') return onlyHttps(request, url);
    // With a dot at its end it is the same host, to DNS as to the gate: an origin there gets no path of the issuer's.
    if (url.host.replace(/\.(?=:|$)/, '') === issuerHost)
      return inSpan('issuer', 'internal', async () => issuer.fetch(request));
    // 127.0.0.1 and localhost are two sites to a browser, and cookies of one are not seen by the other.
    if (config.environment === 'development' && !guards(url.host) && request.method === 'GET') {
      return Response.redirect(config.issuer + url.pathname + url.search, 302);
    }
    return throughGate(request);
  }

  const recorded = telemetry
    ? (request: Request) => telemetry.forRequest(request, () => answer(request))
    : answer;
  const sightingOf = createSightings(config.risk.trustedNetworks);
  return { fetch: (request) => forRequest(request, sightingOf, () => recorded(request)) };
}

/** Whoever is on the way of a plain request could read and change it: nothing is done with one. */
function onlyHttps(request: Request, url: URL): Response {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    const error_description = 'this is served over https only; what was sent over http should be replaced';
    return Response.json({ error: 'invalid_request', error_description }, { status: 403 });
  }
  url.protocol = 'https:';
  return Response.redirect(url.href, 308);
}
