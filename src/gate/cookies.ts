import { serialize } from 'hono/utils/cookie';
import { cookieNames, readCookie } from '../core/gate/cookies.ts';
import { cookieName, cookieOptions } from '../middleware/cookie.ts';

/** How the gate reads and writes its cookies. */
export function gateCookies(issuer: string) {
  const prefix = cookieName({ issuer }, '');
  const attributes = cookieOptions({ issuer });
  return {
    read: (headers: Headers, name: string) => readCookie(headers.get('Cookie'), prefix + name),
    /** Names that start with `name`, without the `__Host-` prefix, oldest first. */
    names: (headers: Headers, name: string) =>
      cookieNames(headers.get('Cookie'), prefix + name).map((found) => found.slice(prefix.length)),
    /** A Set-Cookie header; 0 seconds removes the cookie. */
    write: (name: string, value: string, maxAge: number) =>
      serialize(prefix + name, value, { ...attributes, maxAge }),
  };
}

export type GateCookies = ReturnType<typeof gateCookies>;
