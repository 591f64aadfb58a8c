import type { Context } from 'hono';
import { normalEmail } from '../../core/account/email.ts';
import type { Dependencies } from '../../dependencies.ts';
import { frontChannelLogoutUris } from '../../logout/front-channel.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { contentSecurityPolicy } from '../../middleware/security-headers.ts';
import { forgetBrowser } from '../../middleware/session.ts';
import { AccountDeletedPage, DeleteAccountPage } from '../../pages/delete-account.tsx';
import { freshPolicy, freshSession, signInAgain } from '../../sign-in/fresh-session.ts';

/** GET /account/delete */
export const showDeleteAccount = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await freshSession(c, dependencies, 'delete');
  if (signedIn instanceof Response) return signedIn;
  return showPage(c, dependencies.config, <DeleteAccountPage email={signedIn.session.profile.email} />);
};

/** POST /account/delete: nothing of the account is accepted any more when the answer leaves. */
export const deleteAccount = (dependencies: Dependencies) => async (c: Context) => {
  const { clients, config, users } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const signedIn = await freshSession(c, dependencies, 'delete');
  if (signedIn instanceof Response) return signedIn;
  const { email } = signedIn.session.profile;
  if (normalEmail(parameters.get('email') ?? '') !== email) {
    const page = <DeleteAccountPage email={email} fault={{ code: 'email_not_own' }} />;
    return showPage(c, config, page, 400);
  }
  const answer = await users.deleteAccount(signedIn.token, freshPolicy(config));
  if (answer.kind === 'stale') return signInAgain(c, 'delete');
  forgetBrowser(c, dependencies);
  const { sessionId } = signedIn.session;
  const frames = await frontChannelLogoutUris(clients, config.issuer, sessionId, answer.clientIds);
  c.header('Content-Security-Policy', contentSecurityPolicy({ frames }));
  return showPage(c, config, <AccountDeletedPage frames={frames} />);
};
