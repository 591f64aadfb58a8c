import type { Context } from 'hono';
import { renamed } from '../../core/oauth/query.ts';

/**
 * GET /v2/logout, where @auth0/auth0-spa-js sends people: on to /oauth/logout, which asks them, since an ID token seldom
 * comes along. `returnTo` must be registered as any post_logout_redirect_uri.
 */
export const logoutForAuth0 = (c: Context) => {
  const query = renamed(new URL(c.req.url).search.slice(1), 'returnTo', 'post_logout_redirect_uri');
  return c.redirect(`/oauth/logout?${query}`, 303);
};
