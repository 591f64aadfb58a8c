import type { Context } from 'hono';
import { normalEmail } from '../../core/account/email.ts';
import type { Dependencies } from '../../dependencies.ts';
import { absentUserId } from '../../identifier/identifiers.ts';
import { alreadyHere, codeMail } from '../../mail/messages.ts';
import { presentationOf, showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { EmailAskPage } from '../../pages/email-code.tsx';
import { MAXIMUM_EMAIL_LENGTH } from '../../pages/limits.ts';
import { beginEmailStep } from '../../sign-in/email-step.ts';
import { withFlow } from '../../sign-in/flow-address.ts';
import { floor } from '../../sign-in/password.ts';
import { addressFault, admitWithoutProof } from '../../sign-in/sign-up-admission.ts';
import type { Fault } from '../../texts/fault.ts';

interface Shown {
  flowId: string | undefined;
  invite: string | undefined;
  email?: string | undefined;
  fault?: Fault;
}

const page = (c: Context, { config }: Dependencies, { flowId, invite, email, fault }: Shown) =>
  showPage(
    c,
    config,
    <EmailAskPage
      to="signUp"
      flow={flowId}
      invite={invite}
      email={email}
      fault={fault}
      signInHref={withFlow('/signin', flowId)}
    />,
    fault ? 400 : 200,
  );

/** GET /signup/email: where an address is proved before there is an account. */
export const showSignUpEmail = (dependencies: Dependencies) => async (c: Context) => {
  if (dependencies.config.signUp.emailVerification === 'after') return c.notFound();
  const [flowId, invite] = [c.req.query('flow'), c.req.query('invite')];
  const admission = await admitWithoutProof(c, dependencies, invite);
  if (admission instanceof Response) return admission;
  return page(c, dependencies, { flowId, invite, email: admission.invitation?.email });
};

/**
 * POST /signup/email: mails a code for an account that is to be, or tells the owner of one that there is one. Whoever asks
 * sees no difference: the answer, the work and the least time are the same.
 */
export const mailSignUpCode = (dependencies: Dependencies) => async (c: Context) => {
  const { config, identifiers } = dependencies;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  if (config.signUp.emailVerification === 'after') return c.notFound();
  const [flowId, invite] = [parameters.get('flow'), parameters.get('invite')];
  const admission = await admitWithoutProof(c, dependencies, invite);
  if (admission instanceof Response) return admission;
  const typed = parameters.get('email') ?? '';
  const address = normalEmail(typed);
  const fault: Fault | undefined = address
    ? addressFault(config, admission, address)
    : { code: 'email_malformed' };
  if (fault || !address) {
    const email = typed.slice(0, MAXIMUM_EMAIL_LENGTH);
    return page(c, dependencies, { flowId, invite, email, fault: fault ?? { code: 'email_malformed' } });
  }
  const notBefore = floor();
  const known = (await identifiers.lookup(address)) !== undefined;
  await beginEmailStep(c, dependencies, {
    purpose: 'sign-up',
    // An object of the address: it counts the mails to it, account or not, and empties itself.
    userId: await absentUserId(address),
    address,
    flowId,
    ...(invite !== undefined && { invite }),
    needsAccount: false,
    compose: (mail) =>
      known
        ? alreadyHere({ ...mail, name: config.name, issuer: config.issuer }, presentationOf(c, config))
        : codeMail('signUp', { ...mail, name: config.name }, presentationOf(c, config)),
  });
  await notBefore;
  return c.redirect('/signin/email/code', 303);
};
