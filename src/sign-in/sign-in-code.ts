import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { absentUserId } from '../identifier/identifiers.ts';
import { codeMail } from '../mail/messages.ts';
import { presentationOf } from '../middleware/page.tsx';
import { type EmailStep, mailCode } from './email-step.ts';
import { floor } from './password.ts';

/**
 * Mails a code to sign in with, if there is an account. Nobody can tell: the answer, the work and the least time are the
 * same. @param address in its normal form
 */
export async function mailSignInCode(
  c: Context,
  dependencies: Pick<Dependencies, 'config' | 'secrets' | 'users' | 'identifiers'>,
  address: string,
  flowId: string | undefined,
): Promise<EmailStep> {
  const { config, identifiers } = dependencies;
  const notBefore = floor();
  const step = await mailCode(c, dependencies, {
    purpose: 'sign-in',
    userId: (await identifiers.lookup(address)) ?? (await absentUserId(address)),
    address,
    flowId,
    needsAccount: true,
    compose: (mail) => codeMail('signIn', { ...mail, name: config.name }, presentationOf(c, config)),
  });
  await notBefore;
  return step;
}
