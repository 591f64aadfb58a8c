import type { Context } from 'hono';
import { rpIdOf } from '../config/passkeys.ts';
import type { Config } from '../config/schema.ts';
import { normalEmail } from '../core/account/email.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import { MAXIMUM_EMAIL_LENGTH, MAXIMUM_NAME_LENGTH } from '../pages/limits.ts';
import { SignUpPage, type SignUpPageProps } from '../pages/sign-up.tsx';
import type { Fault } from '../texts/fault.ts';
import { allowNewPassword, type Flow } from './flow.ts';
import { withFlow } from './flow-address.ts';
import { providerChoices } from './provider-choices.ts';
import { type Admission, addressFault } from './sign-up-admission.ts';

/** What was typed, to be shown again, and what is wrong with it. */
export type SignUpTyped = Pick<SignUpPageProps, 'email' | 'displayName' | 'fault'>;

/** The form that every way to sign up begins with, and comes back to when something in it is wrong. */
export const showSignUpPage = async (
  c: Context,
  { clients, config, upstreams }: Dependencies,
  flowId: string | undefined,
  flow: Flow | undefined,
  { invite, proved }: Pick<Admission, 'invite' | 'proved'>,
  typed: SignUpTyped,
  status: 200 | 400 | 409 = 200,
) => {
  allowNewPassword(c, config, flow);
  return showPage(
    c,
    config,
    <SignUpPage
      clientName={flow && (await clients.find(flow.request.clientId))?.clientName}
      providers={providerChoices({ upstreams })}
      flow={flowId}
      minimumLength={config.passwords.minimumLength}
      signInHref={withFlow('/signin', flowId)}
      withPassword={config.passwords.enabled}
      withPasskey={rpIdOf(config) !== undefined}
      invite={invite}
      {...typed}
      {...(proved !== undefined && { email: proved, fixedEmail: true })}
    />,
    status,
  );
};

/** Who wants an account: the fields that every sign-up has, and the first fault among them. */
export function readSignUp(
  config: Config,
  admission: Admission,
  parameters: Parameters,
): {
  /** In its normal form; undefined where it is faulty. */
  email: string | undefined;
  name: string;
  typed: SignUpTyped;
} {
  const email = admission.proved ?? normalEmail(parameters.get('email') ?? '');
  const name = (parameters.get('name') ?? '').replace(/[\s\p{C}]+/gu, ' ').trim();
  return {
    email,
    name,
    typed: {
      email: (parameters.get('email') ?? '').slice(0, MAXIMUM_EMAIL_LENGTH),
      displayName: name.slice(0, MAXIMUM_NAME_LENGTH),
      fault: faultOf(config, admission, email, name),
    },
  };
}

function faultOf(
  config: Config,
  admission: Admission,
  email: string | undefined,
  name: string,
): SignUpTyped['fault'] {
  if (name === '') return { field: 'name', code: 'name_missing' };
  if (name.length > MAXIMUM_NAME_LENGTH)
    return { field: 'name', code: 'name_too_long', count: MAXIMUM_NAME_LENGTH };
  const fault: Fault | undefined = email
    ? addressFault(config, admission, email)
    : { code: 'email_malformed' };
  return fault && { field: 'email', ...fault };
}
