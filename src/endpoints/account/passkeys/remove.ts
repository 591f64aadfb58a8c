import type { Context } from 'hono';
import type { Dependencies } from '../../../dependencies.ts';
import { errorPage } from '../../../middleware/failure.tsx';
import { readPageForm } from '../../../middleware/page-form.ts';
import { freshPolicy, freshSession, signInAgain } from '../../../sign-in/fresh-session.ts';
import { openWays } from '../../../sign-in/open-ways.ts';
import { secondFactorDemand } from '../../../sign-in/second-factor.ts';
import { showPasskeysPage } from '../passkeys.tsx';

/** POST /account/passkeys/remove: never the last way in. */
export const removePasskey = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const signedIn = await freshSession(c, dependencies, 'passkeys');
  if (signedIn instanceof Response) return signedIn;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const credentialId = parameters.get('credential_id') ?? '';
  const { rule } = secondFactorDemand(config, undefined);
  const leaving = { open: openWays(config), demand: { rule, groups: config.secondFactor.groups } };
  const removal = await users.passkeys.remove(signedIn.token, freshPolicy(config), credentialId, leaving);
  switch (removal) {
    case 'removed':
      return c.redirect('/account/passkeys', 303);
    case 'not_fresh':
      return signInAgain(c, 'passkeys');
    case 'last_way_in':
      return showPasskeysPage(c, dependencies, signedIn, { code: 'passkey_last_way_in' });
    case 'required':
      return errorPage(c, config, 409, { error: 'second_factor_required', href: '/account/passkeys' });
  }
};
