import { configOf } from './config/configured.ts';
import { rootSecrets } from './crypto/root-secret.ts';
import type { Dependencies } from './dependencies.ts';
import { ObjectUnavailable } from './durable/call.ts';
import type { Environment } from './environment.ts';
import { createGate } from './gate/gate.ts';
import { createIdentifiers } from './identifier/identifiers.ts';
import { createKeys } from './keys/keys.ts';
import { failure, requestId } from './middleware/failure.tsx';
import { issuerRoutes } from './routes.ts';
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
  const dependencies: Dependencies = {
    config,
    secrets,
    environment,
    users: createUsers(environment.USER),
    identifiers: createIdentifiers(environment.IDENTIFIER),
    keys: createKeys({ ring: environment.KEY_RING, cache: environment.JWKS_CACHE, secrets }),
  };
  const gate = createGate(dependencies);
  const issuer = issuerRoutes(dependencies, (request) => gate.fetch(request));
  issuer.onError((error, c) => {
    if (error instanceof ObjectUnavailable) {
      // The name alone: what a library says in a message is not ours to vouch for.
      console.error(
        `${requestId(c)} ${c.req.method} ${c.req.path}: an object did not answer`,
        nameOf(error.cause),
      );
      c.header('Retry-After', String(error.retryAfterSeconds));
      return failure(
        c,
        config,
        503,
        'temporarily_unavailable',
        'Just a moment',
        'This is busy right now. Try again in a second.',
      );
    }
    console.error(`${requestId(c)} ${c.req.method} ${c.req.path}: unexpected`, error.name, error.stack);
    return failure(
      c,
      config,
      500,
      'server_error',
      'Something went wrong here',
      'It is not your fault. Try again; if it stays, tell the operator the number below.',
    );
  });
  const issuerHost = new URL(config.issuer).host;
  const gateHosts = new Set(config.routes.map((route) => route.host));

  return {
    async fetch(request) {
      // Two Host headers, or a target that is no URL: the gate knows how to refuse those.
      const url = URL.parse(request.url);
      if (!url) return gate.fetch(request);
      if (url.host === issuerHost) return issuer.fetch(request);
      // 127.0.0.1 and localhost are two sites to a browser, and cookies of one are not seen by the other.
      if (config.environment === 'development' && !gateHosts.has(url.host) && request.method === 'GET') {
        return Response.redirect(config.issuer + url.pathname + url.search, 302);
      }
      return gate.fetch(request);
    },
  };
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : typeof cause);
