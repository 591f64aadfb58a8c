import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';
import { openSession, type Proven } from '../middleware/session.ts';
import { finishSignIn } from './finish.ts';
import type { Flow } from './flow.ts';
import { withFlow } from './flow-address.ts';
import { endProven, keepProven } from './proven.ts';
import { proceedToReset, RESET_FLOW } from './reset.ts';
import { secondFactorDemand } from './second-factor.ts';

/**
 * A factor has been proved: opens the session and goes on to where the flow leads, or to the page for what is still
 * missing. Every way of signing in ends here.
 */
export async function proceed(
  c: Context,
  dependencies: Dependencies,
  proven: Proven,
  flowId: string | undefined,
  flow: Flow | undefined,
): Promise<Response> {
  if (flowId === RESET_FLOW) return proceedToReset(c, dependencies, proven);
  const { config } = dependencies;
  const opened = await openSession(
    c,
    dependencies,
    proven,
    secondFactorDemand(config, flow?.request, flowId),
  );
  switch (opened.kind) {
    case 'opened':
      endProven(c, dependencies);
      return finishSignIn(c, dependencies, opened, flowId, flow);
    case 'second_factor_due': {
      await keepProven(c, dependencies, { ...proven, trust: false, after: opened.after }, flowId);
      const page = opened.step === 'ask' ? '/signin/second-factor' : '/signin/enrol';
      return c.redirect(withFlow(page, flowId), 303);
    }
    case 'proof_over':
      endProven(c, dependencies);
      return c.redirect(withFlow('/signin', flowId, { account: 'other' }), 303);
    case 'waits':
      endProven(c, dependencies);
      c.header('Retry-After', String(opened.seconds));
      return errorPage(c, config, 429, {
        error: 'sign_in_waits',
        values: { minutes: String(Math.ceil(opened.seconds / 60)) },
        href: withFlow('/signin', flowId),
      });
    // Only somebody who proved whose account it is learns this much.
    case 'disabled':
      return errorPage(c, config, 403, { error: 'account_disabled' });
    case 'unknown':
      return errorPage(c, config, 403, { error: 'account_gone' });
  }
}
