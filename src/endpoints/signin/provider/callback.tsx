import type { Context } from 'hono';
import type { Dependencies } from '../../../dependencies.ts';
import { ProviderUnavailable } from '../../../federation/provider-fetch.ts';
import type { UpstreamAbout, UpstreamAnswer } from '../../../federation/upstream.ts';
import { showPage } from '../../../middleware/page.tsx';
import { readPageForm } from '../../../middleware/page-form.ts';
import { currentSession, signInDoor } from '../../../middleware/session.ts';
import { ProviderEmailKnownPage } from '../../../pages/provider-sign-up.tsx';
import { report } from '../../../report.ts';
import { readFlow, sessionName } from '../../../sign-in/flow.ts';
import { withFlow } from '../../../sign-in/flow-address.ts';
import { signInAgain } from '../../../sign-in/fresh-session.ts';
import { proceed } from '../../../sign-in/proceed.ts';
import { connectIdentity, leaveUnclaimed, userOf } from '../../../sign-in/proved-identity.ts';
import { providerFault } from '../../../sign-in/provider-fault.ts';
import { type Arrived, arrived, keepPostedAnswer } from '../../../sign-in/provider-sign-in.ts';
import { sealTokens } from '../../../sign-in/provider-tokens.ts';
import { log } from '../../../telemetry/log.ts';
import { count } from '../../../telemetry/recording.ts';

/** POST /signin/provider/:provider/callback: an answer that the provider's page posts (OAuth 2.0 Form Post Response Mode). */
export const takePostedAnswer = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const about = dependencies.upstreams.about(c.req.param('provider') ?? '');
  if (!about) return providerFault(c, dependencies, 'unknown', '', '/signin');
  const id = await keepPostedAnswer(c, dependencies, about.name, parameters);
  if (id === undefined) return providerFault(c, dependencies, 'over', about.label, '/signin');
  return c.redirect(`/signin/provider/${about.name}/callback?answer=${id}`, 303);
};

/** GET /signin/provider/:provider/callback: the person is back from the provider. */
export const finishWithProvider = (dependencies: Dependencies) => async (c: Context) => {
  const about = dependencies.upstreams.about(c.req.param('provider') ?? '');
  if (!about) return providerFault(c, dependencies, 'unknown', '', '/signin');
  const back = await arrived(c, dependencies, about.name);
  if (!back) return providerFault(c, dependencies, 'over', about.label, '/signin');
  const href = back.connectTo === undefined ? withFlow('/signin', back.flowId) : '/account/providers';
  const answer = await answerOf(dependencies, about, back);
  if (answer.kind !== 'identified') return providerFault(c, dependencies, answer.kind, about.label, href);
  return back.connectTo === undefined
    ? signIn(c, dependencies, about, answer, back)
    : connect(c, dependencies, about, answer, back.connectTo);
};

type Identified = Extract<UpstreamAnswer, { kind: 'identified' }>;

async function answerOf(
  { upstreams }: Dependencies,
  { name }: UpstreamAbout,
  { parameters, request }: Arrived,
): Promise<UpstreamAnswer | { kind: 'unavailable' }> {
  try {
    const answer = await (await upstreams.open(name)).redeem(parameters, request);
    const outcome = answer.kind === 'identified' ? 'proved' : answer.kind;
    count('portcullis_factors_total', { method: 'provider', outcome });
    // For the operator: a wrong secret looks like this. Nothing of the answer is in it.
    if (answer.kind === 'failed')
      log('warn', 'provider.sign_in_failed', { provider: name, reason: answer.reason });
    return answer;
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    report('provider.unavailable', error, { provider: name });
    count('portcullis_factors_total', { method: 'provider', outcome: 'failed' });
    return { kind: 'unavailable' };
  }
}

const provedBy = async (
  dependencies: Dependencies,
  { name, keepTokens }: UpstreamAbout,
  { identity, person, tokens }: Identified,
) => ({
  identity,
  provider: name,
  email: person.email,
  tokens: keepTokens ? await sealTokens(dependencies, tokens) : undefined,
});

/** Signs in whoever has the identity. An email alone signs nobody in, and connects nothing. */
async function signIn(
  c: Context,
  dependencies: Dependencies,
  about: UpstreamAbout,
  answer: Identified,
  { flowId, invite }: Arrived,
): Promise<Response> {
  const { identifiers, config } = dependencies;
  const proved = await provedBy(dependencies, about, answer);
  const userId = await userOf(dependencies, proved);
  if (userId !== undefined) {
    const flow = await readFlow(c, dependencies, flowId);
    const door = await signInDoor(c, dependencies, userId);
    // What the provider says of how somebody signed in there counts for nothing here: one factor.
    return proceed(c, dependencies, { userId, amr: ['federated'], door }, flowId, flow);
  }
  const { person } = answer;
  const accountId = person.email === undefined ? undefined : await identifiers.lookup(person.email);
  await leaveUnclaimed(c, dependencies, proved, person, { accountId, flowId, invite });
  if (accountId === undefined || person.email === undefined) return c.redirect('/signup/provider', 303);
  const props = { label: about.label, email: person.email, signInHref: withFlow('/signin', flowId) };
  return showPage(c, config, <ProviderEmailKnownPage {...props} />);
}

/** Connects the identity to the account of the session that asked for it, and of no other. */
async function connect(
  c: Context,
  dependencies: Dependencies,
  about: UpstreamAbout,
  answer: Identified,
  connectTo: string,
): Promise<Response> {
  const signedIn = await currentSession(c, dependencies);
  const href = '/account/providers';
  if (!signedIn || sessionName(signedIn.token) !== connectTo)
    return providerFault(c, dependencies, 'over', about.label, href);
  const proved = await provedBy(dependencies, about, answer);
  const connected = await connectIdentity(dependencies, signedIn.token, proved);
  if (connected === 'connected') return c.redirect(href, 303);
  if (connected === 'not_fresh') return signInAgain(c, 'providers');
  return providerFault(c, dependencies, connected, about.label, href);
}
