import type { Context } from 'hono';
import { checkAuthorizationRequest, needsSignIn } from '../../core/oauth/authorization-request.ts';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { readForm, readQuery } from '../../middleware/form.ts';
import { currentSession } from '../../middleware/session.ts';
import { grantAuthorization, returnToClient } from '../../sign-in/authorize.ts';
import { beginFlow } from '../../sign-in/flow.ts';

const TITLE = 'The app sent a request that cannot be used';

/** GET and POST /oauth/authorize: RFC 6749 §3.1, OpenID Connect Core §3.1.2. */
export const authorize = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const parsed = c.req.method === 'POST' ? await readForm(c) : readQuery(c);
  if (parsed.kind === 'malformed')
    return errorPage(c, config, 400, TITLE, `It is malformed: ${parsed.description}.`);
  const outcome = checkAuthorizationRequest(parsed.parameters, parsed.resource, (clientId) =>
    config.clients.find((client) => client.clientId === clientId),
  );
  if (outcome.kind === 'shown') {
    return errorPage(
      c,
      config,
      400,
      TITLE,
      `${outcome.description} Go back to the app; if it happens again, tell its makers.`,
    );
  }
  if (outcome.kind === 'redirected') {
    return returnToClient(c, config.issuer, outcome, {
      error: outcome.error,
      error_description: outcome.description,
    });
  }

  const { request } = outcome;
  const signedIn = await currentSession(c, dependencies);
  const nowSeconds = Math.floor(Date.now() / 1000);
  if (signedIn && !needsSignIn(request, signedIn.session.authTime, nowSeconds)) {
    const granted = await grantAuthorization(c, dependencies, request, signedIn);
    if (granted) return granted;
  }
  if (request.prompt.includes('none')) {
    return returnToClient(c, config.issuer, request, {
      error: 'login_required',
      error_description: 'the person must sign in, which prompt none does not allow',
    });
  }
  const flow = await beginFlow(c, dependencies, request);
  return c.redirect(`/signin?flow=${flow}`, 303);
};
