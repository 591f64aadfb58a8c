import type { Context } from 'hono';
import type { Dependencies } from '../../../dependencies.ts';
import { showPage } from '../../../middleware/page.tsx';
import { readPageForm } from '../../../middleware/page-form.ts';
import type { Proven } from '../../../middleware/session.ts';
import { SecondFactorPasskeyPage } from '../../../pages/second-factor-passkey.tsx';
import { allowPasskeys, type Flow, readFlow } from '../../../sign-in/flow.ts';
import { secondFactorByPasskey } from '../../../sign-in/passkey.ts';
import { secondFactorOptions } from '../../../sign-in/passkey-challenge.ts';
import { passkeyFault } from '../../../sign-in/passkey-fault.ts';
import { proceed } from '../../../sign-in/proceed.ts';
import { readProven } from '../../../sign-in/proven.ts';
import type { Fault } from '../../../texts/fault.ts';

/** Where a sign-in begins again whose first factor was proved too long ago, or in another browser. */
const beginning = (flowId: string | undefined): string =>
  flowId === undefined ? '/signin' : `/signin?flow=${encodeURIComponent(flowId)}`;

async function page(
  c: Context,
  dependencies: Dependencies,
  proven: Proven,
  { flowId, flow, fault }: { flowId: string | undefined; flow: Flow | undefined; fault?: Fault },
): Promise<Response> {
  const { clients, config, users } = dependencies;
  const passkeys = await users.listPasskeys(proven.userId);
  const options = await secondFactorOptions(c, dependencies, proven.userId, passkeys);
  if (options === undefined) return c.redirect(beginning(flowId), 303);
  allowPasskeys(c, config, flow);
  return showPage(
    c,
    config,
    <SecondFactorPasskeyPage
      clientName={flow && (await clients.find(flow.request.clientId))?.clientName}
      flow={flowId}
      options={options}
      fault={fault}
    />,
    fault ? 401 : 200,
  );
}

/** GET /signin/second-factor/passkey */
export const showPasskeySecondFactor = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(beginning(flowId), 303);
  return page(c, dependencies, proven, { flowId, flow: await readFlow(c, dependencies, flowId) });
};

/** POST /signin/second-factor/passkey: one of the passkeys of whoever proved the first factor. */
export const provePasskeySecondFactor = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const proven = await readProven(c, dependencies, flowId);
  if (!proven) return c.redirect(beginning(flowId), 303);
  const flow = await readFlow(c, dependencies, flowId);
  const outcome = await secondFactorByPasskey(c, dependencies, proven, parameters.get('credential') ?? '');
  return outcome.kind === 'proven'
    ? proceed(c, dependencies, outcome.proven, flowId, flow)
    : page(c, dependencies, proven, { flowId, flow, fault: passkeyFault(outcome.refusal) });
};
