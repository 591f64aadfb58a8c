import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { CookieOptions } from 'hono/utils/cookie';
import type { Client, Config } from '../../config/schema.ts';
import { base64url, sha256 } from '../../crypto/bytes.ts';
import { decodeToken, type Token } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { ObjectUnavailable } from '../../durable/call.ts';
import { cookieName, cookieOptions } from '../../middleware/cookie.ts';
import { report } from '../../report.ts';

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

/** The refresh token that this browser holds for a client, if it is one of ours. Wakes no object. */
export async function heldRefreshToken(
  c: Context,
  { config, secrets }: Dependencies,
  client: Client,
): Promise<Token | undefined> {
  const presented = await readRefreshCookie(c, config, client);
  return presented === undefined ? undefined : decodeToken(secrets, 'refresh_token', presented);
}

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

/**
 * Puts the first token of a new family into the cookie. The family that the request brought there ends: nobody could
 * reach it any more. Call it when the new one is founded, and not before: what fails must leave the old one alive.
 */
export async function supersedeRefreshCookie(
  c: Context,
  dependencies: Dependencies,
  client: Client,
  first: string,
): Promise<void> {
  const before = await heldRefreshToken(c, dependencies, client);
  await setRefreshCookie(c, dependencies.config, client, first);
  if (!before) return;
  try {
    await dependencies.users.revokeFamily(before, client.clientId, 'superseded');
  } catch (error) {
    if (!(error instanceof ObjectUnavailable)) throw error;
    // It ends by itself in the end. To refuse now would lose the new family, whose code is used up.
    report('session.family_left_behind', error);
  }
}
