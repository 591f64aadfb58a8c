import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { showPage } from '../middleware/page.tsx';
import type { Proven } from '../middleware/session.ts';
import { PasskeySecondFactor } from '../pages/passkey.tsx';
import { SecondFactorPage, type SecondFactorPageProps } from '../pages/second-factor.tsx';
import { allowPasskeys, readFlow } from './flow.ts';
import { withFlow } from './flow-address.ts';
import { secondFactorOptions } from './passkey-challenge.ts';

const DAY_SECONDS = 24 * 60 * 60;

/** The page that asks for a second factor, and comes back when what was given is wrong. */
export async function showSecondFactorPage(
  c: Context,
  dependencies: Dependencies,
  { userId }: Proven,
  flowId: string | undefined,
  { asked, fault, alert }: { asked?: string | undefined } & Pick<SecondFactorPageProps, 'fault' | 'alert'>,
  status: 200 | 401 | 429 = 200,
): Promise<Response> {
  const { config, users } = dependencies;
  const { enrolled, email } = await users.secondFactors.of(userId);
  const hasApp = enrolled.includes('totp');
  const hasCodes = enrolled.includes('recovery_code');
  // Removed in another browser meanwhile.
  if (enrolled.length === 0) return c.redirect(withFlow('/signin', flowId), 303);
  const recovers = hasCodes && asked === 'recovery_code';
  const path = '/signin/second-factor';
  const other = recovers
    ? hasApp && withFlow(path, flowId)
    : hasCodes && withFlow(path, flowId, { asked: 'recovery_code' });
  const options = enrolled.includes('passkey')
    ? await secondFactorOptions(c, dependencies, userId, await users.passkeys.list(userId))
    : undefined;
  allowPasskeys(c, config, await readFlow(c, dependencies, flowId));
  return showPage(
    c,
    config,
    <SecondFactorPage
      email={email}
      flow={flowId}
      asked={recovers ? 'recovery_code' : hasApp ? 'code' : undefined}
      otherHref={other || undefined}
      trustDays={Math.floor(config.secondFactor.trustDeviceSeconds / DAY_SECONDS)}
      signInHref={withFlow('/signin', flowId, { account: 'other' })}
      fault={fault}
      alert={alert}
      passkey={
        options !== undefined && <PasskeySecondFactor options={options} flow={flowId} only={!hasApp} />
      }
    />,
    status,
  );
}
