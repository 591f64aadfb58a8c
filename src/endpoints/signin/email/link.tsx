import type { Context } from 'hono';
import { typedEmailCode } from '../../../core/account/email-code.ts';
import type { Dependencies } from '../../../dependencies.ts';
import { errorPage } from '../../../middleware/failure.tsx';
import { showPage } from '../../../middleware/page.tsx';
import { EmailCodeElsewherePage } from '../../../pages/email-code.tsx';
import { readEmailStep } from '../../../sign-in/email-step.ts';
import { showEmailCode } from './code.tsx';

/**
 * GET /signin/email/link: where the link in a mail leads. It changes nothing, since scanners open links too: the browser
 * that asked gets the page with the code filled in, any other is shown what to type there.
 */
export const emailLink = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  const code = typedEmailCode(c.req.query('code') ?? '');
  if (code === undefined) {
    return errorPage(c, config, 400, { error: 'email_link_broken' });
  }
  const step = await readEmailStep(c, dependencies);
  if (step) return showEmailCode(c, dependencies, step, { code });
  return showPage(c, config, <EmailCodeElsewherePage code={code} />);
};
