import type { Context } from 'hono';
import { normalEmail } from '../../core/account/email.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { EmailAskPage } from '../../pages/email-code.tsx';
import { MAXIMUM_EMAIL_LENGTH } from '../../pages/limits.ts';
import { offersEmailCodes } from '../../sign-in/email-methods.ts';
import { keepEmailStep } from '../../sign-in/email-step.ts';
import { readFlow } from '../../sign-in/flow.ts';
import { ownReturn } from '../../sign-in/own-page.ts';
import { mailSignInCode } from '../../sign-in/sign-in-code.ts';
import type { Fault } from '../../texts/fault.ts';

const page = (
  c: Context,
  { config }: Dependencies,
  shown: { flowId: string | undefined; email?: string; fault?: Fault },
  status: 200 | 400 = 200,
) =>
  showPage(
    c,
    config,
    <EmailAskPage
      to="signIn"
      flow={shown.flowId}
      email={shown.email}
      fault={shown.fault}
      signInHref={shown.flowId ? `/signin?flow=${shown.flowId}` : '/signin'}
    />,
    status,
  );

/** GET /signin/email: asks for the address that a code is to be mailed to. */
export const showEmailSignIn = (dependencies: Dependencies) => async (c: Context) => {
  if (!offersEmailCodes(dependencies.config)) return c.notFound();
  const flowId = c.req.query('flow');
  const leadsOn = (await readFlow(c, dependencies, flowId)) || ownReturn(flowId);
  return page(c, dependencies, { flowId: leadsOn ? flowId : undefined });
};

/**
 * POST /signin/email: mails a code, if there is an account. Nobody can tell: the answer, the work and the least time are
 * the same.
 */
export const askForSignInCode = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  if (!offersEmailCodes(config)) return c.notFound();
  const flowId = parameters.get('flow');
  const typed = parameters.get('email') ?? '';
  const address = normalEmail(typed);
  if (!address) {
    return page(
      c,
      dependencies,
      { flowId, email: typed.slice(0, MAXIMUM_EMAIL_LENGTH), fault: { code: 'email_malformed' } },
      400,
    );
  }
  await keepEmailStep(c, dependencies, await mailSignInCode(c, dependencies, address, flowId));
  return c.redirect('/signin/email/code', 303);
};
