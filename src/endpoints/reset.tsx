import type { Context } from 'hono';
import { normalEmail } from '../core/account/email.ts';
import type { Dependencies } from '../dependencies.ts';
import { absentUserId } from '../identifier/identifiers.ts';
import { codeMail } from '../mail/messages.ts';
import { presentationOf, showPage } from '../middleware/page.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { EmailAskPage } from '../pages/email-code.tsx';
import { MAXIMUM_EMAIL_LENGTH } from '../pages/limits.ts';
import { offersReset } from '../sign-in/email-methods.ts';
import { beginEmailStep } from '../sign-in/email-step.ts';
import { readFlow } from '../sign-in/flow.ts';
import { ownReturn } from '../sign-in/own-page.ts';
import { floor } from '../sign-in/password.ts';
import type { Fault } from '../texts/fault.ts';

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
      to="reset"
      flow={shown.flowId}
      email={shown.email}
      fault={shown.fault}
      signInHref={shown.flowId ? `/signin?flow=${shown.flowId}` : '/signin'}
    />,
    status,
  );

/** GET /reset: for whoever forgot their password. */
export const showReset = (dependencies: Dependencies) => async (c: Context) => {
  if (!offersReset(dependencies.config)) return c.notFound();
  const flowId = c.req.query('flow');
  const leadsOn = (await readFlow(c, dependencies, flowId)) || ownReturn(flowId);
  return page(c, dependencies, { flowId: leadsOn ? flowId : undefined });
};

/** POST /reset: mails a code, if there is an account. Nobody can tell. */
export const mailResetCode = (dependencies: Dependencies) => async (c: Context) => {
  const { config, identifiers } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  if (!offersReset(config)) return c.notFound();
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
  const notBefore = floor();
  await beginEmailStep(c, dependencies, {
    purpose: 'reset',
    userId: (await identifiers.lookup(address)) ?? (await absentUserId(address)),
    address,
    flowId,
    needsAccount: true,
    compose: (mail) => codeMail('reset', { ...mail, name: config.name }, presentationOf(c, config)),
  });
  await notBefore;
  return c.redirect('/signin/email/code', 303);
};
