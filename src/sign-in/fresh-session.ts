import type { Context } from 'hono';
import type { Config } from '../config/schema.ts';
import type { Dependencies } from '../dependencies.ts';
import { type SignedIn, sessionToken } from '../middleware/session.ts';
import type { FreshPolicy } from '../user/types.ts';
import { type OwnPage, ownPageFlow } from './own-page.ts';
import { secondFactorDemand } from './second-factor.ts';

/** What a session must be to change a way of signing in: what the user's object asks again when it is changed. */
export const freshPolicy = (config: Pick<Config, 'session' | 'secondFactor'>): FreshPolicy => ({
  freshSeconds: config.session.freshSeconds,
  secondFactors: config.secondFactor.policy !== 'off',
  demand: { rule: secondFactorDemand(config, undefined).rule, groups: config.secondFactor.groups },
});

/** The way to sign in again, which leads back to the page. */
export const signInAgain = (c: Context, page: OwnPage): Response =>
  c.redirect(`/signin?flow=${ownPageFlow(page)}`, 303);

/**
 * Who is signed in here, if they signed in a short while ago, with a second factor if they have one: an open browser is
 * not yet its owner (OWASP ASVS 5 §7.5.1). Otherwise the way to sign in again.
 */
export async function freshSession(
  c: Context,
  dependencies: Dependencies,
  page: OwnPage,
): Promise<SignedIn | Response> {
  const token = await sessionToken(c, dependencies);
  const session =
    token && (await dependencies.users.readFreshSession(token, freshPolicy(dependencies.config)));
  return token && session?.kind === 'live' ? { token, session } : signInAgain(c, page);
}
