import type { Context, MiddlewareHandler } from 'hono';
import type { Config } from '../config/schema.ts';
import { failure } from './failure.tsx';
import type { PageConfig } from './page.tsx';

/**
 * Whether a state-changing request comes from a page of ours. Fetch Metadata and Origin must both agree where the
 * browser sends them; with neither it does not, since every browser in use sends one (OWASP ASVS 5 §3.5).
 */
export function fromOwnPage(c: Context, { issuer }: Pick<Config, 'issuer'>): boolean {
  const site = c.req.header('Sec-Fetch-Site');
  const origin = c.req.header('Origin');
  if (site !== undefined && site !== 'same-origin') return false;
  return origin === undefined ? site === 'same-origin' : origin === issuer;
}

/** Refuses a state-changing request that another site made in this browser. */
export const sameOrigin =
  (config: Pick<Config, 'issuer'> & PageConfig): MiddlewareHandler =>
  async (c, next) => {
    if (fromOwnPage(c, config)) return next();
    const values = { issuer: config.issuer };
    return failure(c, config, 403, 'invalid_request', { error: 'form_foreign', values });
  };
