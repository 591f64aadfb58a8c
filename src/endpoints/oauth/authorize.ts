import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import type { Client } from '../../config/schema.ts';
import type { AuthorizationRequest } from '../../core/oauth/authorization-request.ts';
import { consentRule, seesEmail } from '../../core/oauth/consent.ts';
import { interactionFor } from '../../core/oauth/interaction.ts';
import { parseUiLocales } from '../../core/oauth/ui-locales.ts';
import type { Dependencies } from '../../dependencies.ts';
import { hint, quoted } from '../../hint.ts';
import { cookieName, SESSION_COOKIE } from '../../middleware/cookie.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { readForm, readQuery } from '../../middleware/form.ts';
import { preferLanguages } from '../../middleware/page.tsx';
import { currentSession, type SignedIn } from '../../middleware/session.ts';
import { grantAuthorization, presentOf, returnToClient } from '../../sign-in/authorize.tsx';
import { beginFlow } from '../../sign-in/flow.ts';
import { assembleRequest, validateRequest } from '../../sign-in/request.ts';

/** Characters; what every browser and server takes as an address. */
const MAXIMUM_ADDRESS_LENGTH = 8000;

/** GET and POST /oauth/authorize: RFC 6749 §3.1, OpenID Connect Core §3.1.2. */
export const authorize = (dependencies: Dependencies) => async (c: Context) => {
  const { clients, config } = dependencies;
  const isPost = c.req.method === 'POST';
  const parsed = isPost ? await readForm(c) : readQuery(c);
  if (parsed.kind === 'malformed') {
    const values = { detail: parsed.description };
    return errorPage(c, config, 400, { error: 'authorization_malformed', values });
  }
  preferLanguages(c, parseUiLocales(parsed.parameters.get('ui_locales')));
  const shown = (detail: string) =>
    errorPage(c, config, 400, { error: 'authorization_refused', values: { detail } });
  // RFC 9101 §5, RFC 9126 §4: the client names itself beside whatever says the rest.
  const clientId = parsed.parameters.get('client_id');
  if (clientId === undefined) return shown('the app did not say who it is: client_id is missing');
  const client = await clients.find(clientId);
  if (!client) {
    const known = config.clients.map((one) => one.clientId).join(', ');
    hint(config, `/oauth/authorize: there is no client ${quoted(clientId)}; there are ${known}`);
    return shown('no app with this client_id is registered here');
  }
  if (isPost && mayLackCookies(c, dependencies)) {
    // Asked again as a navigation, it brings the cookies along.
    const query = addressOf(parsed.parameters, parsed.resource);
    if (query.length <= MAXIMUM_ADDRESS_LENGTH) return c.redirect(`/oauth/authorize?${query}`, 303);
  }
  const assembled = await assembleRequest(dependencies, client, parsed);
  const outcome = 'kind' in assembled ? assembled : await validateRequest(dependencies, client, assembled);
  if (outcome.kind === 'shown') {
    const asked = `redirect_uri ${quoted(parsed.parameters.get('redirect_uri') ?? '')}`;
    const registered = client.redirectUris.map(quoted).join(', ');
    hint(
      config,
      `/oauth/authorize: client ${quoted(clientId)}, ${asked}: ${outcome.description}; registered, to be sent byte for byte: ${registered}`,
    );
    return shown(outcome.description);
  }
  const refuse = (to: Parameters<typeof returnToClient>[2], error: string, description: string) =>
    returnToClient(c, config, to, { error, error_description: description });
  if (outcome.kind === 'redirected') return refuse(outcome, outcome.error, outcome.description);

  const signedIn = await currentSession(c, dependencies);
  const request =
    signedIn && (await soundsOut(dependencies, client, outcome.request, signedIn))
      ? { ...outcome.request, loginHint: undefined }
      : outcome.request;
  const nowSeconds = Math.floor(Date.now() / 1000);
  let interaction = interactionFor(request, signedIn && presentOf(signedIn.session), 'arrived', nowSeconds);
  if (interaction.kind === 'none' && signedIn) {
    const granted = await grantAuthorization(c, dependencies, request, signedIn);
    if (granted) return granted;
    // The session ended in this very moment.
    interaction = interactionFor(request, undefined, 'arrived', nowSeconds);
  }
  if (interaction.kind === 'refused') return refuse(request, interaction.error, interaction.description);
  const flow = await beginFlow(c, dependencies, request);
  return c.redirect(`/signin?flow=${flow}`, 303);
};

/**
 * Whether a request, which nobody would see, could find out whose email it is that its `login_hint` names: the client
 * was never allowed to see it. A hint may be ignored (OpenID Connect Core §3.1.2.1).
 */
async function soundsOut(
  { users }: Dependencies,
  client: Client,
  request: AuthorizationRequest,
  { token }: SignedIn,
): Promise<boolean> {
  if (request.loginHint === undefined || !request.prompt.includes('none')) return false;
  const rule = consentRule(client, request);
  if (rule !== 'when_new') return rule === 'always';
  const { agreed } = await users.readConsent(token, client.clientId);
  return !seesEmail(agreed);
}

/** A POST from another site comes without our SameSite=Lax cookies: nobody would seem to be signed in. */
function mayLackCookies(c: Context, { config }: Dependencies): boolean {
  if (getCookie(c, cookieName(config, SESSION_COOKIE)) !== undefined) return false;
  const site = c.req.header('Sec-Fetch-Site');
  const origin = c.req.header('Origin');
  return site === 'cross-site' || (site === undefined && origin !== undefined && origin !== config.issuer);
}

const addressOf = (parameters: ReadonlyMap<string, string>, resource: readonly string[]): string =>
  new URLSearchParams([
    ...parameters,
    ...resource.map((uri): [string, string] => ['resource', uri]),
  ]).toString();
