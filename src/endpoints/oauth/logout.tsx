import type { Context } from 'hono';
import type { Client } from '../../config/schema.ts';
import type { Parameters } from '../../core/oauth/parameters.ts';
import { withQuery } from '../../core/oauth/query.ts';
import { parseUiLocales } from '../../core/oauth/ui-locales.ts';
import type { Dependencies } from '../../dependencies.ts';
import { readIdTokenHint } from '../../keys/id-token-hint.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { readForm, readQuery } from '../../middleware/form.ts';
import { preferLanguages, showPage } from '../../middleware/page.tsx';
import { fromOwnPage } from '../../middleware/same-origin.ts';
import { contentSecurityPolicy } from '../../middleware/security-headers.ts';
import { clearSession, type SignedIn, sessionToEnd } from '../../middleware/session.ts';
import { SignOutPage } from '../../pages/sign-out.tsx';
import { SignedOutPage } from '../../pages/signed-out.tsx';
import { type EndedSession, signOutFrames } from '../signed-out.tsx';

/** A logout request (OpenID Connect RP-Initiated Logout §2) whose parameters have been judged. */
interface LogoutRequest {
  /** Who asks, if anybody says so. */
  client: Client | undefined;
  /** Where the client wants its person back, with `state`. Registered for it, or refused. */
  next: string | undefined;
  /** The session that a verified ID token names. */
  session: { userId: string; sessionId: string | undefined } | undefined;
  /** An extension: every session of the person is meant. */
  everywhere: boolean;
}

type LogoutFault = 'logout_token_foreign' | 'logout_token_of_another' | 'logout_address_unknown';

type Judged = { kind: 'accepted'; request: LogoutRequest } | { kind: 'refused'; error: LogoutFault };

const refused = (error: LogoutFault): Judged => ({ kind: 'refused', error });

/**
 * §4: what cannot be validated must not be used. `logout_hint` is a hint that changes nothing: the browser's own session
 * says who is here.
 */
async function judge(dependencies: Dependencies, parameters: Parameters): Promise<Judged> {
  const hintText = parameters.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await readIdTokenHint(dependencies, hintText);
  if (hint?.kind === 'foreign') return refused('logout_token_foreign');
  const ours = hint?.kind === 'ours' ? hint : undefined;
  const named = parameters.get('client_id');
  // §2: the OP MUST verify that the client is the one that the ID token was issued to.
  if (ours && named !== undefined && !ours.audience.includes(named))
    return refused('logout_token_of_another');
  // An ID token for several does not say which of them asks.
  const clientId = named ?? (ours?.audience.length === 1 ? ours.audience[0] : undefined);
  const client = clientId === undefined ? undefined : await dependencies.clients.find(clientId);

  const uri = parameters.get('post_logout_redirect_uri');
  // §3: MUST exactly match one that was registered, and we must know for whom.
  if (uri !== undefined && !client?.postLogoutRedirectUris.includes(uri))
    return refused('logout_address_unknown');
  const state = parameters.get('state');
  const next = uri === undefined ? undefined : withQuery(uri, state === undefined ? {} : { state });
  const everywhere = parameters.get('everywhere') === 'true';
  return { kind: 'accepted', request: { client, next, session: ours, everywhere } };
}

/** Ends what was asked for: over before the answer leaves. */
async function signOut(
  { users }: Dependencies,
  { token, session: { sessionId } }: SignedIn,
  everywhere: boolean,
): Promise<EndedSession> {
  const clientIds = everywhere
    ? await users.endEverything(token.userId, 'sign_out_everywhere', sessionId)
    : await users.endSession(token.userId, sessionId, 'sign_out');
  return { sessionId, clientIds };
}

/**
 * GET and POST /oauth/logout: OpenID Connect RP-Initiated Logout. Asks the person first unless an ID token of the
 * very session is shown. `everywhere=true` ends every session of the person; it always asks first.
 */
export const logout = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const isPost = c.req.method === 'POST';
  const parsed = isPost ? await readForm(c) : readQuery(c);
  if (parsed.kind === 'malformed') {
    const values = { detail: parsed.description };
    return errorPage(c, config, 400, { error: 'logout_malformed', values, href: '/account' });
  }
  const { parameters } = parsed;
  preferLanguages(c, parseUiLocales(parameters.get('ui_locales')));
  const judged = await judge(dependencies, parameters);
  if (judged.kind === 'refused') return errorPage(c, config, 400, { error: judged.error, href: '/account' });
  const { client, next, session: hinted, everywhere } = judged.request;

  const sameOriginPost = isPost && fromOwnPage(c, config);
  if (isPost && !sameOriginPost) {
    // A POST from another site comes without our SameSite=Lax cookies: nobody would seem to be signed in. Asked
    // again as a navigation it brings them, and the person is asked, or the ID token is compared with the session.
    return c.redirect(`/oauth/logout?${new URLSearchParams([...parameters])}`, 303);
  }

  const signedIn = await sessionToEnd(c, dependencies);
  // §2: MUST ask when there is no ID token, or none of this session and this person.
  const isCertain =
    !everywhere &&
    hinted !== undefined &&
    hinted.sessionId === signedIn?.session.sessionId &&
    hinted.userId === signedIn?.token.userId;
  const isConfirmed = sameOriginPost && parameters.get('confirm') === 'yes';
  if (signedIn && !isCertain && !isConfirmed) {
    // Browsers hold the redirect at the end to the page's form-action.
    if (next !== undefined)
      c.header('Content-Security-Policy', contentSecurityPolicy({ formAction: [next] }));
    return showPage(
      c,
      config,
      <SignOutPage
        clientName={client?.clientName}
        everywhere={everywhere}
        hidden={Object.fromEntries(parameters)}
      />,
    );
  }
  if (everywhere && !signedIn) {
    // What this browser has left does not say whose sessions are to end: to go on would tell that they had.
    return errorPage(c, config, 400, { error: 'logout_nobody', href: '/account' });
  }
  // Nobody is signed in here: what the client wants is so already (§2: logout requests are idempotent).
  const ended = signedIn && (await signOut(dependencies, signedIn, everywhere));
  clearSession(c, dependencies);
  const goOn = next === undefined || !client ? undefined : { href: next, clientName: client.clientName };
  const framed = ended && (await signOutFrames(c, dependencies, ended, goOn));
  if (framed) return framed;
  return next === undefined
    ? showPage(c, config, <SignedOutPage signInHref="/signin" />)
    : c.redirect(next, 303);
};
