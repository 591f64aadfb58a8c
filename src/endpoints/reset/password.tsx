import type { Context } from 'hono';
import { hashPassword } from '../../crypto/password.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import type { Proven } from '../../middleware/session.ts';
import { NewPasswordPage, PasswordResetPage } from '../../pages/new-password.tsx';
import { newPasswordFault } from '../../passwords/check.ts';
import { type EmailStep, endEmailStep, readEmailStep } from '../../sign-in/email-step.ts';
import { allowNewPassword } from '../../sign-in/flow.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import { minimumLength } from '../../sign-in/password.ts';
import { endProven, readProven } from '../../sign-in/proven.ts';
import { RESET_FLOW, resetQuestion } from '../../sign-in/reset.ts';
import type { Fault } from '../../texts/fault.ts';
import type { ResetAnswer, ResetQuestion } from '../../user/types.ts';

interface Reset {
  step: EmailStep;
  proven: Proven;
  question: ResetQuestion;
}

/** The reset that is going on in this browser, with everything proved that has to be; else the way to what is missing. */
async function resetOf(c: Context, dependencies: Dependencies): Promise<Reset | Response> {
  const [step, proven] = [
    await readEmailStep(c, dependencies),
    await readProven(c, dependencies, RESET_FLOW),
  ];
  const question = proven && (await resetQuestion(c, dependencies, proven));
  if (!step || !proven || !question) return c.redirect('/reset', 303);
  const answer = await dependencies.users.resetStep(proven.userId, question);
  return elsewhere(c, answer) ?? { step, proven, question };
}

function elsewhere(c: Context, answer: ResetAnswer): Response | undefined {
  if (answer.kind === 'over') return c.redirect('/reset', 303);
  if (answer.kind === 'second_factor_due') return c.redirect(`/signin/second-factor?flow=${RESET_FLOW}`, 303);
  return undefined;
}

const page = (
  c: Context,
  { config }: Dependencies,
  { step, proven }: Reset,
  fault?: Fault,
  status: 200 | 400 = 200,
) => {
  allowNewPassword(c, config);
  return showPage(
    c,
    config,
    <NewPasswordPage
      email={step.address}
      minimumLength={minimumLength(config, proven.amr.includes('mfa'))}
      fault={fault}
    />,
    status,
  );
};

/** GET /reset/password */
export const showNewPassword = (dependencies: Dependencies) => async (c: Context) => {
  const reset = await resetOf(c, dependencies);
  return reset instanceof Response ? reset : page(c, dependencies, reset);
};

/** POST /reset/password: every session and family ends before the answer leaves. */
export const setNewPassword = (dependencies: Dependencies) => async (c: Context) => {
  const { config, secrets, users } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const reset = await resetOf(c, dependencies);
  if (reset instanceof Response) return reset;
  const { step, proven, question } = reset;
  const password = parameters.get('new_password') ?? '';
  const context = {
    minimumLength: minimumLength(config, proven.amr.includes('mfa')),
    words: [config.name, step.address],
  };
  const fault = await newPasswordFault(config, password, context);
  if (fault) return page(c, dependencies, reset, fault, 400);
  const hash = await hashPassword(secrets, password);
  const answer = await users.resetPassword(proven.userId, question, hash);
  const other = elsewhere(c, answer);
  if (other) return other;
  endEmailStep(c, dependencies);
  endProven(c, dependencies);
  return showPage(c, config, <PasswordResetPage signInHref={withFlow('/signin', step.flowId)} />);
};
