import type { Context } from 'hono';
import { rpIdOf } from '../../config/passkeys.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readPageForm } from '../../middleware/page-form.ts';
import type { PasskeySignal } from '../../pages/passkey.tsx';
import { readFlow } from '../../sign-in/flow.ts';
import { signInByPasskey } from '../../sign-in/passkey.ts';
import { passkeyFault } from '../../sign-in/passkey-fault.ts';
import { proceed } from '../../sign-in/proceed.ts';
import { showSignInPage } from '../../sign-in/sign-in-page.tsx';

/** POST /signin/passkey: a passkey and nothing else, chosen from what the browser offers or after the button. */
export const signInWithPasskey = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const rpId = rpIdOf(config);
  if (rpId === undefined) return c.notFound();
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const outcome = await signInByPasskey(c, dependencies, parameters.get('credential') ?? '');
  if (outcome.kind === 'proven') return proceed(c, dependencies, outcome.proven, flowId, flow);
  const { refusal, unknownCredentialId: credentialId } = outcome;
  // Whoever keeps it need not offer it again.
  const signals: PasskeySignal[] =
    credentialId === undefined
      ? []
      : [{ method: 'signalUnknownCredential', details: JSON.stringify({ rpId, credentialId }) }];
  const shown = { flowId, flow, fault: passkeyFault(refusal), signals };
  return showSignInPage(c, dependencies, shown, 401);
};
