import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { AuthenticatorSetUpPage } from '../../pages/authenticator.tsx';
import { NewRecoveryCodesPage } from '../../pages/recovery-codes.tsx';
import { allowReturn, readFlow } from '../../sign-in/flow.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import { proceed } from '../../sign-in/proceed.ts';
import { keepProven, readProven } from '../../sign-in/proven.ts';
import { checkSetUp, shownSetUp } from '../../sign-in/set-up-authenticator.ts';

type Shown = Awaited<ReturnType<typeof shownSetUp>>;

const page = (
  c: Context,
  { config }: Dependencies,
  flowId: string | undefined,
  shown: Shown,
  status: 200 | 401 = 200,
) => {
  const cancelHref = withFlow('/signin', flowId, { account: 'other' });
  return showPage(
    c,
    config,
    <AuthenticatorSetUpPage action="/signin/enrol" flow={flowId} cancelHref={cancelHref} {...shown} />,
    status,
  );
};

/** GET /signin/enrol: a sign-in needs a second factor of somebody who has none. */
export const showEnrolment = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(withFlow('/signin', flowId), 303);
  const { enrolled, email } = await dependencies.users.secondFactors.of(proven.userId);
  if (enrolled.length > 0) return c.redirect(withFlow('/signin/second-factor', flowId), 303);
  return page(c, dependencies, flowId, await shownSetUp(c, dependencies, proven.userId, email));
};

/** POST /signin/enrol: the app's first code; then, once the recovery codes were shown, on to where the flow leads. */
export const enrol = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(withFlow('/signin', flowId), 303);
  const flow = await readFlow(c, dependencies, flowId);
  if (parameters.has('kept')) return proceed(c, dependencies, proven, flowId, flow);

  const { email } = await users.secondFactors.of(proven.userId);
  const outcome = await checkSetUp(c, dependencies, proven.userId, email, parameters);
  if (outcome.kind === 'wrong') return page(c, dependencies, flowId, outcome.shown, 401);
  if ((await users.secondFactors.enrolTotp(proven.userId, outcome.totp, proven.after)) === 'refused') {
    // Somebody set one up before: that one is asked for. Or everything was ended meanwhile, and the sign-in begins anew.
    return c.redirect(withFlow('/signin/second-factor', flowId), 303);
  }
  const amr = [...new Set([...proven.amr, 'otp', 'mfa'])];
  await keepProven(c, dependencies, { ...proven, amr }, flowId);
  allowReturn(c, flow);
  c.header('Cache-Control', 'no-store');
  return showPage(c, config, <NewRecoveryCodesPage codes={outcome.codes} signIn={{ flow: flowId }} />);
};
