import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import type { Client, Config } from '../../config/schema.ts';
import { base64url, sha256 } from '../../crypto/bytes.ts';
import { cookieName, cookieOptions } from '../../middleware/cookie.ts';

// The refresh token of a first-party app. No script sees it, no other site sends it.
const options = (config: Config): CookieOptions => ({ ...cookieOptions(config), sameSite: 'Strict' });

/** One cookie for each client; a client id may hold characters that a cookie's name may not. */
const nameFor = async (config: Config, clientId: string): Promise<string> =>
  `${cookieName(config, 'portcullis-refresh')}.${base64url.encode((await sha256(clientId)).subarray(0, 8))}`;

export const readRefreshCookie = async (
  c: Context,
  config: Config,
  client: Client,
): Promise<string | undefined> => getCookie(c, await nameFor(config, client.clientId));

export const setRefreshCookie = async (
  c: Context,
  config: Config,
  client: Client,
  token: string,
): Promise<void> =>
  setCookie(c, await nameFor(config, client.clientId), token, {
    ...options(config),
    maxAge: client.refreshToken.idleSeconds,
  });

export async function clearRefreshCookie(c: Context, config: Config, client: Client): Promise<void> {
  deleteCookie(c, await nameFor(config, client.clientId), options(config));
}
