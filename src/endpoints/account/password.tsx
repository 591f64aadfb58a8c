import type { Context } from 'hono';
import { hashPassword } from '../../crypto/password.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { currentSession, openSession, type SignedIn } from '../../middleware/session.ts';
import { PasswordPage, type PasswordPageProps } from '../../pages/password.tsx';
import { newPasswordFault } from '../../passwords/check.ts';
import { allowNewPassword } from '../../sign-in/flow.ts';
import { freshPolicy, signInAgain } from '../../sign-in/fresh-session.ts';
import { ownPageFlow } from '../../sign-in/own-page.ts';
import { checkPassword, locked, minimumLength } from '../../sign-in/password.ts';
import { proceed } from '../../sign-in/proceed.ts';
import { secondFactorDemand } from '../../sign-in/second-factor.ts';
import type { PasswordState } from '../../user/types.ts';

/** Somebody who may change their password, and what there is to change. */
interface Change extends SignedIn, Pick<PasswordState, 'hasPassword' | 'secondFactor'> {
  /** Whether the session may change a way of signing in without proving anything anew. */
  fresh: boolean;
}

/**
 * Whoever has a password proves it on the page; whoever has none, or a second factor beside it, signs in anew first, since an
 * open browser is not yet its owner.
 */
async function changeOf(c: Context, dependencies: Dependencies): Promise<Change | Response> {
  const { config, users } = dependencies;
  const signedIn = await currentSession(c, dependencies);
  if (!config.passwords.enabled) return c.notFound();
  if (!signedIn) return c.redirect('/signin', 303);
  const { rule } = secondFactorDemand(config, undefined);
  const { hasPassword, secondFactor } = await users.passwordState(signedIn.token, {
    rule,
    groups: config.secondFactor.groups,
  });
  const fresh = (await users.readFreshSession(signedIn.token, freshPolicy(config))).kind === 'live';
  if (!fresh && (!hasPassword || secondFactor)) return signInAgain(c, 'password');
  return { ...signedIn, hasPassword, secondFactor, fresh };
}

const page = (
  c: Context,
  { config }: Dependencies,
  { session, hasPassword, secondFactor }: Change,
  fault?: PasswordPageProps['fault'],
  status: 200 | 400 | 401 | 429 = 200,
) => {
  const props = {
    email: session.profile.email,
    minimumLength: minimumLength(config, secondFactor),
    first: !hasPassword,
    fault,
  };
  allowNewPassword(c, config);
  return showPage(c, config, <PasswordPage {...props} />, status);
};

/** GET /account/password */
export const showPasswordChange = (dependencies: Dependencies) => async (c: Context) => {
  const change = await changeOf(c, dependencies);
  return change instanceof Response ? change : page(c, dependencies, change);
};

/** POST /account/password: everything but this session ends before the answer leaves. */
export const changePassword = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets, users } = dependencies;
  const change = await changeOf(c, dependencies);
  if (change instanceof Response) return change;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const newPassword = parameters.get('new_password') ?? '';
  const { session, token, hasPassword, secondFactor, fresh } = change;
  const context = {
    minimumLength: minimumLength(config, secondFactor),
    words: [config.name, session.profile.name, session.profile.email],
  };
  const fault = await newPasswordFault(config, newPassword, context);
  if (fault) return page(c, dependencies, change, { field: 'new_password', ...fault }, 400);

  const { userId } = token;
  // Counted for this session alone: strangers' guesses keep nobody from changing a password under attack.
  const door = `session ${session.sessionId}`;
  if (hasPassword) {
    const outcome = await checkPassword(dependencies, userId, door, parameters.get('current_password') ?? '');
    if (outcome.kind === 'locked') {
      c.header('Retry-After', String(outcome.retryAfterSeconds));
      const fault = locked(outcome.retryAfterSeconds);
      return page(c, dependencies, change, { field: 'current_password', ...fault }, 429);
    }
    if (outcome.kind === 'wrong') {
      const fault = { field: 'current_password', code: 'present_password_wrong' } as const;
      return page(c, dependencies, change, fault, 401);
    }
    await users.changePassword(userId, await hashPassword(secrets, newPassword), session.sessionId);
  } else {
    const hash = await hashPassword(secrets, newPassword);
    const set = await users.setFirstPassword(token, hash, freshPolicy(config));
    if (set.kind !== 'live') return signInAgain(c, 'password');
  }
  // Under a new secret, so that a copy of this browser's cookie ends with everything else.
  const proved = hasPassword ? ['pwd'] : [];
  // The session is as new as this proof; what was proved long ago is not.
  const amr = fresh ? [...new Set([...session.amr, ...proved])] : proved;
  const proven = { userId, amr, door };
  const opened = await openSession(c, dependencies, proven, secondFactorDemand(config, undefined));
  if (opened.kind === 'opened') return c.redirect('/account', 303);
  // Nothing is trusted in the place of a second factor any more: this browser is asked for one, like a copy of its cookie.
  await users.endSession(userId, session.sessionId, 'password_change');
  return proceed(c, dependencies, proven, ownPageFlow('account'), undefined);
};
