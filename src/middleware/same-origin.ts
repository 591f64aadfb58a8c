import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/schema.ts';
import { failure } from './failure.tsx';

/**
 * Refuses a state-changing request that another site made in this browser. Fetch Metadata decides where the browser
 * sends it, Origin otherwise; with neither it is refused, since every browser in use sends one (OWASP ASVS 5 §3.5).
 */
export const sameOrigin =
  (config: Pick<Config, 'issuer' | 'name'>): MiddlewareHandler =>
  async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD' || c.req.method === 'OPTIONS') return next();
    const site = c.req.header('Sec-Fetch-Site');
    const origin = c.req.header('Origin');
    const same =
      (site === undefined || site === 'same-origin') &&
      (origin === config.issuer || (origin === undefined && site === 'same-origin'));
    if (same) return next();
    return failure(
      c,
      config,
      403,
      'invalid_request',
      'This form was not sent from here',
      `Forms are accepted from ${config.issuer} only. Open the page there and send it again.`,
    );
  };
