import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { frontChannelLogoutUris } from '../logout/front-channel.ts';
import { showPage } from '../middleware/page.tsx';
import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import { GO_ON_SCRIPT_HASH, SignedOutPage } from '../pages/signed-out.tsx';

/** A session that has just ended in this browser, and the clients that are told of it. */
export interface EndedSession {
  sessionId: string;
  clientIds: readonly string[];
}

/** Seconds for the person to see what happens, after the last frame has loaded. */
const GO_ON_SECONDS = 1;

/**
 * The page that says "signed out", with a frame for each client that must sign out in this browser; undefined when
 * there is none. It goes on to `next` by itself: browsers count a Refresh from when the page and all its frames have
 * loaded, script or no script; the page's script goes on where one never does.
 */
export async function signOutFrames(
  c: Context,
  { config, clients }: Pick<Dependencies, 'config' | 'clients'>,
  { sessionId, clientIds }: EndedSession,
  next?: { href: string; clientName: string },
): Promise<Response | undefined> {
  const frames = await frontChannelLogoutUris(clients, config.issuer, sessionId, clientIds);
  if (frames.length === 0) return undefined;
  const policy = { frames, ...(next && { scriptHash: GO_ON_SCRIPT_HASH }) };
  c.header('Content-Security-Policy', contentSecurityPolicy(policy));
  if (next) c.header('Refresh', `${GO_ON_SECONDS}; url=${new URL(next.href).href}`);
  return showPage(c, config, <SignedOutPage signInHref="/signin" frames={frames} next={next} />);
}
