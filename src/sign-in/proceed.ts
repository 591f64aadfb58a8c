import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';
import { type Opened, openSession, type Proven } from '../middleware/session.ts';
import { finishSignIn } from './finish.ts';
import type { Flow } from './flow.ts';
import { withFlow } from './flow-address.ts';
import { endProven, keepProven } from './proven.ts';
import { proceedToReset, RESET_FLOW } from './reset.ts';
import { secondFactorDemand } from './second-factor.ts';

/** Where a second factor is asked for, or set up. */
function pageFor({ step, enrolled }: Extract<Opened, { kind: 'second_factor_due' }>): string {
  if (step === 'enrol') return '/signin/enrol';
  return enrolled.every((factor) => factor === 'passkey')
    ? '/signin/second-factor/passkey'
    : '/signin/second-factor';
}

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
      await keepProven(c, dependencies, { ...proven, trust: false }, flowId);
      return c.redirect(withFlow(pageFor(opened), flowId), 303);
    }
    // Only somebody who proved whose account it is learns this much.
    case 'disabled':
      return errorPage(c, config, 403, { error: 'account_disabled' });
    case 'unknown':
      return errorPage(c, config, 403, { error: 'account_gone' });
  }
}
