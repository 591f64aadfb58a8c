import type { Context } from 'hono';
import type { Dependencies } from '../../../dependencies.ts';
import { readPageForm } from '../../../middleware/page-form.ts';
import { readFlow } from '../../../sign-in/flow.ts';
import { withFlow } from '../../../sign-in/flow-address.ts';
import { secondFactorByPasskey } from '../../../sign-in/passkey.ts';
import { passkeyFault } from '../../../sign-in/passkey-fault.ts';
import { proceed } from '../../../sign-in/proceed.ts';
import { readProven } from '../../../sign-in/proven.ts';
import { showSecondFactorPage } from '../../../sign-in/second-factor-page.tsx';

/** POST /signin/second-factor/passkey: one of the passkeys of whoever proved the first factor. */
export const provePasskeySecondFactor = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(withFlow('/signin', flowId), 303);
  const outcome = await secondFactorByPasskey(c, dependencies, proven, parameters.get('credential') ?? '');
  if (outcome.kind === 'refused') {
    const alert = passkeyFault(outcome.refusal);
    return showSecondFactorPage(c, dependencies, proven, flowId, { alert }, 401);
  }
  return proceed(c, dependencies, outcome.proven, flowId, await readFlow(c, dependencies, flowId));
};
