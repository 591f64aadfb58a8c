import type { Context } from 'hono';
import { interactionFor, type Progress } from '../core/oauth/interaction.ts';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';
import type { SignedIn } from '../middleware/session.ts';
import { grantAuthorization, presentOf, returnToClient } from './authorize.tsx';
import { endFlow, type Flow } from './flow.ts';
import { ownReturn } from './own-page.ts';
import { readUnclaimed } from './proved-identity.ts';

/** The person is signed in, but nobody knows where they were going. */
export const wayLost = (c: Context, { config }: Dependencies): Response | Promise<Response> =>
  errorPage(c, config, 400, { error: 'sign_in_lost', href: '/account' });

/**
 * After a sign-in or a sign-up. Whoever proved to be somebody at a provider before, with the email of this account, is asked
 * first whether to connect the two.
 */
export async function finishSignIn(
  c: Context,
  dependencies: Dependencies,
  signedIn: SignedIn,
  flowId: string | undefined,
  flow: Flow | undefined,
): Promise<Response> {
  const unclaimed = await readUnclaimed(c, dependencies);
  if (unclaimed?.accountId === signedIn.token.userId) {
    const query = flowId === undefined ? '' : `?flow=${encodeURIComponent(flowId)}`;
    return c.redirect(`/signin/provider/connect${query}`, 303);
  }
  return leadOn(c, dependencies, signedIn, flowId, flow);
}

/** On to the app that asked for the sign-in, to the device, or to a page of the account. */
export async function leadOn(
  c: Context,
  dependencies: Dependencies,
  signedIn: SignedIn,
  flowId: string | undefined,
  flow: Flow | undefined,
): Promise<Response> {
  if (flowId === undefined) return c.redirect('/account', 303);
  const ownPage = ownReturn(flowId);
  if (ownPage !== undefined) return c.redirect(ownPage, 303);
  if (!flow) return wayLost(c, dependencies);
  return continueFlow(c, dependencies, signedIn, flowId, flow, 'signed_in');
}

/** Goes on with a request once the person has done what they were asked for: to the client, or to what is still missing. */
export async function continueFlow(
  c: Context,
  dependencies: Dependencies,
  signedIn: SignedIn,
  flowId: string,
  flow: Flow,
  progress: Exclude<Progress, 'arrived'>,
): Promise<Response> {
  const { request } = flow;
  const nowSeconds = Math.floor(Date.now() / 1000);
  const interaction = interactionFor(request, presentOf(signedIn.session), progress, nowSeconds);
  if (interaction.kind === 'sign_in' || interaction.kind === 'select_account') {
    return c.redirect(`/signin?flow=${flowId}&account=other`, 303);
  }
  endFlow(c, dependencies, flowId);
  if (interaction.kind === 'refused') {
    return returnToClient(c, dependencies.config, request, {
      error: interaction.error,
      error_description: interaction.description,
    });
  }
  return (await grantAuthorization(c, dependencies, request, signedIn)) ?? wayLost(c, dependencies);
}
