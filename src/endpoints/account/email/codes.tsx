import type { Context } from 'hono';
import { canMail } from '../../../config/mail.ts';
import { typedEmailCode } from '../../../core/account/email-code.ts';
import type { Dependencies } from '../../../dependencies.ts';
import { showPage } from '../../../middleware/page.tsx';
import { readPageForm } from '../../../middleware/page-form.ts';
import { currentSession } from '../../../middleware/session.ts';
import { type AddressCode, ChangeEmailCodesPage, EmailNotChangedPage } from '../../../pages/change-email.tsx';
import { EmailCodeElsewherePage, EmailCodeOverPage } from '../../../pages/email-code.tsx';
import {
  completeChange,
  endChange,
  keepChange,
  type PendingChange,
  readChange,
  type Side,
  sides,
} from '../../../sign-in/address-change.ts';
import { tryEmailStep } from '../../../sign-in/email-step.ts';
import { freshSession, signInAgain } from '../../../sign-in/fresh-session.ts';
import { floor } from '../../../sign-in/password.ts';

type Typed = Partial<Record<Side, Pick<AddressCode, 'code' | 'fault'>>>;

const page = (c: Context, { config }: Dependencies, change: PendingChange, typed: Typed) => {
  const codeOf = (side: Side): AddressCode => ({
    address: change[side].address,
    proved: change[side].proved === true,
    ...typed[side],
  });
  const faulty = sides.some((side) => typed[side]?.fault);
  return showPage(
    c,
    config,
    <ChangeEmailCodesPage from={codeOf('from')} to={codeOf('to')} />,
    faulty ? 400 : 200,
  );
};

/**
 * GET /account/email/codes: where the codes are typed, and where the links in the mails lead. It changes nothing, since
 * scanners open links too: the browser that asked gets the page with the code filled in, any other is shown what to type there.
 */
export const showChangeCodes = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  if (!canMail(config)) return c.notFound();
  const [from, to] = sides.map((side) => typedEmailCode(c.req.query(side) ?? ''));
  const current = await currentSession(c, dependencies);
  const change = current && (await readChange(c, dependencies, current));
  if (!change) {
    const code = from ?? to;
    return code === undefined
      ? c.redirect('/account/email', 303)
      : showPage(c, config, <EmailCodeElsewherePage code={code} />);
  }
  const signedIn = await freshSession(c, dependencies, 'email');
  return signedIn instanceof Response
    ? signedIn
    : page(c, dependencies, change, { from: { code: from }, to: { code: to } });
};

/** POST /account/email/codes: changes the address once both codes were right, in one request or in two. */
export const changeEmail = (dependencies: Dependencies) => async (c: Context) => {
  const { config } = dependencies;
  if (!canMail(config)) return c.notFound();
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const signedIn = await freshSession(c, dependencies, 'email');
  if (signedIn instanceof Response) return signedIn;
  const change = await readChange(c, dependencies, signedIn);
  if (!change) return c.redirect('/account/email', 303);
  // The answer to the request that changed it was lost.
  if (change.to.address === signedIn.session.profile.email) {
    endChange(c, dependencies);
    return c.redirect('/account', 303);
  }
  const notBefore = floor();
  const typed: Typed = {};
  let over = false;
  for (const side of sides) {
    if (change[side].proved) continue;
    const code = typedEmailCode(parameters.get(side) ?? '');
    if (code === undefined) {
      typed[side] = { fault: { code: 'code_malformed' } };
      continue;
    }
    const outcome = await tryEmailStep(dependencies, change[side], code);
    if (outcome.kind === 'proved') change[side] = { ...change[side], proved: true };
    else typed[side] = { fault: { code: 'code_wrong' } };
    over ||= outcome.kind === 'over';
  }
  if (over) {
    await notBefore;
    endChange(c, dependencies);
    return showPage(c, config, <EmailCodeOverPage againHref="/account/email" />, 400);
  }
  if (Object.keys(typed).length > 0) {
    await notBefore;
    await keepChange(c, dependencies, change);
    return page(c, dependencies, change, typed);
  }
  const outcome = await completeChange(dependencies, signedIn.token, change);
  if (outcome === 'not_fresh') {
    await keepChange(c, dependencies, change);
    return signInAgain(c, 'email');
  }
  endChange(c, dependencies);
  switch (outcome) {
    case 'changed':
      return c.redirect('/account', 303);
    case 'over':
      return showPage(c, config, <EmailCodeOverPage againHref="/account/email" />, 400);
    case 'taken':
    case 'busy':
      return showPage(c, config, <EmailNotChangedPage reason={outcome} />, 409);
  }
};
