import type { Context } from 'hono';
import { providerLabel } from '../../config/provider.ts';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { signInDoor } from '../../middleware/session.ts';
import { ProviderSignUpPage } from '../../pages/provider-sign-up.tsx';
import { endEmailStep, readEmailStep } from '../../sign-in/email-step.ts';
import { allowReturn, readFlow } from '../../sign-in/flow.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import { proceed } from '../../sign-in/proceed.ts';
import {
  claimed,
  endUnclaimed,
  giveUpIdentity,
  isForNewAccount,
  newAccountOf,
  readUnclaimed,
  reserveIdentity,
  type Unclaimed,
  userOf,
} from '../../sign-in/proved-identity.ts';
import { providerFault } from '../../sign-in/provider-fault.ts';
import {
  type Admission,
  admitWithoutProof,
  signUpAddress,
  signUpAdmitted,
} from '../../sign-in/sign-up-admission.ts';
import { readSignUp, type SignUpTyped } from '../../sign-in/sign-up-page.tsx';

const labelOf = ({ config }: Dependencies, { proved }: Unclaimed): string =>
  providerLabel(config.providers, proved.provider);

async function page(
  c: Context,
  dependencies: Dependencies,
  unclaimed: Unclaimed,
  { proved }: Admission,
  { email, displayName, fault }: SignUpTyped,
  status: 200 | 400 | 409 = 200,
): Promise<Response> {
  const { flowId } = unclaimed;
  allowReturn(c, await readFlow(c, dependencies, flowId));
  return showPage(
    c,
    dependencies.config,
    <ProviderSignUpPage
      label={labelOf(dependencies, unclaimed)}
      signInHref={withFlow('/signin', flowId)}
      email={proved ?? email}
      fixedEmail={proved !== undefined}
      displayName={displayName}
      fault={fault}
    />,
    status,
  );
}

/** Whether the person may sign up, by the operator's policy, or what to answer instead. */
async function admitted(
  c: Context,
  dependencies: Dependencies,
  { person, flowId, invite }: Unclaimed,
): Promise<Admission | Response> {
  const invited = await admitWithoutProof(c, dependencies, invite);
  if (invited instanceof Response || dependencies.config.signUp.emailVerification === 'after') return invited;
  // Of an address that it keeps itself the provider's word is as good as a code of ours.
  if (person.emailVerified) return { ...invited, proved: person.email };
  const step = await readEmailStep(c, dependencies);
  return step?.purpose === 'sign-up' && step.proved
    ? { ...invited, proved: step.address }
    : c.redirect(signUpAddress('/signup/email', { flowId, invite }), 303);
}

/** GET /signup/provider: what the provider said, for the person to correct. */
export const showProviderSignUp = (dependencies: Dependencies) => async (c: Context) => {
  const unclaimed = await readUnclaimed(c, dependencies);
  if (!isForNewAccount(unclaimed)) return c.redirect('/signup', 303);
  const admission = await admitted(c, dependencies, unclaimed);
  if (admission instanceof Response) return admission;
  const { email, name } = unclaimed.person;
  const proposed = admission.invitation?.email ?? email;
  return page(c, dependencies, unclaimed, admission, { email: proposed, displayName: name });
};

/** POST /signup/provider: makes the account. */
export const signUpWithProvider = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const unclaimed = await readUnclaimed(c, dependencies);
  if (!isForNewAccount(unclaimed)) return providerFault(c, dependencies, 'over', '', '/signup');
  const label = labelOf(dependencies, unclaimed);
  const admission = await admitted(c, dependencies, unclaimed);
  if (admission instanceof Response) return admission;
  const { email, name, typed } = readSignUp(config, admission, parameters);
  const again = (fault: SignUpTyped['fault'], status: 400 | 409 = 400) =>
    page(c, dependencies, unclaimed, admission, { ...typed, fault }, status);
  if (typed.fault || !email) return again(typed.fault);

  const { proved, person, flowId } = unclaimed;
  const userId = await newAccountOf(unclaimed, email);
  const reserved = await reserveIdentity(dependencies, proved.identity, userId);
  if (reserved === 'busy') return providerFault(c, dependencies, 'busy', label, '/signup/provider');
  if (reserved === 'reserved') {
    // The provider's word about an address is good for that address only.
    const word = person.emailVerified ? person.email : undefined;
    const outcome = await signUpAdmitted(
      dependencies,
      { ...admission, proved: admission.proved ?? word },
      { userId, email, name },
      async () => ({ identity: await claimed(dependencies, unclaimed) }),
    );
    if (outcome === 'taken') {
      await giveUpIdentity(dependencies, proved.identity, userId);
      return again({ field: 'email', code: 'email_taken' }, 409);
    }
    if (outcome === 'uninvited') return errorPage(c, config, 403, { error: 'not_invited' });
    await dependencies.identifiers.confirm(proved.identity, userId);
  }
  endUnclaimed(c, dependencies);
  if (admission.proved !== undefined) endEmailStep(c, dependencies);
  // Made in another tab meanwhile, or just now.
  const owner = await userOf(dependencies, proved);
  if (owner === undefined) return providerFault(c, dependencies, 'busy', label, '/signin');
  const door = await signInDoor(c, dependencies, owner);
  const flow = await readFlow(c, dependencies, flowId);
  return proceed(c, dependencies, { userId: owner, amr: ['federated'], door }, flowId, flow);
};
