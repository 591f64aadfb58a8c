import type { Context } from 'hono';
import { seal, unseal } from '../../crypto/seal.ts';
import { newUserId } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { presentationOf, showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { deviceOf, signInDoor } from '../../middleware/session.ts';
import { SignUpPasskeyPage } from '../../pages/sign-up-passkey.tsx';
import { allowPasskeys, type Flow, readFlow } from '../../sign-in/flow.ts';
import { newPasskey, passkeyMethods } from '../../sign-in/passkey.ts';
import { creationOptions, type PasskeyOwner } from '../../sign-in/passkey-challenge.ts';
import { passkeyFault } from '../../sign-in/passkey-fault.ts';
import { proceed } from '../../sign-in/proceed.ts';
import { signUpUser } from '../../sign-in/sign-up.ts';
import type { Fault } from '../../texts/fault.ts';
import { deviceName } from '../../user/device.ts';
import { showSignUpPage } from '../signup.tsx';

/** For how long the form waits for its passkey. */
const LIFETIME_SECONDS = 30 * 60;

/** The page that asks for the passkey. Who is to be is sealed into its form: the passkey is made for them alone. */
async function page(
  c: Context,
  dependencies: Dependencies,
  { flowId, flow, fault }: { flowId: string | undefined; flow: Flow | undefined; fault?: Fault },
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
      hidden={{ flow: flowId, sign_up: sealed }}
      fault={fault}
      backHref={flowId ? `/signup?flow=${encodeURIComponent(flowId)}` : '/signup'}
    />,
    fault ? 400 : 200,
  );
}

/** A sign-up form was filled in for an account without a password. */
export async function beginPasskeySignUp(
  c: Context,
  dependencies: Dependencies,
  flowId: string | undefined,
  flow: Flow | undefined,
  { email, name }: Pick<PasskeyOwner, 'email' | 'name'>,
): Promise<Response> {
  // Before a passkey is made: a device would keep one for an account that will never be.
  if ((await dependencies.identifiers.lookup(email)) !== undefined)
    return emailTaken(c, dependencies, flowId, flow, { email, name });
  return page(c, dependencies, { flowId, flow }, { userId: newUserId(), email, name });
}

const emailTaken = (
  c: Context,
  dependencies: Dependencies,
  flowId: string | undefined,
  flow: Flow | undefined,
  { email, name }: Pick<PasskeyOwner, 'email' | 'name'>,
): Promise<Response> => {
  const fault = { field: 'email', code: 'email_taken' } as const;
  return showSignUpPage(c, dependencies, flowId, flow, { email, displayName: name, fault }, 409);
};

/** POST /signup/passkey: makes the account with its passkey, and no password. */
export const signUpWithPasskey = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const owner = await unseal<PasskeyOwner>(secrets, 'seal-sign-up', parameters.get('sign_up'), Date.now());
  if (!owner) {
    const fault = { field: 'name', code: 'sign_up_expired' } as const;
    return showSignUpPage(c, dependencies, flowId, flow, { fault }, 400);
  }
  const { userId, email, name } = owner;
  const outcome = await newPasskey(
    c,
    dependencies,
    parameters.get('credential') ?? '',
    { purpose: 'sign_up', userId },
    deviceName(deviceOf(c).userAgent, presentationOf(config).texts),
  );
  if (outcome.kind === 'refused')
    return page(c, dependencies, { flowId, flow, fault: passkeyFault(outcome.refusal) }, owner);
  const { passkey } = outcome;
  const profile = { userId, email, emailVerified: false, name };
  if ((await signUpUser(dependencies, profile, async () => ({ passkey }))) === 'taken')
    return emailTaken(c, dependencies, flowId, flow, owner);
  const amr = passkeyMethods({ ...passkey, userVerified: true });
  const door = await signInDoor(c, dependencies, userId);
  return proceed(c, dependencies, { userId, amr, door }, flowId, flow);
};
