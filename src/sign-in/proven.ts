import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { seal, unseal } from '../crypto/seal.ts';
import type { Dependencies } from '../dependencies.ts';
import { cookieName, cookieOptions } from '../middleware/cookie.ts';
import type { Proven } from '../middleware/session.ts';

type Needs = Pick<Dependencies, 'config' | 'secrets'>;

// One at a time for a browser: whoever begins a second sign-in goes on with that one.
const COOKIE = 'portcullis-proven';
/** For how long a first factor waits for the second. */
const LIFETIME_SECONDS = 10 * 60;

interface Kept {
  proven: Proven;
  flowId: string | undefined;
}

/** Keeps it in this browser until the next step. */
export async function keepProven(
  c: Context,
  { config, secrets }: Needs,
  proven: Proven,
  flowId: string | undefined,
): Promise<void> {
  const expiresAt = Date.now() + LIFETIME_SECONDS * 1000;
  const sealed = await seal(secrets, 'seal-proven', { proven, flowId } satisfies Kept, expiresAt);
  setCookie(c, cookieName(config, COOKIE), sealed, { ...cookieOptions(config), maxAge: LIFETIME_SECONDS });
}

/** What was proved in this browser for this flow; undefined when nothing was, or too long ago. */
export async function readProven(
  c: Context,
  { config, secrets }: Needs,
  flowId: string | undefined,
): Promise<Proven | undefined> {
  const sealed = getCookie(c, cookieName(config, COOKIE));
  const kept = await unseal<Kept>(secrets, 'seal-proven', sealed, Date.now());
  return kept?.flowId === flowId ? kept?.proven : undefined;
}

export function endProven(c: Context, { config }: Needs): void {
  if (getCookie(c, cookieName(config, COOKIE)) !== undefined)
    deleteCookie(c, cookieName(config, COOKIE), cookieOptions(config));
}
