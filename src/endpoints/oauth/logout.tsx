import type { Context } from 'hono';
import { compactVerify, createLocalJWKSet, decodeProtectedHeader } from 'jose';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { readForm, readQuery } from '../../middleware/form.ts';
import { fromOwnPage } from '../../middleware/same-origin.ts';
import { contentSecurityPolicy } from '../../middleware/security-headers.ts';
import { clearSession, currentSession } from '../../middleware/session.ts';
import { SignOutPage } from '../../pages/sign-out.tsx';
import { SignedOutPage } from '../../pages/signed-out.tsx';

const TITLE = 'You were not signed out';

interface Hint {
  userId: string;
  sessionId: string;
  clientId: string;
}

/** An ID token of ours, expired or not (OpenID Connect RP-Initiated Logout §2), or undefined. */
async function readHint({ config, keys }: Dependencies, text: string): Promise<Hint | undefined> {
  try {
    if (decodeProtectedHeader(text).typ !== 'JWT') return undefined;
    const { payload } = await compactVerify(text, createLocalJWKSet(await keys.jwks()), {
      algorithms: ['RS256', 'ES256'],
    });
    const claims = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
    const { iss, sub, sid, aud } = claims;
    if (
      iss !== config.issuer ||
      typeof sub !== 'string' ||
      typeof sid !== 'string' ||
      typeof aud !== 'string'
    ) {
      return undefined;
    }
    return { userId: sub, sessionId: sid, clientId: aud };
  } catch {
    return undefined;
  }
}

/**
 * GET and POST /oauth/logout: OpenID Connect RP-Initiated Logout. Asks the person first unless an ID token of the
 * very session is shown. The session and its families are over before the answer leaves.
 * `everywhere=true`, an extension, ends every session of the person; it always asks first.
 */
export const logout = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const isPost = c.req.method === 'POST';
  const parsed = isPost ? await readForm(c) : readQuery(c);
  if (parsed.kind === 'malformed')
    return errorPage(c, config, 400, TITLE, `The request is malformed: ${parsed.description}.`);
  const { parameters } = parsed;

  const hintText = parameters.get('id_token_hint');
  const hint = hintText === undefined ? undefined : await readHint(dependencies, hintText);
  if (hintText !== undefined && !hint) {
    return errorPage(
      c,
      config,
      400,
      TITLE,
      'The app sent an ID token that was not issued here. Sign out on your account page instead.',
      {
        href: '/account',
        label: 'Go to your account',
      },
    );
  }
  const namedClientId = parameters.get('client_id');
  if (hint && namedClientId !== undefined && namedClientId !== hint.clientId) {
    return errorPage(c, config, 400, TITLE, 'The app sent an ID token that was issued to another app.');
  }
  const client = config.clients.find((candidate) => candidate.clientId === (hint?.clientId ?? namedClientId));
  const postLogoutRedirectUri = parameters.get('post_logout_redirect_uri');
  if (
    postLogoutRedirectUri !== undefined &&
    !client?.postLogoutRedirectUris.includes(postLogoutRedirectUri)
  ) {
    return errorPage(
      c,
      config,
      400,
      TITLE,
      'The app asked to go on to an address that is not registered for it.',
      {
        href: '/account',
        label: 'Go to your account',
      },
    );
  }

  const everywhere = parameters.get('everywhere') === 'true';
  const sameOriginPost = isPost && fromOwnPage(c, config);
  if (isPost && !sameOriginPost) {
    // A POST from another site comes without our SameSite=Lax cookies: nobody would seem to be signed in. Asked
    // again as a navigation it brings them, and the person is asked, or the ID token is compared with the session.
    return c.redirect(`/oauth/logout?${new URLSearchParams([...parameters])}`, 303);
  }

  const done = () => {
    if (postLogoutRedirectUri === undefined)
      return c.html(<SignedOutPage name={config.name} signInHref="/signin" />);
    const url = new URL(postLogoutRedirectUri);
    const state = parameters.get('state');
    if (state !== undefined) url.searchParams.set('state', state);
    return c.redirect(url.href, 303);
  };

  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) {
    clearSession(c, dependencies);
    return done();
  }
  const confirmed = sameOriginPost && parameters.get('confirm') === 'yes';
  const ownSession =
    hint !== undefined &&
    hint.sessionId === signedIn.session.sessionId &&
    hint.userId === signedIn.token.userId;
  if (confirmed && everywhere) {
    await users.endEverything(signedIn.token.userId, 'sign_out_everywhere');
    clearSession(c, dependencies);
    return done();
  }
  if (confirmed || (ownSession && !everywhere)) {
    await users.endSession(signedIn.token.userId, signedIn.session.sessionId, 'sign_out');
    clearSession(c, dependencies);
    return done();
  }
  if (postLogoutRedirectUri !== undefined) {
    c.header('Content-Security-Policy', contentSecurityPolicy({ formAction: [postLogoutRedirectUri] }));
  }
  return c.html(
    <SignOutPage
      name={config.name}
      clientName={client?.clientName}
      everywhere={everywhere}
      hidden={Object.fromEntries(parameters)}
    />,
  );
};
