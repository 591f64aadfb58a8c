import { type CookieOptions, serialize } from 'hono/utils/cookie';
import { cookieNames, readCookie } from '../core/gate/cookies.ts';

/** How the gate names and writes its cookies: with the `__Host-` prefix wherever the issuer is https. */
export function gateCookies(issuer: string) {
  const secure = issuer.startsWith('https:');
  const prefix = secure ? '__Host-' : '';
  const attributes: CookieOptions = { path: '/', httpOnly: true, sameSite: 'Lax', secure };
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

export const SESSION_COOKIE = 'portcullis-gate';

/** What the gate's cookie holds: a handle of the session, nothing that could be refreshed or raced for. */
export interface SessionHandle {
  userId: string;
  sessionId: string;
  /** The host that it was made for: a server behind another host can do nothing with it. */
  host: string;
}
