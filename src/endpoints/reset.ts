import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { mailAccountCode } from '../sign-in/account-code.ts';
import { readEmailAsk, showEmailAsk } from '../sign-in/email-ask.tsx';
import { offersReset } from '../sign-in/email-methods.ts';
import { keepEmailStep } from '../sign-in/email-step.ts';

/** GET /reset: for whoever forgot their password. */
export const showReset = (dependencies: Dependencies) => async (c: Context) =>
  offersReset(dependencies.config) ? showEmailAsk(c, dependencies, 'reset') : c.notFound();

/** POST /reset: mails a code, if there is an account. Nobody can tell. */
export const mailResetCode = (dependencies: Dependencies) => async (c: Context) => {
  const asked = await readEmailAsk(c, dependencies, 'reset');
  if (!offersReset(dependencies.config)) return c.notFound();
  if (asked instanceof Response) return asked;
  const step = await mailAccountCode(c, dependencies, 'reset', asked.address, asked.flowId);
  await keepEmailStep(c, dependencies, step);
  return c.redirect('/signin/email/code', 303);
};
