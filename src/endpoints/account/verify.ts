import type { Context } from 'hono';
import { canMail } from '../../config/mail.ts';
import type { Dependencies } from '../../dependencies.ts';
import { codeMail } from '../../mail/messages.ts';
import { presentationOf } from '../../middleware/page.tsx';
import { currentSession } from '../../middleware/session.ts';
import { beginEmailStep } from '../../sign-in/email-step.ts';

/** POST /account/verify: mails a code to the account's address, to confirm it. */
export const mailVerifyCode = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  if (!canMail(config)) return c.notFound();
  const signedIn = await currentSession(c, dependencies);
  if (!signedIn) return c.redirect('/signin', 303);
  const { userId, email, emailVerified } = signedIn.session.profile;
  if (emailVerified) return c.redirect('/account', 303);
  await beginEmailStep(c, dependencies, {
    purpose: 'verify',
    userId,
    address: email,
    flowId: undefined,
    needsAccount: true,
    compose: (mail) => codeMail('verify', { ...mail, name: config.name }, presentationOf(c, config)),
  });
  return c.redirect('/signin/email/code', 303);
};
