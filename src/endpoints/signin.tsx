import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { challengeAddress } from '../middleware/challenged-page.ts';
import { readPageForm } from '../middleware/page-form.ts';
import { clearSession, sessionToken } from '../middleware/session.ts';
import { MAXIMUM_EMAIL_LENGTH } from '../pages/limits.ts';
import { readFlow } from '../sign-in/flow.ts';
import { ownReturn } from '../sign-in/own-page.ts';
import { locked, signInByPassword } from '../sign-in/password.ts';
import { proceed } from '../sign-in/proceed.ts';
import { showSignInPage } from '../sign-in/sign-in-page.tsx';
import { mustSelectAccount, showAccounts } from './select-account.tsx';

/** GET /signin */
export const showSignIn = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const flow = await readFlow(c, dependencies, flowId);
  // A browser whose session ended is told why, once: the cookie that could tell goes with the answer.
  const token = await sessionToken(c, dependencies);
  const session = token && (await dependencies.users.readSession(token));
  if (session?.kind === 'ended') clearSession(c, dependencies);
  const ended = session?.kind === 'ended' ? session.cause : undefined;
  if (flow && flowId && token && session?.kind === 'live' && c.req.query('account') !== 'other') {
    const signedIn = { token, session };
    if (mustSelectAccount(flow, signedIn)) return showAccounts(c, dependencies, flowId, flow, signedIn);
  }
  const leadsOn = flow || ownReturn(flowId);
  return showSignInPage(c, dependencies, { flowId: leadsOn && flowId, flow, ended });
};

/** POST /signin */
export const signIn = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const email = parameters.get('email') ?? '';
  if (!dependencies.config.passwords.enabled)
    return showSignInPage(c, dependencies, { flowId, flow, fault: { code: 'passwords_off' } }, 400);
  const outcome = await signInByPassword(c, dependencies, email, parameters.get('password') ?? '');
  const again = { flowId, flow, email: email.slice(0, MAXIMUM_EMAIL_LENGTH) };
  if (outcome.kind === 'locked' && outcome.byAddress && dependencies.challenge)
    return c.redirect(challengeAddress('/signin', flowId), 303);
  if (outcome.kind === 'locked') {
    c.header('Retry-After', String(outcome.retryAfterSeconds));
    return showSignInPage(c, dependencies, { ...again, fault: locked(outcome.retryAfterSeconds) }, 429);
  }
  if (outcome.kind === 'wrong') {
    return showSignInPage(c, dependencies, { ...again, fault: { code: 'password_mismatch' } }, 401);
  }
  const { kind: _, ...tried } = outcome;
  return proceed(c, dependencies, { ...tried, amr: ['pwd'] }, flowId, flow);
};
