import type { Context } from 'hono';
import type { Dependencies } from '../../../dependencies.ts';
import { showPage } from '../../../middleware/page.tsx';
import { readPageForm } from '../../../middleware/page-form.ts';
import { currentSession } from '../../../middleware/session.ts';
import { ProviderConnectPage } from '../../../pages/provider-connect.tsx';
import { leadOn } from '../../../sign-in/finish.ts';
import { allowReturn, readFlow, sessionName } from '../../../sign-in/flow.ts';
import { signInAgain } from '../../../sign-in/fresh-session.ts';
import {
  claimed,
  connectIdentity,
  endUnclaimed,
  keepUnclaimed,
  readUnclaimed,
} from '../../../sign-in/proved-identity.ts';
import { providerFault } from '../../../sign-in/provider-fault.ts';

/** GET /signin/provider/connect: asks whoever just signed in whether the identity that was proved before is theirs. */
export const askToConnect = (dependencies: Dependencies) => async (c: Context) => {
  const { config, upstreams } = dependencies;
  const signedIn = await currentSession(c, dependencies);
  const unclaimed = await readUnclaimed(c, dependencies);
  const about = unclaimed && upstreams.about(unclaimed.proved.provider);
  if (!signedIn || !unclaimed || !about || unclaimed.accountId !== signedIn.token.userId)
    return c.redirect('/account', 303);
  await keepUnclaimed(c, dependencies, { ...unclaimed, asked: sessionName(signedIn.token) });
  const flowId = c.req.query('flow');
  allowReturn(c, await readFlow(c, dependencies, flowId));
  return showPage(
    c,
    config,
    <ProviderConnectPage
      label={about.label}
      email={unclaimed.proved.email}
      accountEmail={signedIn.session.profile.email}
      flow={flowId}
    />,
  );
};

/** POST /signin/provider/connect: the answer of the very session that was asked; then on to where the sign-in led. */
export const decideToConnect = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return c.redirect('/signin', 303);
  const unclaimed = await readUnclaimed(c, dependencies);
  const label = dependencies.upstreams.about(unclaimed?.proved.provider ?? '')?.label ?? '';
  endUnclaimed(c, dependencies);
  if (parameters.get('decision') === 'connect') {
    const { token } = signedIn;
    if (unclaimed?.accountId !== token.userId || unclaimed.asked !== sessionName(token))
      return providerFault(c, dependencies, 'over', label, '/account/providers');
    const connected = await connectIdentity(dependencies, token, await claimed(dependencies, unclaimed));
    if (connected === 'not_fresh') return signInAgain(c, 'providers');
    if (connected !== 'connected')
      return providerFault(c, dependencies, connected, label, '/account/providers');
  }
  const flowId = parameters.get('flow');
  return leadOn(c, dependencies, signedIn, flowId, await readFlow(c, dependencies, flowId));
};
