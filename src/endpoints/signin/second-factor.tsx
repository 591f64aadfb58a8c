import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { readPageForm } from '../../middleware/page-form.ts';
import { readFlow } from '../../sign-in/flow.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import { locked } from '../../sign-in/password.ts';
import { proceed } from '../../sign-in/proceed.ts';
import { readProven } from '../../sign-in/proven.ts';
import { checkSecondFactorCode } from '../../sign-in/second-factor-code.ts';
import { showSecondFactorPage } from '../../sign-in/second-factor-page.tsx';

/** GET /signin/second-factor */
export const showSecondFactor = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(withFlow('/signin', flowId), 303);
  return showSecondFactorPage(c, dependencies, proven, flowId, { asked: c.req.query('asked') });
};

/** POST /signin/second-factor */
export const proveSecondFactor = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(withFlow('/signin', flowId), 303);
  const asked = parameters.get('asked');
  const outcome = await checkSecondFactorCode(c, dependencies, proven.userId, parameters.get('code') ?? '');
  switch (outcome.kind) {
    case 'locked': {
      c.header('Retry-After', String(outcome.retryAfterSeconds));
      const fault = locked(outcome.retryAfterSeconds);
      return showSecondFactorPage(c, dependencies, proven, flowId, { asked, fault }, 429);
    }
    case 'wrong':
    case 'used': {
      const wrong = asked === 'recovery_code' ? 'recovery_code_wrong' : 'totp_wrong';
      const code = outcome.kind === 'used' ? 'totp_used' : wrong;
      return showSecondFactorPage(c, dependencies, proven, flowId, { asked, fault: { code } }, 401);
    }
    case 'right': {
      const amr = [...new Set([...proven.amr, ...outcome.amr])];
      const trust = parameters.get('trust') === 'yes';
      const flow = await readFlow(c, dependencies, flowId);
      return proceed(c, dependencies, { ...proven, amr, trust }, flowId, flow);
    }
  }
};
