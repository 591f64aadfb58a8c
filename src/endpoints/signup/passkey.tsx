import type { Context } from 'hono';
import { rpIdOf } from '../../config/passkeys.ts';
import { seal, unseal } from '../../crypto/seal.ts';
import { newUserId } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { presentationOf, showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { signInDoor } from '../../middleware/session.ts';
import { SignUpPasskeyPage } from '../../pages/sign-up-passkey.tsx';
import { deviceOf } from '../../request/sighting.ts';
import { endEmailStep } from '../../sign-in/email-step.ts';
import { allowPasskeys, type Flow, readFlow } from '../../sign-in/flow.ts';
import { newPasskey, passkeyMethods } from '../../sign-in/passkey.ts';
import { creationOptions, type PasskeyOwner } from '../../sign-in/passkey-challenge.ts';
import { passkeyFault } from '../../sign-in/passkey-fault.ts';
import { proceed } from '../../sign-in/proceed.ts';
import {
  type Admission,
  addressFault,
  admit,
  signUpAddress,
  signUpAdmitted,
} from '../../sign-in/sign-up-admission.ts';
import { readSignUp, type SignUpTyped, showSignUpPage } from '../../sign-in/sign-up-page.tsx';
import type { Fault } from '../../texts/fault.ts';
import { deviceName } from '../../user/device.ts';

/** For how long the form waits for its passkey. */
const LIFETIME_SECONDS = 30 * 60;

/** The page that asks for the passkey. Who is to be is sealed into its form: the passkey is made for them alone. */
async function page(
  c: Context,
  dependencies: Dependencies,
  {
    flowId,
    flow,
    admission,
    fault,
  }: { flowId: string | undefined; flow: Flow | undefined; admission: Admission; fault?: Fault },
  owner: PasskeyOwner,
): Promise<Response> {
  const { clients, config, secrets } = dependencies;
  const options = await creationOptions(c, dependencies, 'sign_up', owner, []);
  if (options === undefined) return c.notFound();
  const sealed = await seal(secrets, 'seal-sign-up', owner, Date.now() + LIFETIME_SECONDS * 1000);
  allowPasskeys(c, config, flow);
  return showPage(
    c,
    config,
    <SignUpPasskeyPage
      clientName={flow && (await clients.find(flow.request.clientId))?.clientName}
      email={owner.email}
      options={options}
      hidden={{ flow: flowId, invite: admission.invite, sign_up: sealed }}
      fault={fault}
      backHref={signUpAddress('/signup', { flowId, invite: admission.invite })}
    />,
    fault ? 400 : 200,
  );
}

/**
 * POST /signup/passkey: makes an account with a passkey and no password. The first time with the fields of the sign-up
 * form, which is answered with the page that asks for the passkey; then with what that page sends.
 */
export const signUpWithPasskey = (dependencies: Dependencies) => async (c: Context) => {
  const { config, identifiers, secrets } = dependencies;
  if (rpIdOf(config) === undefined) return c.notFound();
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const admission = await admit(c, dependencies, { flowId, invite: parameters.get('invite') });
  if (admission instanceof Response) return admission;
  const refuse = (typed: SignUpTyped, status: 400 | 409 = 400) =>
    showSignUpPage(c, dependencies, flowId, flow, admission, typed, status);
  const taken = { field: 'email', code: 'email_taken' } as const;

  const sealed = parameters.get('sign_up');
  if (sealed === undefined) {
    const { email, name, typed } = readSignUp(config, admission, parameters);
    if (typed.fault || !email) return refuse(typed);
    // Before a passkey is made: a device would keep one for an account that will never be.
    if ((await identifiers.lookup(email)) !== undefined) return refuse({ ...typed, fault: taken }, 409);
    return page(c, dependencies, { flowId, flow, admission }, { userId: newUserId(), email, name });
  }

  const owner = await unseal<PasskeyOwner>(secrets, 'seal-sign-up', sealed, Date.now());
  if (!owner) return refuse({ fault: { field: 'name', code: 'sign_up_expired' } });
  const { userId, email, name } = owner;
  // Sealed before, perhaps with another address than the one that is proved, or invited, now.
  if (admission.proved !== undefined && admission.proved !== email) return refuse({ displayName: name });
  const fault = addressFault(config, admission, email);
  if (fault) return refuse({ email, displayName: name, fault: { field: 'email', ...fault } });
  const outcome = await newPasskey(
    c,
    dependencies,
    parameters.get('credential') ?? '',
    { purpose: 'sign_up', userId },
    deviceName(deviceOf(c.req.raw).userAgent, presentationOf(c, config).texts),
  );
  if (outcome.kind === 'refused')
    return page(c, dependencies, { flowId, flow, admission, fault: passkeyFault(outcome.refusal) }, owner);
  const { passkey } = outcome;
  const who = { userId, email, name };
  const made = await signUpAdmitted(dependencies, admission, who, async () => ({ passkey }));
  if (made === 'taken') return refuse({ email, displayName: name, fault: taken }, 409);
  if (made === 'uninvited') return errorPage(c, config, 403, { error: 'not_invited' });
  if (admission.proved !== undefined) endEmailStep(c, dependencies);
  const amr = passkeyMethods({ ...passkey, userVerified: true });
  const door = await signInDoor(c, dependencies, userId);
  return proceed(c, dependencies, { userId, amr, door }, flowId, flow);
};
