import type { Context } from 'hono';
import { canMail } from '../../config/mail.ts';
import { normalEmail } from '../../core/account/email.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import type { SignedIn } from '../../middleware/session.ts';
import { ChangeEmailPage } from '../../pages/change-email.tsx';
import { MAXIMUM_EMAIL_LENGTH } from '../../pages/limits.ts';
import { beginChange, readChange } from '../../sign-in/address-change.ts';
import { freshSession } from '../../sign-in/fresh-session.ts';
import { floor } from '../../sign-in/password.ts';
import { addressFault } from '../../sign-in/sign-up-admission.ts';
import type { Fault } from '../../texts/fault.ts';

const page = async (
  c: Context,
  dependencies: Dependencies,
  signedIn: SignedIn,
  { typed, fault }: { typed?: string; fault?: Fault } = {},
) => {
  const { email, emailVerified } = signedIn.session.profile;
  const pending = (await readChange(c, dependencies, signedIn))?.to.address;
  return showPage(
    c,
    dependencies.config,
    <ChangeEmailPage
      present={email}
      verified={emailVerified}
      pending={pending === email ? undefined : pending}
      typed={typed?.slice(0, MAXIMUM_EMAIL_LENGTH)}
      fault={fault}
    />,
    fault ? 400 : 200,
  );
};

/** GET /account/email */
export const showChangeEmail = (dependencies: Dependencies) => async (c: Context) => {
  if (!canMail(dependencies.config)) return c.notFound();
  const signedIn = await freshSession(c, dependencies, 'email');
  return signedIn instanceof Response ? signedIn : page(c, dependencies, signedIn);
};

/**
 * POST /account/email: mails a code to the account's address and one to the new one. Whoever asks is answered the same, by
 * the same work and after the same least time, whether or not somebody has the new one.
 */
export const mailChangeCodes = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  if (!canMail(config)) return c.notFound();
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const signedIn = await freshSession(c, dependencies, 'email');
  if (signedIn instanceof Response) return signedIn;
  const typed = parameters.get('email') ?? '';
  const address = normalEmail(typed);
  if (address === undefined)
    return page(c, dependencies, signedIn, { typed, fault: { code: 'email_malformed' } });
  const own = address === signedIn.session.profile.email;
  const fault: Fault | undefined = own
    ? { code: 'email_same' }
    : addressFault(config, { invitation: undefined }, address);
  if (fault) return page(c, dependencies, signedIn, { typed, fault });
  const notBefore = floor();
  await beginChange(c, dependencies, signedIn, address);
  await notBefore;
  return c.redirect('/account/email/codes', 303);
};
