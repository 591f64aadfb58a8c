import type { Context } from 'hono';
import { normalEmail } from '../../core/account/email.ts';
import { shownName } from '../../core/federation/person.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { signInDoor } from '../../middleware/session.ts';
import { MAXIMUM_EMAIL_LENGTH } from '../../pages/limits.ts';
import { ProviderSignUpPage, type ProviderSignUpPageProps } from '../../pages/provider-sign-up.tsx';
import { allowReturn, readFlow } from '../../sign-in/flow.ts';
import { proceed } from '../../sign-in/proceed.ts';
import {
  claimed,
  endUnclaimed,
  readUnclaimed,
  reserveIdentity,
  type Unclaimed,
  userOf,
} from '../../sign-in/proved-identity.ts';
import { providerFault, signInHref } from '../../sign-in/provider-fault.ts';
import { signUpUser } from '../../sign-in/sign-up.ts';

type Typed = Pick<ProviderSignUpPageProps, 'email' | 'displayName' | 'fault'>;

async function page(
  c: Context,
  dependencies: Dependencies,
  { proved, flowId }: Unclaimed,
  typed: Typed,
  status: 200 | 400 | 409 = 200,
): Promise<Response> {
  allowReturn(c, await readFlow(c, dependencies, flowId));
  const { config, upstreams } = dependencies;
  return showPage(
    c,
    config,
    <ProviderSignUpPage
      label={upstreams.about(proved.provider)?.label ?? proved.provider}
      signInHref={signInHref(flowId)}
      {...typed}
    />,
    status,
  );
}

/** GET /signup/provider: what the provider said, for the person to correct. */
export const showProviderSignUp = (dependencies: Dependencies) => async (c: Context) => {
  const unclaimed = await readUnclaimed(c, dependencies);
  if (!unclaimed || unclaimed.accountId !== undefined) return c.redirect('/signup', 303);
  const { email, name } = unclaimed.person;
  return page(c, dependencies, unclaimed, { email, displayName: name });
};

/** POST /signup/provider: makes the account. */
export const signUpWithProvider = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const unclaimed = await readUnclaimed(c, dependencies);
  if (!unclaimed || unclaimed.accountId !== undefined)
    return providerFault(c, dependencies, 'over', '', '/signup');
  const email = normalEmail(parameters.get('email') ?? '');
  const name = shownName(parameters.get('name'));
  const typed = { email: parameters.get('email')?.slice(0, MAXIMUM_EMAIL_LENGTH), displayName: name };
  const again = (fault: NonNullable<Typed['fault']>, status: 400 | 409 = 400) =>
    page(c, dependencies, unclaimed, { ...typed, fault }, status);
  if (name === undefined) return again({ field: 'name', code: 'name_missing' });
  if (email === undefined) return again({ field: 'email', code: 'email_malformed' });

  const { proved, person, flowId, newUserId: userId } = unclaimed;
  const reserved = await reserveIdentity(dependencies, proved.identity, userId);
  if (reserved === 'busy') return providerFault(c, dependencies, 'busy', '', '/signup/provider');
  if (reserved === 'reserved') {
    // A provider's word about an address is good for that address only.
    const emailVerified = person.emailVerified && email === person.email;
    const outcome = await signUpUser(dependencies, { userId, email, emailVerified, name }, async () => ({
      identity: await claimed(dependencies, unclaimed),
    }));
    if (outcome === 'taken') return again({ field: 'email', code: 'email_taken' }, 409);
    await dependencies.identifiers.confirm(proved.identity, userId);
  }
  endUnclaimed(c, dependencies);
  // Made in another tab meanwhile, or just now.
  const owner = await userOf(dependencies, proved);
  if (owner === undefined) return providerFault(c, dependencies, 'busy', '', '/signin');
  const door = await signInDoor(c, dependencies, owner);
  const flow = await readFlow(c, dependencies, flowId);
  return proceed(c, dependencies, { userId: owner, amr: ['federated'], door }, flowId, flow);
};
