import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { mailAccountCode } from '../../sign-in/account-code.ts';
import { readEmailAsk, showEmailAsk } from '../../sign-in/email-ask.tsx';
import { offersEmailCodes } from '../../sign-in/email-methods.ts';
import { keepEmailStep } from '../../sign-in/email-step.ts';

/** GET /signin/email: asks for the address that a code is to be mailed to. */
export const showEmailSignIn = (dependencies: Dependencies) => async (c: Context) =>
  offersEmailCodes(dependencies.config) ? showEmailAsk(c, dependencies, 'signIn') : c.notFound();

/**
 * POST /signin/email: mails a code, if there is an account. Nobody can tell: the answer, the work and the least time are
 * the same.
 */
export const askForSignInCode = (dependencies: Dependencies) => async (c: Context) => {
  const asked = await readEmailAsk(c, dependencies, 'signIn');
  if (!offersEmailCodes(dependencies.config)) return c.notFound();
  if (asked instanceof Response) return asked;
  const step = await mailAccountCode(c, dependencies, 'signIn', asked.address, asked.flowId);
  await keepEmailStep(c, dependencies, step);
  return c.redirect('/signin/email/code', 303);
};
