import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';
import type { SignedIn } from '../middleware/session.ts';
import { grantAuthorization } from './authorize.ts';
import { endFlow, type Flow } from './flow.ts';

/** After a sign-in or a sign-up: on to the app that asked for it, or to the account page. */
export async function finishSignIn(
  c: Context,
  dependencies: Dependencies,
  signedIn: SignedIn,
  flowId: string | undefined,
  flow: Flow | undefined,
): Promise<Response> {
  if (flowId === undefined) return c.redirect('/account', 303);
  if (flow) {
    endFlow(c, dependencies, flowId);
    const granted = await grantAuthorization(c, dependencies, flow.request, signedIn);
    if (granted) return granted;
  }
  return errorPage(
    c,
    dependencies.config,
    400,
    'You are signed in, but the way back is lost',
    'The app sent you here too long ago, or from another browser. Go back to the app and sign in there again: this time it will be quick.',
    { href: '/account', label: 'Go to your account' },
  );
}
