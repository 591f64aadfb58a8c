import type { Context } from 'hono';
import { renamed } from '../core/oauth/query.ts';

/**
 * GET /authorize, where @auth0/auth0-spa-js sends people: on to /oauth/authorize. What Auth0 calls the audience is the
 * resource (RFC 8707).
 */
export const authorizeForAuth0 = (c: Context) =>
  c.redirect(`/oauth/authorize?${renamed(new URL(c.req.url).search.slice(1), 'audience', 'resource')}`, 303);
