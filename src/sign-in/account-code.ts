import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { absentUserId } from '../identifier/identifiers.ts';
import { codeMail } from '../mail/messages.ts';
import { presentationOf } from '../middleware/page.tsx';
import { type EmailStep, mailCode } from './email-step.ts';
import { floor } from './password.ts';

/** To sign in with, or to set a new password by. */
export type AccountCodeKind = 'signIn' | 'reset';

const purposes = { signIn: 'sign-in', reset: 'reset' } as const;

/**
 * Mails a code to the owner of an account, if there is one. Nobody can tell: the answer, the work and the least time are the
 * same. @param address in its normal form
 */
export async function mailAccountCode(
  c: Context,
  dependencies: Pick<Dependencies, 'config' | 'secrets' | 'users' | 'identifiers'>,
  kind: AccountCodeKind,
  address: string,
  flowId: string | undefined,
): Promise<EmailStep> {
  const { config, identifiers } = dependencies;
  const notBefore = floor();
  const step = await mailCode(c, dependencies, {
    purpose: purposes[kind],
    userId: (await identifiers.lookup(address)) ?? (await absentUserId(address)),
    address,
    flowId,
    needsAccount: true,
    compose: (mail) => codeMail(kind, { ...mail, name: config.name }, presentationOf(c, config)),
  });
  await notBefore;
  return step;
}
