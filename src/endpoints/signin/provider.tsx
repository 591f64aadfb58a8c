import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { ProviderUnavailable } from '../../federation/provider-fetch.ts';
import type { UpstreamAbout } from '../../federation/upstream.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { ToProviderPage } from '../../pages/to-provider.tsx';
import { report } from '../../report.ts';
import { readFlow } from '../../sign-in/flow.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import { providerFault } from '../../sign-in/provider-fault.ts';
import { asksAnew, beginProviderSignIn } from '../../sign-in/provider-sign-in.ts';

/** POST /signin/provider: on to the provider. */
export const signInWithProvider = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const about = dependencies.upstreams.about(parameters.get('provider') ?? '');
  if (!about) return providerFault(c, dependencies, 'unknown', '', withFlow('/signin', flowId));
  const invite = parameters.get('invite');
  const again = asksAnew(flowId, await readFlow(c, dependencies, flowId));
  return leadToProvider(c, dependencies, about, { flowId, invite, again }, withFlow('/signin', flowId));
};

/**
 * The page that leads on to a provider. No redirect: browsers hold those that follow a form to `form-action`, and where a
 * provider leads its people on the way, nobody here knows.
 */
export async function leadToProvider(
  c: Context,
  dependencies: Dependencies,
  about: UpstreamAbout,
  way: Parameters<typeof beginProviderSignIn>[3],
  backHref: string,
): Promise<Response> {
  try {
    const href = await beginProviderSignIn(c, dependencies, about, way);
    c.header('Refresh', `0; url=${href}`);
    return await showPage(c, dependencies.config, <ToProviderPage label={about.label} href={href} />);
  } catch (error) {
    if (!(error instanceof ProviderUnavailable)) throw error;
    report('provider.unavailable', error, { provider: about.name });
    return providerFault(c, dependencies, 'unavailable', about.label, backHref);
  }
}
