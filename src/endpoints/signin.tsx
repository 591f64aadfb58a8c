import type { Context } from 'hono';
import { normalEmail } from '../core/account/email.ts';
import { MAXIMUM_PASSWORD_LENGTH, verifyPassword } from '../crypto/password.ts';
import type { Dependencies } from '../dependencies.ts';
import { absentUserId } from '../identifier/identifiers.ts';
import { errorPage } from '../middleware/failure.tsx';
import { readForm } from '../middleware/form.ts';
import { openSession } from '../middleware/session.ts';
import { SignInPage } from '../pages/sign-in.tsx';
import { finishSignIn } from '../sign-in/finish.ts';
import { allowReturn, type Flow, readFlow } from '../sign-in/flow.ts';

const clientNameOf = ({ config }: Dependencies, flow: Flow | undefined): string | undefined =>
  config.clients.find((client) => client.clientId === flow?.request.clientId)?.clientName;

const page = (
  c: Context,
  dependencies: Dependencies,
  shown: { flowId: string | undefined; flow: Flow | undefined; email?: string | undefined; error?: string },
  status: 200 | 401 | 429 = 200,
) => {
  const { flowId, flow, email, error } = shown;
  allowReturn(c, flow);
  return c.html(
    <SignInPage
      name={dependencies.config.name}
      clientName={clientNameOf(dependencies, flow)}
      flow={flowId}
      email={email ?? flow?.request.loginHint}
      error={error}
      signUpHref={flowId ? `/signup?flow=${flowId}` : '/signup'}
    />,
    status,
  );
};

/** GET /signin */
export const showSignIn = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const flow = await readFlow(c, dependencies, flowId);
  return page(c, dependencies, { flowId: flow && flowId, flow });
};

/** POST /signin: an unknown email costs the same calls, the same hash and the same answer as a wrong password. */
export const signIn = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets, users, identifiers } = dependencies;
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed') {
    return errorPage(
      c,
      config,
      400,
      'That form could not be read',
      `It is malformed: ${parsed.description}.`,
    );
  }
  const flowId = parsed.parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const typed = parsed.parameters.get('email') ?? '';
  const password = parsed.parameters.get('password') ?? '';
  const email = normalEmail(typed);
  const wrong = () =>
    page(
      c,
      dependencies,
      { flowId, flow, email: typed.slice(0, 254), error: 'That email and password do not match.' },
      401,
    );
  if (!email || password.length === 0 || password.length > MAXIMUM_PASSWORD_LENGTH) return wrong();

  const userId = await identifiers.lookup(email);
  const attempt = await users.beginPasswordAttempt(userId ?? (await absentUserId(email)), config.passwords);
  if (attempt.kind === 'locked') {
    c.header('Retry-After', String(attempt.retryAfterSeconds));
    const minutes = Math.ceil(attempt.retryAfterSeconds / 60);
    const error = `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}.`;
    return page(c, dependencies, { flowId, flow, email, error }, 429);
  }
  const matches = await verifyPassword(secrets, password, attempt.passwordHash);
  if (!matches || userId === undefined) return wrong();
  const signedIn = await openSession(c, dependencies, userId, ['pwd']);
  if (!signedIn) return wrong();
  return finishSignIn(c, dependencies, signedIn, flowId, flow);
};
