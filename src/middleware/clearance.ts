import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Answered } from '../challenge/challenge.ts';
import { seal, unseal } from '../crypto/seal.ts';
import type { Dependencies } from '../dependencies.ts';
import { ObjectUnavailable } from '../durable/call.ts';
import { report } from '../report.ts';
import { cookieName, cookieOptions } from './cookie.ts';

// Whoever has answered a challenge may send one form in spite of the limit of their address: the next one is work anew.

const COOKIE = 'portcullis-clearance';
const LIFETIME_SECONDS = 10 * 60;
const CLEARED = 'portcullis.cleared';

type Needs = Pick<Dependencies, 'config' | 'secrets' | 'addresses' | 'replays'>;

interface Clearance extends Answered {
  caller: string;
}

/** Lets this browser send one more form from where it is. */
export async function giveClearance(
  c: Context,
  { config, secrets }: Pick<Dependencies, 'config' | 'secrets'>,
  clearance: Clearance,
): Promise<void> {
  const sealed = await seal(secrets, 'seal-clearance', clearance, Date.now() + LIFETIME_SECONDS * 1000);
  setCookie(c, cookieName(config, COOKIE), sealed, { ...cookieOptions(config), maxAge: LIFETIME_SECONDS });
}

/** Whether this request has a clearance. It is used up by that, however many limits this one request meets. */
export async function isCleared(c: Context, dependencies: Needs): Promise<boolean> {
  const known: boolean | undefined = c.get(CLEARED);
  if (known !== undefined) return known;
  const cleared = await spend(c, dependencies);
  c.set(CLEARED, cleared);
  return cleared;
}

async function spend(c: Context, { config, secrets, addresses, replays }: Needs): Promise<boolean> {
  const cookie = getCookie(c, cookieName(config, COOKIE));
  if (cookie === undefined) return false;
  deleteCookie(c, cookieName(config, COOKIE), cookieOptions(config));
  const clearance = await unseal<Clearance>(secrets, 'seal-clearance', cookie, Date.now());
  const caller = await addresses.nameOf(c.req.raw);
  if (!clearance || clearance.caller !== caller) return false;
  try {
    // As long as the cookie is good: a copy of it, or another one for the same answer, is the same use.
    const expiresAt = Date.now() + 2 * LIFETIME_SECONDS * 1000;
    return await replays.firstUse(`clearance ${caller}`, clearance.answerId, expiresAt);
  } catch (error) {
    if (!(error instanceof ObjectUnavailable)) throw error;
    report('challenge.not_remembered', error);
    return false;
  }
}
