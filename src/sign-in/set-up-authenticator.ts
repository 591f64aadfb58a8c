import type { Context } from 'hono';
import type { Parameters } from '../core/oauth/parameters.ts';
import { newRecordId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import type { AuthenticatorSetUpPageProps } from '../pages/authenticator.tsx';
import { qrCode } from '../second-factor/qr-code.ts';
import { newRecoveryCodes } from '../second-factor/recovery-codes.ts';
import {
  newTotpSetup,
  openTotpSetup,
  sealTotp,
  sealTotpSetup,
  setupUri,
  shownSecret,
  stepOfCode,
  type TotpSetup,
} from '../second-factor/totp.ts';
import type { NewTotp } from '../user/types.ts';

type Shown = Pick<AuthenticatorSetUpPageProps, 'qr' | 'secret' | 'setup' | 'fault'>;

export type SetUpOutcome =
  /** The app makes the right codes: it can be stored. `codes`: the recovery codes that come along, as people read them. */
  { kind: 'right'; totp: NewTotp; codes: string[] } | { kind: 'wrong'; shown: Shown };

/** What the page shows of an app that is being set up. */
export async function shownSetUp(
  c: Context,
  { config, secrets }: Dependencies,
  userId: string,
  email: string,
  setup: TotpSetup = newTotpSetup(),
): Promise<Shown> {
  // The secret is in it.
  c.header('Cache-Control', 'no-store');
  return {
    qr: await qrCode(setupUri(setup.secret, config.name, email)),
    secret: shownSecret(setup.secret),
    setup: await sealTotpSetup(secrets, userId, setup, Date.now()),
  };
}

/** Checks the first code of an app that is being set up. Whoever sends it was shown the secret: there is nothing to guess. */
export async function checkSetUp(
  c: Context,
  dependencies: Dependencies,
  userId: string,
  email: string,
  parameters: Parameters,
): Promise<SetUpOutcome> {
  const { secrets } = dependencies;
  const now = Date.now();
  const setup = await openTotpSetup(secrets, userId, parameters.get('setup'), now);
  const step =
    setup && (await stepOfCode(setup.secret, parameters.get('code') ?? '', Math.floor(now / 1000)));
  if (!setup || step === undefined) {
    const code = setup ? 'totp_wrong' : 'setup_expired';
    return {
      kind: 'wrong',
      shown: { ...(await shownSetUp(c, dependencies, userId, email, setup)), fault: { code } },
    };
  }
  const { shown, hashes } = await newRecoveryCodes(userId);
  const sealed = await sealTotp(secrets, userId, setup.secret);
  const recovery = { setId: newRecordId(), hashes };
  return { kind: 'right', totp: { totpId: setup.totpId, sealed, step, recovery }, codes: shown };
}
