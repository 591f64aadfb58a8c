import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import type { Proven } from '../../middleware/session.ts';
import { SecondFactorPage, type SecondFactorPageProps } from '../../pages/second-factor.tsx';
import { allowReturn, readFlow } from '../../sign-in/flow.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import { locked } from '../../sign-in/password.ts';
import { proceed } from '../../sign-in/proceed.ts';
import { readProven } from '../../sign-in/proven.ts';
import { checkSecondFactorCode } from '../../sign-in/second-factor-code.ts';

const DAY_SECONDS = 24 * 60 * 60;

const page = async (
  c: Context,
  dependencies: Dependencies,
  { userId }: Proven,
  flowId: string | undefined,
  { asked, fault }: { asked: string | undefined; fault?: SecondFactorPageProps['fault'] },
  status: 200 | 401 | 429 = 200,
) => {
  const { config, users } = dependencies;
  const { enrolled, email } = await users.secondFactors.of(userId);
  const hasApp = enrolled.includes('totp');
  const hasCodes = enrolled.includes('recovery_code');
  // Removed in another browser meanwhile.
  if (enrolled.length === 0) return c.redirect(withFlow('/signin', flowId), 303);
  const recovers = hasCodes && asked === 'recovery_code';
  const path = '/signin/second-factor';
  const other = recovers
    ? hasApp && withFlow(path, flowId)
    : hasCodes && withFlow(path, flowId, { asked: 'recovery_code' });
  allowReturn(c, await readFlow(c, dependencies, flowId));
  return showPage(
    c,
    config,
    <SecondFactorPage
      email={email}
      flow={flowId}
      asked={recovers ? 'recovery_code' : hasApp ? 'code' : undefined}
      otherHref={other || undefined}
      trustDays={Math.floor(config.secondFactor.trustDeviceSeconds / DAY_SECONDS)}
      signInHref={withFlow('/signin', flowId, { account: 'other' })}
      fault={fault}
    />,
    status,
  );
};

/** GET /signin/second-factor */
export const showSecondFactor = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(withFlow('/signin', flowId), 303);
  return page(c, dependencies, proven, flowId, { asked: c.req.query('asked') });
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
      return page(c, dependencies, proven, flowId, { asked, fault }, 429);
    }
    case 'wrong':
    case 'used': {
      const wrong = asked === 'recovery_code' ? 'recovery_code_wrong' : 'totp_wrong';
      const code = outcome.kind === 'used' ? 'totp_used' : wrong;
      return page(c, dependencies, proven, flowId, { asked, fault: { code } }, 401);
    }
    case 'right': {
      const amr = [...new Set([...proven.amr, ...outcome.amr])];
      const trust = parameters.get('trust') === 'yes';
      const flow = await readFlow(c, dependencies, flowId);
      return proceed(c, dependencies, { ...proven, amr, trust }, flowId, flow);
    }
  }
};
