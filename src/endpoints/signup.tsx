import type { Context } from 'hono';
import { normalEmail } from '../core/account/email.ts';
import { hashPassword } from '../crypto/password.ts';
import { newUserId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { readPageForm } from '../middleware/page-form.ts';
import { signInDoor } from '../middleware/session.ts';
import { SignUpPage, type SignUpPageProps } from '../pages/sign-up.tsx';
import { allowReturn, type Flow, readFlow } from '../sign-in/flow.ts';
import { ownReturn } from '../sign-in/own-page.ts';
import { newPasswordFault } from '../sign-in/password.ts';
import { proceed } from '../sign-in/proceed.ts';
import { signUpUser } from '../sign-in/sign-up.ts';

const MAXIMUM_NAME_LENGTH = 100;

type Typed = Pick<SignUpPageProps, 'email' | 'displayName' | 'error'>;

const page = async (
  c: Context,
  { clients, config }: Dependencies,
  flowId: string | undefined,
  flow: Flow | undefined,
  typed: Typed,
  status: 200 | 400 | 409 = 200,
) => {
  allowReturn(c, flow);
  return c.html(
    <SignUpPage
      name={config.name}
      clientName={flow && (await clients.find(flow.request.clientId))?.clientName}
      flow={flowId}
      minimumLength={config.passwords.minimumLength}
      signInHref={flowId ? `/signin?flow=${flowId}` : '/signin'}
      {...typed}
    />,
    status,
  );
};

/** GET /signup */
export const showSignUp = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const leadsOn = flow || ownReturn(flowId);
  return page(c, dependencies, leadsOn && flowId, flow, { email: flow?.request.loginHint });
};

/** What is wrong with the form, field by field, the first one first. */
function fault(
  { email, name, password }: { email: string | undefined; name: string; password: string },
  minimumLength: number,
): Typed['error'] {
  if (name === '') return { field: 'name', message: 'Enter your name.' };
  if (name.length > MAXIMUM_NAME_LENGTH) {
    return { field: 'name', message: `Use at most ${MAXIMUM_NAME_LENGTH} characters for your name.` };
  }
  if (!email) return { field: 'email', message: 'Enter one email address, like you@example.com.' };
  const passwordFault = newPasswordFault(password, minimumLength);
  if (passwordFault) return { field: 'password', message: passwordFault };
  return undefined;
}

/** POST /signup */
export const signUp = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const typedEmail = (parameters.get('email') ?? '').slice(0, 254);
  const name = (parameters.get('name') ?? '').replace(/[\s\p{C}]+/gu, ' ').trim();
  const password = parameters.get('password') ?? '';
  const email = normalEmail(parameters.get('email') ?? '');
  const typed = { email: typedEmail, displayName: name.slice(0, MAXIMUM_NAME_LENGTH) };

  const error = fault({ email, name, password }, config.passwords.minimumLength);
  if (error || !email) return page(c, dependencies, flowId, flow, { ...typed, error }, 400);

  const profile = { userId: newUserId(), email, emailVerified: false, name };
  const outcome = await signUpUser(dependencies, profile, () => hashPassword(secrets, password));
  if (outcome === 'taken') {
    const message = 'There is an account with this email already. Sign in instead.';
    return page(c, dependencies, flowId, flow, { ...typed, error: { field: 'email', message } }, 409);
  }
  const { userId } = profile;
  const door = await signInDoor(c, dependencies, userId);
  return proceed(c, dependencies, { userId, amr: ['pwd'], door }, flowId, flow);
};
