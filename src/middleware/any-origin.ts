import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { setHeader } from './header.ts';

const exposed = ['Date', 'DPoP-Nonce', 'Retry-After', 'WWW-Authenticate'];

/** No credentials: these endpoints take no cookie, so any origin may call them and none gains by it. */
export function anyOrigin(methods: string[]): MiddlewareHandler {
  const preflight = cors({
    origin: '*',
    allowMethods: methods,
    // Whatever a library adds, auth0-spa-js its Auth0-Client. `*` covers all but Authorization (Fetch §4.8), and in older
    // browsers nothing: what is needed stands by name.
    allowHeaders: ['Authorization', 'Content-Type', 'DPoP', '*'],
    maxAge: 3600,
  });
  return async (c, next) => {
    if (c.req.method === 'OPTIONS') return preflight(c, next);
    await next();
    // Here and not by `cors`, which touches the answer before there is one: Hono then makes it anew, body and all.
    setHeader(c, 'Access-Control-Allow-Origin', '*');
    setHeader(c, 'Access-Control-Expose-Headers', exposed.join(', '));
  };
}
