import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { type EmailStep, endEmailStep, keepEmailStep } from './email-step.ts';
import { readFlow } from './flow.ts';
import { withFlow } from './flow-address.ts';
import { proceed } from './proceed.ts';
import { isForNewAccount, readUnclaimed } from './proved-identity.ts';
import { RESET_FLOW } from './reset.ts';
import { signUpAddress } from './sign-up-admission.ts';

/** Where another code can be asked for. */
export function againAt({
  purpose,
  flowId,
  invite,
}: Pick<EmailStep, 'purpose' | 'flowId' | 'invite'>): string {
  switch (purpose) {
    case 'sign-in':
      return withFlow('/signin/email', flowId);
    case 'reset':
      return withFlow('/reset', flowId);
    case 'sign-up':
      return signUpAddress('/signup/email', { flowId, invite });
    case 'verify':
      return '/account';
    case 'change-from':
    case 'change-to':
      return '/account/email';
  }
}

/** Goes on with what a code was asked for, now that it was the right one. */
export async function afterEmailStep(
  c: Context,
  dependencies: Dependencies,
  step: EmailStep,
): Promise<Response> {
  const { userId, door, flowId } = step;
  const proven = { userId, amr: ['email'], door };
  switch (step.purpose) {
    case 'sign-in': {
      endEmailStep(c, dependencies);
      return proceed(c, dependencies, proven, flowId, await readFlow(c, dependencies, flowId));
    }
    // The step stays: it knows the code by which the password may be set.
    case 'reset':
      return proceed(c, dependencies, proven, RESET_FLOW, undefined);
    // It stays as well: the account is made with the address that it proves.
    case 'sign-up':
      await keepEmailStep(c, dependencies, { ...step, proved: true });
      // Whoever came by a provider goes on with that.
      if (isForNewAccount(await readUnclaimed(c, dependencies))) return c.redirect('/signup/provider', 303);
      return c.redirect(signUpAddress('/signup', { flowId, invite: step.invite }), 303);
    default:
      endEmailStep(c, dependencies);
      return c.redirect('/account', 303);
  }
}
