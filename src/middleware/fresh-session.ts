import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { type OwnPage, ownPageFlow } from '../sign-in/own-page.ts';
import { currentSession, type SignedIn } from './session.ts';

/**
 * Who is signed in here, if they signed in a short while ago: an open browser is not yet its owner (OWASP ASVS 5 §7.5.1).
 * Otherwise the way to sign in again, which leads back to the page.
 */
export async function freshSession(
  c: Context,
  dependencies: Dependencies,
  page: OwnPage,
): Promise<SignedIn | Response> {
  const signedIn = await currentSession(c, dependencies);
  const { freshSeconds } = dependencies.config.session;
  if (signedIn && Date.now() / 1000 - signedIn.session.authTime <= freshSeconds) return signedIn;
  return c.redirect(`/signin?flow=${ownPageFlow(page)}`, 303);
}
