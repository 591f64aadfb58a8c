import type { Context } from 'hono';
import { typedEmailCode } from '../../../core/account/email-code.ts';
import type { Dependencies } from '../../../dependencies.ts';
import { showPage } from '../../../middleware/page.tsx';
import { readPageForm } from '../../../middleware/page-form.ts';
import { EmailCodeOverPage, EmailCodePage } from '../../../pages/email-code.tsx';
import { afterEmailStep, againAt } from '../../../sign-in/after-email-step.ts';
import { type EmailStep, endEmailStep, readEmailStep, tryEmailStep } from '../../../sign-in/email-step.ts';
import { allowReturn, readFlow } from '../../../sign-in/flow.ts';
import { floor } from '../../../sign-in/password.ts';
import type { Fault } from '../../../texts/fault.ts';

/** The page on which the code of a step is typed. */
export async function showEmailCode(
  c: Context,
  dependencies: Dependencies,
  step: EmailStep,
  { code, fault }: { code?: string; fault?: Fault } = {},
  status: 200 | 400 = 200,
): Promise<Response> {
  allowReturn(c, await readFlow(c, dependencies, step.flowId));
  return showPage(
    c,
    dependencies.config,
    <EmailCodePage
      address={step.address}
      certain={step.purpose !== 'sign-in' && step.purpose !== 'reset'}
      code={code}
      fault={fault}
      againHref={againAt(step)}
    />,
    status,
  );
}

/** GET /signin/email/code */
export const showEmailCodePage = (dependencies: Dependencies) => async (c: Context) => {
  const step = await readEmailStep(c, dependencies);
  return step ? showEmailCode(c, dependencies, step) : c.redirect('/signin', 303);
};

/** POST /signin/email/code: what the code was asked for goes on once it is right. */
export const tryEmailCode = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const step = await readEmailStep(c, dependencies);
  if (!step) return c.redirect('/signin', 303);
  const code = typedEmailCode(parameters.get('code') ?? '');
  if (code === undefined) {
    return showEmailCode(c, dependencies, step, { fault: { code: 'code_malformed' } }, 400);
  }
  const notBefore = floor();
  const outcome = await tryEmailStep(dependencies, step, code);
  switch (outcome.kind) {
    case 'proved':
      return afterEmailStep(c, dependencies, step);
    case 'wrong':
      await notBefore;
      return showEmailCode(c, dependencies, step, { fault: { code: 'code_wrong' } }, 400);
    case 'over':
      await notBefore;
      endEmailStep(c, dependencies);
      return showPage(c, config, <EmailCodeOverPage againHref={againAt(step)} />, 400);
  }
};
