import type { CookieOptions } from 'hono/utils/cookie';
import type { Config } from '../config/schema.ts';

/** The issuer's session, and the gate's handle of it on each host that it guards. */
export const SESSION_COOKIE = 'portcullis-session';
export const GATE_SESSION_COOKIE = 'portcullis-gate';
/** Says that its person signed in in this browser before; proves nothing else. */
export const DEVICE_COOKIE = 'portcullis-device';

const isHttps = (config: Pick<Config, 'issuer'>): boolean => config.issuer.startsWith('https:');

/** The `__Host-` prefix keeps a sibling host from planting our cookies; http on localhost cannot have it. */
export const cookieName = (config: Pick<Config, 'issuer'>, name: string): string =>
  isHttps(config) ? `__Host-${name}` : name;

export const cookieOptions = (config: Pick<Config, 'issuer'>): CookieOptions => ({
  path: '/',
  httpOnly: true,
  secure: isHttps(config),
  // Lax: the way back from a client's site is a top-level GET and must find the person signed in.
  sameSite: 'Lax',
});
