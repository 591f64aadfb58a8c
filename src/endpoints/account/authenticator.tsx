import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { openSession } from '../../middleware/session.ts';
import { AuthenticatorPage, AuthenticatorSetUpPage } from '../../pages/authenticator.tsx';
import { NewRecoveryCodesPage } from '../../pages/recovery-codes.tsx';
import { freshPolicy, freshSession, signInAgain } from '../../sign-in/fresh-session.ts';
import { secondFactorDemand } from '../../sign-in/second-factor.ts';
import { checkSetUp, shownSetUp } from '../../sign-in/set-up-authenticator.ts';

type Shown = Awaited<ReturnType<typeof shownSetUp>>;

/** Where second factors are off, none is set up that nobody would ask for. */
export const secondFactorOff = (c: Context, { config }: Dependencies) =>
  errorPage(c, config, 404, { error: 'second_factor_off', href: '/account' });

const setUpPage = (c: Context, { config }: Dependencies, shown: Shown, status: 200 | 401 = 200) =>
  showPage(
    c,
    config,
    <AuthenticatorSetUpPage action="/account/authenticator" cancelHref="/account" {...shown} />,
    status,
  );

/** GET /account/authenticator: the app that there is, or how to set one up. */
export const showAuthenticator = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  if (config.secondFactor.policy === 'off') return secondFactorOff(c, dependencies);
  const signedIn = await freshSession(c, dependencies, 'authenticator');
  if (signedIn instanceof Response) return signedIn;
  const { userId } = signedIn.token;
  const { totpSince, email } = await users.secondFactors.of(userId);
  if (totpSince !== null && c.req.query('another') === undefined) {
    return showPage(c, config, <AuthenticatorPage since={totpSince} />);
  }
  return setUpPage(c, dependencies, await shownSetUp(c, dependencies, userId, email));
};

/** POST /account/authenticator: the first code of an app, which then takes the place of the one before. */
export const setUpAuthenticator = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  if (config.secondFactor.policy === 'off') return secondFactorOff(c, dependencies);
  const signedIn = await freshSession(c, dependencies, 'authenticator');
  if (signedIn instanceof Response) return signedIn;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const { token, session } = signedIn;
  const { email } = session.profile;
  const outcome = await checkSetUp(c, dependencies, token.userId, email, parameters);
  if (outcome.kind === 'wrong') return setUpPage(c, dependencies, outcome.shown, 401);
  const answer = await users.secondFactors.setTotp(token, freshPolicy(config), outcome.totp);
  if (answer.session.kind !== 'live') return signInAgain(c, 'authenticator');
  // The app has just been shown: this session has both factors from now on, and may change them.
  const amr = [...new Set([...session.amr, 'otp', 'mfa'])];
  const proven = { userId: token.userId, amr, door: `session ${session.sessionId}` };
  await openSession(c, dependencies, proven, secondFactorDemand(config, undefined));
  if (!answer.adopted) return c.redirect('/account/authenticator', 303);
  c.header('Cache-Control', 'no-store');
  return showPage(c, config, <NewRecoveryCodesPage codes={outcome.codes} />);
};

/** POST /account/authenticator/remove */
export const removeAuthenticator = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const signedIn = await freshSession(c, dependencies, 'authenticator');
  if (signedIn instanceof Response) return signedIn;
  const { rule } = secondFactorDemand(config, undefined);
  const demand = { rule, groups: config.secondFactor.groups };
  const answer = await users.secondFactors.removeTotp(signedIn.token, freshPolicy(config), demand);
  if (answer.kind === 'required') {
    return errorPage(c, config, 409, { error: 'second_factor_required', href: '/account/authenticator' });
  }
  return answer.kind === 'live' ? c.redirect('/account', 303) : signInAgain(c, 'authenticator');
};
