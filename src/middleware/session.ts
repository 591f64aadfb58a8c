import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Config } from '../config/schema.ts';
import type { SecondFactor } from '../core/sign-in/second-factor.ts';
import { sha256 } from '../crypto/bytes.ts';
import { decodeToken, encodeToken, newRecordId, newSecret, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { deviceOf } from '../request/sighting.ts';
import { count } from '../telemetry/recording.ts';
import { signInMethod } from '../telemetry/sign-in-method.ts';
import { EVERYBODYS_DOOR } from '../user/password.ts';
import type { LiveSession, PresentedDevice, SecondFactorPolicy } from '../user/types.ts';
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

/**
 * Whose session there is to end here. A session that is asked for a new sign-in, for where it is used, is one: whoever signs
 * out must not be told that it is over while it goes on elsewhere.
 */
export async function sessionToEnd(c: Context, dependencies: Dependencies): Promise<SignedIn | undefined> {
  const token = await sessionToken(c, dependencies);
  if (!token) return undefined;
  const session = await dependencies.users.readSessionToEnd(token);
  return session.kind === 'live' ? { token, session } : undefined;
}

/** What somebody has proved: who they are, and how they showed it. */
export interface Proven {
  userId: string;
  /** By the names of RFC 8176. */
  amr: string[];
  /** Where it was tried, see `signInDoor`. */
  door: string;
  /** The password came from an address that looks like credential stuffing; see core/account/stuffing.ts. */
  stuffing?: boolean;
  /** The person wants this browser to stand in for the second factor from now on. */
  trust?: boolean;
  /** Of what was proved in an earlier step: what the user's object said then, and compares now. */
  after?: string | undefined;
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
  | { kind: 'second_factor_due'; step: 'ask' | 'enrol'; enrolled: SecondFactor[]; after: string }
  /** Everything was ended since the first factor was proved: it has to be proved again. */
  | { kind: 'proof_over' }
  /** It looks like somebody else's, and may be tried again after so many seconds. */
  | { kind: 'waits'; seconds: number };

/**
 * Opens a session for a person who has just proved who they are, in no browser: nothing but its token leads to it.
 * @param held their session that it is to renew, if that is live.
 */
export async function openDetachedSession(
  c: Context,
  { config, users }: Pick<Dependencies, 'config' | 'users'>,
  { userId, amr, door, after, stuffing }: Proven,
  demand: SecondFactorDemand,
  held?: Token,
  browser: Pick<SecondFactorPolicy, 'trustedDevice' | 'trust'> = {},
): Promise<Opened> {
  // Always a new secret: a cookie that was planted in this browser before is not the one that gets the rights.
  const token: Token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const policy = {
    ...config.session,
    secondFactor: { rule: demand.rule, groups: config.secondFactor.groups, ...browser },
    after,
    credentialStuffing: stuffing,
  };
  const session = await users.openSession(token, held, door, amr, deviceOf(c.req.raw), policy);
  const method = signInMethod(amr);
  if (session.kind === 'ended') {
    count('portcullis_sign_ins_total', { method, outcome: 'disabled' });
    return { kind: 'disabled' };
  }
  if (session.kind !== 'live') {
    count('portcullis_sign_ins_total', { method, outcome: session.kind });
    return session;
  }
  count('portcullis_sign_ins_total', { method, outcome: 'opened' });
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
  const { userId, door, trust = false } = proven;
  // A new one with each trust: what was copied from this browser before is not trusted with it.
  const device = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const { trustDeviceSeconds: trustSeconds } = config.secondFactor;
  const trusts = trust && trustSeconds > 0;
  const known =
    demand.trustCounts && trustSeconds > 0 ? await deviceToken(c, dependencies, userId) : undefined;
  const opened = await openDetachedSession(c, dependencies, proven, demand, own, {
    trustedDevice: known && { ...(await presentedDevice(known)), trustSeconds },
    trust: trusts ? await presentedDevice(device) : undefined,
  });
  if (opened.kind !== 'opened') return opened;
  if (before && !own && (await users.readSessionToEnd(before)).kind === 'live') {
    await users.endSession(before.userId, before.recordId, 'replaced');
  }
  const options = { ...cookieOptions(config), maxAge: config.session.absoluteSeconds };
  const session = await encodeToken(secrets, 'session', opened.token);
  setCookie(c, cookieName(config, SESSION_COOKIE), session, options);
  if (door === EVERYBODYS_DOOR || trusts) {
    setCookie(c, cookieName(config, DEVICE_COOKIE), await encodeToken(secrets, 'device', device), {
      ...options,
      maxAge: DEVICE_REMEMBERED_FOR_SECONDS,
    });
  }
  // The gate's handle on this host may be of whoever was signed in here before.
  if (!own) deleteCookie(c, cookieName(config, GATE_SESSION_COOKIE), cookieOptions(config));
  return opened;
}

const DEVICE_REMEMBERED_FOR_SECONDS = 400 * 24 * 60 * 60;

/**
 * Whose count an attempt at this user's password goes to. A browser in which they signed in before has a count of its
 * own, so that a stranger who uses up everybody's does not lock them out (OWASP: device cookies).
 */
export async function signInDoor(
  c: Context,
  dependencies: Pick<Dependencies, 'config' | 'secrets'>,
  userId: string,
): Promise<string> {
  const device = await deviceToken(c, dependencies, userId);
  return device ? `device ${device.recordId}` : EVERYBODYS_DOOR;
}

/** The token by which this browser is known again, if it is this person's. */
async function deviceToken(
  c: Context,
  { config, secrets }: Pick<Dependencies, 'config' | 'secrets'>,
  userId: string,
): Promise<Token | undefined> {
  const cookie = getCookie(c, cookieName(config, DEVICE_COOKIE));
  const device = cookie === undefined ? undefined : await decodeToken(secrets, 'device', cookie);
  return device?.userId === userId ? device : undefined;
}

/** Whether the account was signed in to before in the browser that this door stands for. */
export const isKnownDoor = (door: string): boolean => door !== EVERYBODYS_DOOR;

const presentedDevice = async ({ recordId, secret }: Token): Promise<PresentedDevice> => ({
  deviceId: recordId,
  secretHash: await sha256(secret),
});

export function clearSession(c: Context, { config }: { config: Config }): void {
  deleteCookie(c, cookieName(config, SESSION_COOKIE), cookieOptions(config));
  // The gate on this same host forgets at once; on other hosts within the route's freshness.
  deleteCookie(c, cookieName(config, GATE_SESSION_COOKIE), cookieOptions(config));
}

/** Takes every trace of a person out of this browser: that they were signed in, and that they ever were. */
export function forgetBrowser(c: Context, dependencies: { config: Config }): void {
  clearSession(c, dependencies);
  deleteCookie(c, cookieName(dependencies.config, DEVICE_COOKIE), cookieOptions(dependencies.config));
}
