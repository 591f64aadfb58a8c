import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/schema.ts';
import { hint, quoted } from '../hint.ts';

const METHODS = 'GET, POST, DELETE';

/**
 * Guards the session API, which acts on cookies: only pages of the configured first-party origins may call it.
 * SameSite=Strict alone would let every sibling host in; Origin and Fetch Metadata say who really asks.
 */
export const firstParty = (config: Pick<Config, 'clients' | 'issuer' | 'environment'>): MiddlewareHandler => {
  const origins = new Set(config.clients.flatMap((client) => client.sessionOrigins));
  return async (c, next) => {
    const origin = c.req.header('Origin');
    const site = c.req.header('Sec-Fetch-Site');
    c.header('Vary', 'Origin');
    c.header('Cache-Control', 'no-store');
    // A same-origin GET has no Origin; Fetch Metadata then has to vouch for it.
    const known =
      origin === undefined ? site === 'same-origin' && origins.has(config.issuer) : origins.has(origin);
    // A page cannot read why: without CORS headers its browser tells it nothing.
    if (!known)
      hint(
        config,
        `${c.req.path}: refused a page of ${quoted(origin ?? '')}, which is in no client's sessionOrigins`,
      );
    else if (site === 'cross-site')
      hint(
        config,
        `${c.req.path}: ${quoted(origin ?? '')} is on another site than ${config.issuer}, where no browser sends its cookie; use transport 'dpop'`,
      );
    if (!known || (site !== undefined && site !== 'same-origin' && site !== 'same-site')) {
      const error_description =
        'the session API answers pages of the sessionOrigins of its clients only: add this origin there, or use the key-bound transport, which needs none';
      return c.json({ error: 'invalid_request', error_description }, 403);
    }
    if (origin !== undefined) {
      c.header('Access-Control-Allow-Origin', origin);
      c.header('Access-Control-Allow-Credentials', 'true');
      c.header('Access-Control-Expose-Headers', 'Date, Retry-After');
    }
    if (c.req.method === 'OPTIONS') {
      c.header('Access-Control-Allow-Methods', METHODS);
      c.header('Access-Control-Allow-Headers', 'Content-Type');
      c.header('Access-Control-Max-Age', '600');
      return c.body(null, 204);
    }
    await next();
  };
};

/** The origin that a request through `firstParty` came from. */
export const originOf = (
  c: { req: { header(name: string): string | undefined } },
  config: Pick<Config, 'issuer'>,
): string => c.req.header('Origin') ?? config.issuer;
