import type { MiddlewareHandler } from 'hono';
import type { Claims } from './claims.ts';
import type { Guard, Requirement } from './guard.ts';

/**
 * Hono middleware: lets a request through that comes with a good token, and answers any other with its challenge. The
 * handler finds the claims in `c.get('claims')`.
 *
 *     const guard = resourceGuard({ issuer, audience: resource, resource });
 *     app.use('/orders/*', protect(guard, { scope: ['orders:read'] }));
 *
 * Put a `cors()` before it: a preflight carries no token.
 * @param url the URL that the client called, where a proxy in between changes it. Default: the request's own.
 */
export const protect =
  <C extends Claims = Claims>(
    guard: Guard<C>,
    requirement: Requirement = {},
    url: (request: Request) => string = (request) => request.url,
  ): MiddlewareHandler<{ Variables: { claims: Readonly<C> } }> =>
  async (c, next) => {
    const { method, headers } = c.req.raw;
    const answer = await guard({ method, headers, url: url(c.req.raw) }, requirement);
    if (!answer.ok) {
      for (const [name, value] of answer.responseHeaders) c.header(name, value, { append: true });
      return c.json(answer.body, answer.status);
    }
    c.set('claims', answer.claims);
    await next();
    for (const [name, value] of answer.responseHeaders) c.header(name, value, { append: true });
  };
