import type { Context } from 'hono';
import type { Config } from '../config/schema.ts';
import { domainOfEmail } from '../core/account/email.ts';
import type { Dependencies } from '../dependencies.ts';
import { errorPage } from '../middleware/failure.tsx';
import type { Fault } from '../texts/fault.ts';
import type { Credentials, Profile } from '../user/types.ts';
import { readEmailStep } from './email-step.ts';
import { withFlow } from './flow-address.ts';
import { signUpUser } from './sign-up.ts';

/** What an administrator invited somebody to. */
export interface Invitation {
  /** The only address that it is good for, in its normal form. */
  email?: string;
  groups: string[];
}

/** Somebody who may make an account. */
export interface Admission {
  /** The id of their invitation. */
  invite: string | undefined;
  invitation: Invitation | undefined;
  /** The address that they proved, where that comes first: the account's, whatever else is typed. */
  proved: string | undefined;
}

/** The way to sign up, with what has to come along. */
export function signUpAddress(
  path: '/signup' | '/signup/email',
  { flowId, invite }: { flowId: string | undefined; invite: string | undefined },
): string {
  return withFlow(path, flowId, invite === undefined ? {} : { invite });
}

/** Whether this request may sign up, by the operator's policy, or what to answer instead. */
export async function admit(
  c: Context,
  dependencies: Dependencies,
  { flowId, invite }: { flowId: string | undefined; invite: string | undefined },
): Promise<Admission | Response> {
  const invited = await admitWithoutProof(c, dependencies, invite);
  if (invited instanceof Response || dependencies.config.signUp.emailVerification === 'after') return invited;
  const step = await readEmailStep(c, dependencies);
  return step?.purpose === 'sign-up' && step.proved
    ? { ...invited, proved: step.address }
    : c.redirect(signUpAddress('/signup/email', { flowId, invite }), 303);
}

/** The same before the address is proved. */
export async function admitWithoutProof(
  c: Context,
  { config, transactions }: Dependencies,
  invite: string | undefined,
): Promise<Admission | Response> {
  const { policy } = config.signUp;
  if (policy === 'closed') return errorPage(c, config, 403, { error: 'sign_up_closed' });
  const invitation =
    invite !== undefined ? await transactions.read<Invitation>('invitation', invite) : undefined;
  if (policy === 'invite' && !invitation) return errorPage(c, config, 403, { error: 'not_invited' });
  return { invite: invitation && invite, invitation, proved: undefined };
}

/** Why nobody with this address may sign up here. Tells nothing about any account. */
export function addressFault(
  { signUp }: Pick<Config, 'signUp'>,
  { invitation }: Pick<Admission, 'invitation'>,
  email: string,
): Fault | undefined {
  if (invitation?.email !== undefined && invitation.email !== email) return { code: 'email_not_invited' };
  return signUp.domains && !signUp.domains.includes(domainOfEmail(email))
    ? { code: 'email_domain_closed' }
    : undefined;
}

/** Makes the account of somebody who was admitted. An invitation is good once. */
export async function signUpAdmitted(
  dependencies: Pick<Dependencies, 'identifiers' | 'users' | 'transactions'>,
  { invite, invitation, proved }: Admission,
  { userId, email, name }: Pick<Profile, 'userId' | 'email' | 'name'>,
  credentials: () => Promise<Credentials>,
): Promise<'created' | 'taken' | 'uninvited'> {
  if (invite !== undefined) {
    if ((await dependencies.identifiers.lookup(email)) !== undefined) return 'taken';
    if (!(await dependencies.transactions.take<Invitation>('invitation', invite))) return 'uninvited';
  }
  const groups = invitation?.groups ?? [];
  const profile = { userId, email, name, emailVerified: proved === email, groups };
  return signUpUser(dependencies, profile, credentials);
}
