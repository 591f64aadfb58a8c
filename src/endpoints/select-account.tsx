import type { Context } from 'hono';
import { interactionFor } from '../core/oauth/interaction.ts';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { currentSession, type SignedIn } from '../middleware/session.ts';
import { SelectAccountPage } from '../pages/select-account.tsx';
import { presentOf } from '../sign-in/authorize.tsx';
import { continueFlow, wayLost } from '../sign-in/finish.ts';
import { allowReturn, type Flow, readFlow, sessionName } from '../sign-in/flow.ts';

/** Whether the person of this session is asked whether they are the one that is meant. */
export const mustSelectAccount = ({ request }: Flow, { session }: SignedIn): boolean =>
  interactionFor(request, presentOf(session), 'arrived', Math.floor(Date.now() / 1000)).kind ===
  'select_account';

/** Part of GET /signin. */
export async function showAccounts(
  c: Context,
  dependencies: Dependencies,
  flowId: string,
  flow: Flow,
  { token, session }: SignedIn,
): Promise<Response> {
  allowReturn(c, flow);
  return showPage(
    c,
    dependencies.config,
    <SelectAccountPage
      clientName={(await dependencies.clients.find(flow.request.clientId))?.clientName}
      person={session.profile}
      hidden={{ flow: flowId, session: sessionName(token) }}
      otherHref={`/signin?flow=${flowId}&account=other`}
    />,
  );
}

/** POST /signin/account: the person goes on as who is signed in. */
export const selectAccount = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  if (!flow || flowId === undefined) return wayLost(c, dependencies);
  const signedIn = await currentSession(c, dependencies);
  // Somebody else may have signed in in another tab since the page was shown: they are asked anew.
  if (!signedIn || sessionName(signedIn.token) !== parameters.get('session')) {
    return c.redirect(`/signin?flow=${flowId}`, 303);
  }
  return continueFlow(c, dependencies, signedIn, flowId, flow, 'chosen');
};
