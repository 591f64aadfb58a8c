import type { Context } from 'hono';
import { providerLabel } from '../../config/provider.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { currentSession, type SignedIn } from '../../middleware/session.ts';
import { AccountProvidersPage } from '../../pages/account-providers.tsx';
import { sessionName } from '../../sign-in/flow.ts';
import { freshPolicy, freshSession, signInAgain } from '../../sign-in/fresh-session.ts';
import { openWays } from '../../sign-in/open-ways.ts';
import { providerChoices } from '../../sign-in/provider-choices.ts';
import { providerFault } from '../../sign-in/provider-fault.ts';
import type { Fault } from '../../texts/fault.ts';
import { leadToProvider } from '../signin/provider.tsx';

const HREF = '/account/providers';

const page = async (
  c: Context,
  { config, upstreams, users }: Dependencies,
  { token }: SignedIn,
  fault?: Fault,
  status: 200 | 409 = 200,
) => {
  const linked = await users.identities.list(token.userId);
  const connected = linked.map(({ identity, provider, email, linkedAt, lastUsedAt }) => ({
    ...identity,
    provider,
    label: providerLabel(config.providers, provider),
    email: email ?? undefined,
    linkedAt,
    lastUsedAt,
  }));
  const open = providerChoices({ upstreams });
  return showPage(
    c,
    config,
    <AccountProvidersPage connected={connected} open={open} fault={fault} />,
    status,
  );
};

/** GET /account/providers */
export const showProviders = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await currentSession(c, dependencies);
  return signedIn ? page(c, dependencies, signedIn) : signInAgain(c, 'providers');
};

/** POST /account/providers/connect: on to the provider; what it answers is connected to this session's account. */
export const connectProvider = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const signedIn = await freshSession(c, dependencies, 'providers');
  if (signedIn instanceof Response) return signedIn;
  const about = dependencies.upstreams.about(parameters.get('provider') ?? '');
  if (!about) return providerFault(c, dependencies, 'unknown', '', HREF);
  const way = { connectTo: sessionName(signedIn.token), again: false };
  return leadToProvider(c, dependencies, about, way, HREF);
};

/** POST /account/providers/disconnect */
export const disconnectProvider = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const signedIn = await freshSession(c, dependencies, 'providers');
  if (signedIn instanceof Response) return signedIn;
  const { config, identifiers, users } = dependencies;
  const identity = { issuer: parameters.get('issuer') ?? '', subject: parameters.get('subject') ?? '' };
  const removed = await users.identities.unlink(
    signedIn.token,
    freshPolicy(config),
    identity,
    openWays(config),
  );
  if (removed === 'not_fresh') return signInAgain(c, 'providers');
  if (removed === 'last_way_in') return page(c, dependencies, signedIn, { code: 'last_way_in' }, 409);
  // Only its own: of an identity that is somebody else's nothing is freed.
  await identifiers.release(identity, signedIn.token.userId);
  return c.redirect(HREF, 303);
};
