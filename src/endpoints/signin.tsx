import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { clearSession, sessionToken } from '../middleware/session.ts';
import { MAXIMUM_EMAIL_LENGTH } from '../pages/limits.ts';
import { SignInPage } from '../pages/sign-in.tsx';
import { offersEmailCodes, offersReset } from '../sign-in/email-methods.ts';
import { allowReturn, type Flow, readFlow } from '../sign-in/flow.ts';
import { ownReturn } from '../sign-in/own-page.ts';
import { locked, signInByPassword } from '../sign-in/password.ts';
import { proceed } from '../sign-in/proceed.ts';
import type { Fault } from '../texts/fault.ts';
import type { EndCause } from '../user/types.ts';
import { mustSelectAccount, showAccounts } from './select-account.tsx';

const page = async (
  c: Context,
  dependencies: Dependencies,
  shown: {
    flowId: string | undefined;
    flow: Flow | undefined;
    email?: string | undefined;
    fault?: Fault;
    ended?: EndCause | undefined;
  },
  status: 200 | 401 | 429 = 200,
) => {
  const { flowId, flow, email, fault, ended } = shown;
  allowReturn(c, flow);
  return showPage(
    c,
    dependencies.config,
    <SignInPage
      clientName={flow && (await dependencies.clients.find(flow.request.clientId))?.clientName}
      flow={flowId}
      email={email ?? flow?.request.loginHint}
      fault={fault}
      ended={ended}
      emailCodes={offersEmailCodes(dependencies.config)}
      resetHref={offersReset(dependencies.config) ? (flowId ? `/reset?flow=${flowId}` : '/reset') : undefined}
      signUpHref={flowId ? `/signup?flow=${flowId}` : '/signup'}
    />,
    status,
  );
};

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
  return page(c, dependencies, { flowId: leadsOn && flowId, flow, ended });
};

/** POST /signin */
export const signIn = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const email = parameters.get('email') ?? '';
  const outcome = await signInByPassword(c, dependencies, email, parameters.get('password') ?? '');
  const again = { flowId, flow, email: email.slice(0, MAXIMUM_EMAIL_LENGTH) };
  if (outcome.kind === 'locked') {
    c.header('Retry-After', String(outcome.retryAfterSeconds));
    return page(c, dependencies, { ...again, fault: locked(outcome.retryAfterSeconds) }, 429);
  }
  if (outcome.kind === 'wrong') {
    return page(c, dependencies, { ...again, fault: { code: 'password_mismatch' } }, 401);
  }
  const { userId, door } = outcome;
  return proceed(c, dependencies, { userId, amr: ['pwd'], door }, flowId, flow);
};
