import type { Context } from 'hono';
import { rpIdOf } from '../config/passkeys.ts';
import { normalEmail } from '../core/account/email.ts';
import { hashPassword } from '../crypto/password.ts';
import { newUserId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { signInDoor } from '../middleware/session.ts';
import { SignUpPage, type SignUpPageProps } from '../pages/sign-up.tsx';
import { newPasswordFault } from '../passwords/check.ts';
import { allowPasskeys, type Flow, readFlow } from '../sign-in/flow.ts';
import { ownReturn } from '../sign-in/own-page.ts';
import { proceed } from '../sign-in/proceed.ts';
import { signUpUser } from '../sign-in/sign-up.ts';
import { beginPasskeySignUp } from './signup/passkey.tsx';

const MAXIMUM_NAME_LENGTH = 100;

type Typed = Pick<SignUpPageProps, 'email' | 'displayName' | 'fault'>;

export const showSignUpPage = async (
  c: Context,
  { clients, config }: Dependencies,
  flowId: string | undefined,
  flow: Flow | undefined,
  typed: Typed,
  status: 200 | 400 | 409 = 200,
) => {
  allowPasskeys(c, config, flow);
  return showPage(
    c,
    config,
    <SignUpPage
      clientName={flow && (await clients.find(flow.request.clientId))?.clientName}
      flow={flowId}
      minimumLength={config.passwords.minimumLength}
      signInHref={flowId ? `/signin?flow=${flowId}` : '/signin'}
      withPassword={config.passwords.enabled}
      withPasskey={rpIdOf(config) !== undefined}
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
  return showSignUpPage(c, dependencies, leadsOn && flowId, flow, { email: flow?.request.loginHint });
};

/**
 * What is wrong with the form, field by field, the first one first.
 * @param password undefined for an account that is to have none.
 */
async function faultOf(
  config: Dependencies['config'],
  { email, name, password }: { email: string | undefined; name: string; password: string | undefined },
): Promise<Typed['fault']> {
  if (name === '') return { field: 'name', code: 'name_missing' };
  if (name.length > MAXIMUM_NAME_LENGTH) {
    return { field: 'name', code: 'name_too_long', count: MAXIMUM_NAME_LENGTH };
  }
  if (!email) return { field: 'email', code: 'email_malformed' };
  if (password === undefined) return undefined;
  const { minimumLength } = config.passwords;
  const context = { minimumLength, words: [config.name, name, email] };
  const passwordFault = await newPasswordFault(config, password, context);
  if (passwordFault) return { field: 'password', ...passwordFault };
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
  const withPasskey = rpIdOf(config) !== undefined && parameters.get('with') === 'passkey';
  const password = withPasskey ? undefined : (parameters.get('password') ?? '');
  const email = normalEmail(parameters.get('email') ?? '');
  const typed = { email: typedEmail, displayName: name.slice(0, MAXIMUM_NAME_LENGTH) };

  if (password !== undefined && !config.passwords.enabled) {
    const off = { field: 'email', code: 'passwords_off' } as const;
    return showSignUpPage(c, dependencies, flowId, flow, { ...typed, fault: off }, 400);
  }
  const fault = await faultOf(config, { email, name, password });
  if (fault || !email) return showSignUpPage(c, dependencies, flowId, flow, { ...typed, fault }, 400);
  if (password === undefined) return beginPasskeySignUp(c, dependencies, flowId, flow, { email, name });

  const profile = { userId: newUserId(), email, emailVerified: false, name };
  const outcome = await signUpUser(dependencies, profile, async () => ({
    passwordHash: await hashPassword(secrets, password),
  }));
  if (outcome === 'taken') {
    const taken = { field: 'email', code: 'email_taken' } as const;
    return showSignUpPage(c, dependencies, flowId, flow, { ...typed, fault: taken }, 409);
  }
  const { userId } = profile;
  const door = await signInDoor(c, dependencies, userId);
  return proceed(c, dependencies, { userId, amr: ['pwd'], door }, flowId, flow);
};
