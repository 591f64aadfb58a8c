import type { MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import { setHeader } from './header.ts';

const exposed = ['Date', 'Retry-After', 'WWW-Authenticate'];

const preflight = cors({
  origin: '*',
  allowMethods: ['GET', 'POST'],
  allowHeaders: ['Authorization', 'Content-Type'],
  maxAge: 3600,
});

/** No credentials: these endpoints take no cookie, so any origin may call them and none gains by it. */
export const anyOrigin: MiddlewareHandler = async (c, next) => {
  if (c.req.method === 'OPTIONS') return preflight(c, next);
  await next();
  // Here and not by `cors`, which touches the answer before there is one: Hono then makes it anew, body and all.
  setHeader(c, 'Access-Control-Allow-Origin', '*');
  setHeader(c, 'Access-Control-Expose-Headers', exposed.join(', '));
};
