import type { Context } from 'hono';
import { newRecordId } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { showPage } from '../../middleware/page.tsx';
import { NewRecoveryCodesPage, RecoveryCodesPage } from '../../pages/recovery-codes.tsx';
import { newRecoveryCodes } from '../../second-factor/recovery-codes.ts';
import { freshPolicy, freshSession, signInAgain } from '../../sign-in/fresh-session.ts';
import { secondFactorOff } from './authenticator.tsx';

/** GET /account/recovery-codes */
export const showRecoveryCodes = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  if (config.secondFactor.policy === 'off') return secondFactorOff(c, dependencies);
  const signedIn = await freshSession(c, dependencies, 'recovery-codes');
  if (signedIn instanceof Response) return signedIn;
  const { recoveryCodesLeft } = await users.secondFactors.of(signedIn.token.userId);
  return showPage(c, config, <RecoveryCodesPage left={recoveryCodesLeft} />);
};

/** POST /account/recovery-codes: new ones, shown this once. */
export const replaceRecoveryCodes = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  if (config.secondFactor.policy === 'off') return secondFactorOff(c, dependencies);
  const signedIn = await freshSession(c, dependencies, 'recovery-codes');
  if (signedIn instanceof Response) return signedIn;
  const { token } = signedIn;
  const { shown, hashes } = await newRecoveryCodes(token.userId);
  const codes = { setId: newRecordId(), hashes };
  const answer = await users.secondFactors.replaceRecoveryCodes(token, freshPolicy(config), codes);
  if (answer.kind === 'refused') {
    return errorPage(c, config, 409, { error: 'recovery_codes_pointless', href: '/account/authenticator' });
  }
  if (answer.kind !== 'live') return signInAgain(c, 'recovery-codes');
  c.header('Cache-Control', 'no-store');
  return showPage(c, config, <NewRecoveryCodesPage codes={shown} />);
};
