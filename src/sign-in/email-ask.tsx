import type { Context } from 'hono';
import { normalEmail } from '../core/account/email.ts';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import { readPageForm } from '../middleware/page-form.ts';
import { EmailAskPage } from '../pages/email-code.tsx';
import { MAXIMUM_EMAIL_LENGTH } from '../pages/limits.ts';
import type { Fault } from '../texts/fault.ts';
import type { AccountCodeKind } from './account-code.ts';
import { readFlow } from './flow.ts';
import { withFlow } from './flow-address.ts';
import { ownReturn } from './own-page.ts';

// Asks for the address of an account, to mail a code there: to sign in with, or to set a new password by.

const page = (
  c: Context,
  { config }: Dependencies,
  to: AccountCodeKind,
  { flowId, email, fault }: { flowId: string | undefined; email?: string; fault?: Fault },
) =>
  showPage(
    c,
    config,
    <EmailAskPage
      to={to}
      flow={flowId}
      email={email}
      fault={fault}
      signInHref={withFlow('/signin', flowId)}
    />,
    fault ? 400 : 200,
  );

export async function showEmailAsk(
  c: Context,
  dependencies: Dependencies,
  to: AccountCodeKind,
): Promise<Response> {
  const flowId = c.req.query('flow');
  const leadsOn = (await readFlow(c, dependencies, flowId)) || ownReturn(flowId);
  return page(c, dependencies, to, { flowId: leadsOn ? flowId : undefined });
}

/** The address that was typed, in its normal form, or the page again. */
export async function readEmailAsk(
  c: Context,
  dependencies: Dependencies,
  to: AccountCodeKind,
): Promise<{ flowId: string | undefined; address: string } | Response> {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const flowId = parameters.get('flow');
  const typed = parameters.get('email') ?? '';
  const address = normalEmail(typed);
  if (address) return { flowId, address };
  const email = typed.slice(0, MAXIMUM_EMAIL_LENGTH);
  return page(c, dependencies, to, { flowId, email, fault: { code: 'email_malformed' } });
}
