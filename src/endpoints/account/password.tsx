import type { Context } from 'hono';
import { hashPassword } from '../../crypto/password.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { currentSession, openSession, type SignedIn } from '../../middleware/session.ts';
import { PasswordPage, type PasswordPageProps } from '../../pages/password.tsx';
import { newPasswordFault } from '../../passwords/check.ts';
import { checkPassword, locked } from '../../sign-in/password.ts';
import { secondFactorDemand } from '../../sign-in/second-factor.ts';

const page = (
  c: Context,
  { config }: Dependencies,
  { session }: SignedIn,
  fault?: PasswordPageProps['fault'],
  status: 200 | 400 | 401 | 429 = 200,
) => {
  const { minimumLength } = config.passwords;
  const props = { email: session.profile.email, minimumLength, fault };
  return showPage(c, config, <PasswordPage {...props} />, status);
};

/** GET /account/password */
export const showPasswordChange = (dependencies: Dependencies) => async (c: Context) => {
  if (!dependencies.config.passwords.enabled) return c.notFound();
  const signedIn = await currentSession(c, dependencies);
  return signedIn ? page(c, dependencies, signedIn) : c.redirect('/signin', 303);
};

/** POST /account/password: everything but this session ends before the answer leaves. */
export const changePassword = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets, users } = dependencies;
  if (!config.passwords.enabled) return c.notFound();
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return c.redirect('/signin', 303);
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const newPassword = parameters.get('new_password') ?? '';
  const { profile } = signedIn.session;
  const context = {
    minimumLength: config.passwords.minimumLength,
    words: [config.name, profile.name, profile.email],
  };
  const fault = await newPasswordFault(config, newPassword, context);
  if (fault) return page(c, dependencies, signedIn, { field: 'new_password', ...fault }, 400);

  const { userId } = signedIn.token;
  // Counted for this session alone: strangers' guesses keep nobody from changing a password under attack.
  const door = `session ${signedIn.session.sessionId}`;
  const outcome = await checkPassword(dependencies, userId, door, parameters.get('current_password') ?? '');
  if (outcome.kind === 'locked') {
    c.header('Retry-After', String(outcome.retryAfterSeconds));
    const fault = locked(outcome.retryAfterSeconds);
    return page(c, dependencies, signedIn, { field: 'current_password', ...fault }, 429);
  }
  if (outcome.kind === 'wrong') {
    const fault = { field: 'current_password', code: 'present_password_wrong' } as const;
    return page(c, dependencies, signedIn, fault, 401);
  }
  await users.changePassword(userId, await hashPassword(secrets, newPassword), signedIn.session.sessionId);
  // Under a new secret, so that a copy of this browser's cookie ends with everything else.
  const amr = [...new Set([...signedIn.session.amr, 'pwd'])];
  await openSession(c, dependencies, { userId, amr, door }, secondFactorDemand(config, undefined));
  return c.redirect('/account', 303);
};
