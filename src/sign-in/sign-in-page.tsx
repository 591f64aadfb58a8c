import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import type { PasskeySignal } from '../pages/passkey.tsx';
import { SignInPage } from '../pages/sign-in.tsx';
import type { Fault } from '../texts/fault.ts';
import type { EndCause } from '../user/types.ts';
import { offersEmailCodes, offersReset } from './email-methods.ts';
import { allowPasskeys, type Flow } from './flow.ts';
import { withFlow } from './flow-address.ts';
import { signInOptions } from './passkey-challenge.ts';
import { providerChoices } from './provider-choices.ts';

export interface SignInShown {
  flowId: string | undefined;
  flow: Flow | undefined;
  /** What was typed before. */
  email?: string | undefined;
  fault?: Fault | undefined;
  /** Why this browser is not signed in any more. */
  ended?: EndCause | undefined;
  signals?: readonly PasskeySignal[];
}

/** The page that every way to sign in begins on, and comes back to when it failed. */
export async function showSignInPage(
  c: Context,
  dependencies: Dependencies,
  { flowId, flow, email, fault, ended, signals = [] }: SignInShown,
  status: 200 | 400 | 401 | 429 = 200,
): Promise<Response> {
  const { clients, config } = dependencies;
  const options = await signInOptions(c, dependencies);
  allowPasskeys(c, config, flow);
  return showPage(
    c,
    config,
    <SignInPage
      clientName={flow && (await clients.find(flow.request.clientId))?.clientName}
      providers={providerChoices(dependencies)}
      flow={flowId}
      email={email ?? flow?.request.loginHint}
      fault={fault}
      ended={ended}
      emailCodes={offersEmailCodes(config)}
      resetHref={offersReset(config) ? (flowId ? `/reset?flow=${flowId}` : '/reset') : undefined}
      signUpHref={config.signUp.policy === 'open' ? withFlow('/signup', flowId) : undefined}
      withPassword={config.passwords.enabled}
      passkey={options === undefined ? undefined : { options, signals }}
    />,
    status,
  );
}
