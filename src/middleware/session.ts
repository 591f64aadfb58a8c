import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Config } from '../config/schema.ts';
import { decodeToken, encodeToken, newRecordId, newSecret, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Device, LiveSession } from '../user/types.ts';
import { cookieName, cookieOptions, GATE_SESSION_COOKIE, SESSION_COOKIE } from './cookie.ts';

/** A live session and the token that proves it. */
export interface SignedIn {
  token: Token;
  session: LiveSession;
}

/** The token in this browser's session cookie, if it is one of ours. Wakes no object. */
export async function sessionToken(
  c: Context,
  { config, secrets }: Dependencies,
): Promise<Token | undefined> {
  const cookie = getCookie(c, cookieName(config, SESSION_COOKIE));
  return cookie === undefined ? undefined : decodeToken(secrets, 'session', cookie);
}

/** Who is signed in here, if anybody is. */
export async function currentSession(c: Context, dependencies: Dependencies): Promise<SignedIn | undefined> {
  const token = await sessionToken(c, dependencies);
  if (!token) return undefined;
  const session = await dependencies.users.readSession(token);
  return session.kind === 'live' ? { token, session } : undefined;
}

/** Where a request came from: the browser's own word for itself, and the edge's for its place. */
export function deviceOf(c: Context): Device {
  const { city, country } = (c.req.raw.cf ?? {}) as { city?: unknown; country?: unknown };
  return {
    userAgent: (c.req.header('User-Agent') ?? '').slice(0, 300),
    place: [city, country].filter((part) => typeof part === 'string' && part !== '').join(', '),
  };
}

/** Opens a session for a person who has just proved who they are, and sets its cookie. */
export async function openSession(
  c: Context,
  { config, secrets, users }: Dependencies,
  userId: string,
  amr: string[],
): Promise<SignedIn | undefined> {
  // Always a new id: a session that was planted in this browser before is not the one that gets the rights.
  const token: Token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const session = await users.openSession(token, amr, deviceOf(c), config.session);
  if (session.kind !== 'live') return undefined;
  setCookie(c, cookieName(config, SESSION_COOKIE), await encodeToken(secrets, 'session', token), {
    ...cookieOptions(config),
    maxAge: config.session.absoluteSeconds,
  });
  return { token, session };
}

export function clearSession(c: Context, { config }: { config: Config }): void {
  deleteCookie(c, cookieName(config, SESSION_COOKIE), cookieOptions(config));
  // The gate on this same host forgets at once; on other hosts within the route's freshness.
  deleteCookie(c, cookieName(config, GATE_SESSION_COOKIE), cookieOptions(config));
}
