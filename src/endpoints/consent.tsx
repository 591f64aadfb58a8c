import type { Context } from 'hono';
import { documentHost } from '../clients/documents.ts';
import type { Client } from '../config/schema.ts';
import type { AuthorizationRequest } from '../core/oauth/authorization-request.ts';
import { agreedTo, newlyAsked } from '../core/oauth/consent.ts';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';
import { showPage } from '../middleware/page.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { currentSession, sessionToken } from '../middleware/session.ts';
import { inWords } from '../pages/agreement.tsx';
import { ConsentPage } from '../pages/consent.tsx';
import { grantAuthorization, returnToClient } from '../sign-in/authorize.tsx';
import { allowReturn, endFlow, readFlow, sessionName } from '../sign-in/flow.ts';

const lost = (c: Context, { config }: Dependencies) =>
  errorPage(c, config, 400, { error: 'consent_lost', href: '/account' });

/** Only what a link may lead to: a client that registered itself wrote these addresses. */
const linksOf = ({ clientUri, policyUri, tosUri }: Client) =>
  (
    [
      { to: 'website', href: clientUri },
      { to: 'privacyPolicy', href: policyUri },
      { to: 'termsOfService', href: tosUri },
    ] as const
  ).flatMap(({ to, href }) => (href && /^https?:/i.test(href) ? [{ to, href }] : []));

const loopback = new Set(['localhost', '127.0.0.1', '[::1]']);

/** The host that the code goes to: of all that a client says of itself, what is certain. */
function hostOf({ redirectUri }: AuthorizationRequest): string | undefined {
  const { protocol, host, hostname } = new URL(redirectUri);
  return /^https?:$/.test(protocol) && !loopback.has(hostname) ? host : undefined;
}

/** GET /consent: for the session that the request was made in, and no other. */
export const showConsent = (dependencies: Dependencies) => async (c: Context) => {
  const { clients, config, users } = dependencies;
  const flowId = c.req.query('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const client = flow && (await clients.find(flow.request.clientId));
  if (!flow || !client || flowId === undefined) return lost(c, dependencies);
  const token = await sessionToken(c, dependencies);
  const answer =
    token && flow.asked === sessionName(token) ? await users.readConsent(token, client.clientId) : undefined;
  if (answer?.session.kind !== 'live') return c.redirect(`/signin?flow=${flowId}`, 303);

  const { request } = flow;
  const all = agreedTo(request, undefined);
  const added = newlyAsked(request, answer.agreed);
  // Asked again for what they know (prompt consent), people are shown all of it.
  const before = added && answer.agreed && newlyAsked(request, added);
  allowReturn(c, flow);
  return showPage(
    c,
    config,
    <ConsentPage
      client={{
        name: client.clientName,
        host: hostOf(flow.request),
        documentHost: documentHost(client),
        firstParty: client.firstParty,
        links: linksOf(client),
      }}
      person={answer.session.profile}
      asked={inWords(added ?? all, config.resources)}
      before={before && inWords(before, config.resources)}
      flow={flowId}
    />,
  );
};

/** POST /consent: what the person decided. */
export const decideConsent = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  if (!flow || flowId === undefined) return lost(c, dependencies);
  const decision = parameters.get('decision');
  if (decision === 'cancel') {
    endFlow(c, dependencies, flowId);
    return returnToClient(c, config, flow.request, {
      error: 'access_denied',
      error_description: 'the person did not allow it',
    });
  }
  if (decision !== 'allow') {
    return errorPage(c, config, 400, { error: 'decision_missing' });
  }
  const signedIn = await currentSession(c, dependencies);
  // Whoever is signed in here by now does not answer for the person who was asked; and who must sign in first, must.
  if (!signedIn || flow.asked !== sessionName(signedIn.token)) {
    return c.redirect(`/signin?flow=${flowId}`, 303);
  }
  endFlow(c, dependencies, flowId);
  return (await grantAuthorization(c, dependencies, flow.request, signedIn, true)) ?? lost(c, dependencies);
};
