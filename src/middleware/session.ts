import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Config } from '../config/schema.ts';
import type { SecondFactor } from '../core/sign-in/second-factor.ts';
import { decodeToken, encodeToken, newRecordId, newSecret, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Device, LiveSession, SecondFactorPolicy } from '../user/types.ts';
import { cookieName, cookieOptions, DEVICE_COOKIE, GATE_SESSION_COOKIE, SESSION_COOKIE } from './cookie.ts';

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

/** What somebody has proved: who they are, and how they showed it. */
export interface Proven {
  userId: string;
  /** By the names of RFC 8176. */
  amr: string[];
  /** Where it was tried, see `signInDoor`. */
  door: string;
}

/** What must be proved. `trustCounts`: a browser that the person trusts may stand in for a second factor. */
export interface SecondFactorDemand extends Pick<SecondFactorPolicy, 'rule'> {
  trustCounts: boolean;
}

export type Opened =
  | ({ kind: 'opened' } & SignedIn)
  | { kind: 'disabled' }
  /** The account went away meanwhile. */
  | { kind: 'unknown' }
  | { kind: 'second_factor_due'; step: 'ask' | 'enrol'; enrolled: SecondFactor[] };

/**
 * Opens a session for a person who has just proved who they are, in no browser: nothing but its token leads to it.
 * @param held their session that it is to renew, if that is live.
 */
export async function openDetachedSession(
  c: Context,
  { config, users }: Pick<Dependencies, 'config' | 'users'>,
  { userId, amr, door }: Proven,
  demand: SecondFactorDemand,
  held?: Token,
): Promise<Opened> {
  // Always a new secret: a cookie that was planted in this browser before is not the one that gets the rights.
  const token: Token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const policy = {
    ...config.session,
    secondFactor: { rule: demand.rule, groups: config.secondFactor.groups },
  };
  const session = await users.openSession(token, held, door, amr, deviceOf(c), policy);
  if (session.kind === 'ended') return { kind: 'disabled' };
  if (session.kind !== 'live') return session;
  return { kind: 'opened', token: { ...token, recordId: session.sessionId }, session };
}

/**
 * The same in this browser, which gets its cookie. The session that it held before is renewed if it is theirs, and ended
 * if it is somebody else's: nobody's is left behind, out of reach.
 */
export async function openSession(
  c: Context,
  dependencies: Dependencies,
  proven: Proven,
  demand: SecondFactorDemand,
): Promise<Opened> {
  const { config, secrets, users } = dependencies;
  const before = await sessionToken(c, dependencies);
  const own = before?.userId === proven.userId ? before : undefined;
  const opened = await openDetachedSession(c, dependencies, proven, demand, own);
  if (opened.kind !== 'opened') return opened;
  if (before && !own && (await users.readSession(before)).kind === 'live') {
    await users.endSession(before.userId, before.recordId, 'replaced');
  }
  const device = { ...opened.token, recordId: newRecordId(), secret: newSecret() };
  const options = { ...cookieOptions(config), maxAge: config.session.absoluteSeconds };
  const session = await encodeToken(secrets, 'session', opened.token);
  setCookie(c, cookieName(config, SESSION_COOKIE), session, options);
  if (proven.door === EVERYBODYS_DOOR) {
    setCookie(c, cookieName(config, DEVICE_COOKIE), await encodeToken(secrets, 'device', device), {
      ...options,
      maxAge: DEVICE_REMEMBERED_FOR_SECONDS,
    });
  }
  // The gate's handle on this host may be of whoever was signed in here before.
  if (!own) deleteCookie(c, cookieName(config, GATE_SESSION_COOKIE), cookieOptions(config));
  return opened;
}

/** Where strangers, and everybody in a browser that is new, try their passwords. */
const EVERYBODYS_DOOR = 'anyone';
const DEVICE_REMEMBERED_FOR_SECONDS = 400 * 24 * 60 * 60;

/**
 * Whose count an attempt at this user's password goes to. A browser in which they signed in before has a count of its
 * own, so that a stranger who uses up everybody's does not lock them out (OWASP: device cookies).
 */
export async function signInDoor(
  c: Context,
  { config, secrets }: Pick<Dependencies, 'config' | 'secrets'>,
  userId: string,
): Promise<string> {
  const cookie = getCookie(c, cookieName(config, DEVICE_COOKIE));
  const device = cookie === undefined ? undefined : await decodeToken(secrets, 'device', cookie);
  return device?.userId === userId ? `device ${device.recordId}` : EVERYBODYS_DOOR;
}

/** Whether the account was signed in to before in the browser that this door stands for. */
export const isKnownDoor = (door: string): boolean => door !== EVERYBODYS_DOOR;

export function clearSession(c: Context, { config }: { config: Config }): void {
  deleteCookie(c, cookieName(config, SESSION_COOKIE), cookieOptions(config));
  // The gate on this same host forgets at once; on other hosts within the route's freshness.
  deleteCookie(c, cookieName(config, GATE_SESSION_COOKIE), cookieOptions(config));
}
