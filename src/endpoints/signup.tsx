import type { Context } from 'hono';
import { hashPassword } from '../crypto/password.ts';
import { newUserId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { signInDoor } from '../middleware/session.ts';
import { newPasswordFault } from '../passwords/check.ts';
import { endEmailStep } from '../sign-in/email-step.ts';
import { readFlow } from '../sign-in/flow.ts';
import { ownReturn } from '../sign-in/own-page.ts';
import { proceed } from '../sign-in/proceed.ts';
import { admit, signUpAdmitted } from '../sign-in/sign-up-admission.ts';
import { readSignUp, type SignUpTyped, showSignUpPage } from '../sign-in/sign-up-page.tsx';

/** GET /signup */
export const showSignUp = (dependencies: Dependencies) => async (c: Context) => {
  const flowId = c.req.query('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const leadsOn = (flow || ownReturn(flowId)) && flowId;
  const admission = await admit(c, dependencies, { flowId: leadsOn, invite: c.req.query('invite') });
  if (admission instanceof Response) return admission;
  const email = admission.invitation?.email ?? flow?.request.loginHint;
  return showSignUpPage(c, dependencies, leadsOn, flow, admission, { email });
};

/** POST /signup: an account with a password. */
export const signUp = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const flow = await readFlow(c, dependencies, flowId);
  const admission = await admit(c, dependencies, { flowId, invite: parameters.get('invite') });
  if (admission instanceof Response) return admission;
  const password = parameters.get('password') ?? '';
  const { email, name, typed } = readSignUp(config, admission, parameters);
  const refuse = (fault: SignUpTyped['fault'], status: 400 | 409 = 400) =>
    showSignUpPage(c, dependencies, flowId, flow, admission, { ...typed, fault }, status);

  if (!config.passwords.enabled) return refuse({ field: 'email', code: 'passwords_off' });
  if (typed.fault || !email) return refuse(typed.fault);
  const { minimumLength } = config.passwords;
  const context = { minimumLength, words: [config.name, name, email] };
  const passwordFault = await newPasswordFault(config, password, context);
  if (passwordFault) return refuse({ field: 'password', ...passwordFault });

  const userId = newUserId();
  const outcome = await signUpAdmitted(dependencies, admission, { userId, email, name }, async () => ({
    passwordHash: await hashPassword(secrets, password),
  }));
  if (outcome === 'taken') return refuse({ field: 'email', code: 'email_taken' }, 409);
  if (outcome === 'uninvited') return errorPage(c, config, 403, { error: 'not_invited' });
  if (admission.proved !== undefined) endEmailStep(c, dependencies);
  const door = await signInDoor(c, dependencies, userId);
  return proceed(c, dependencies, { userId, amr: ['pwd'], door }, flowId, flow);
};
