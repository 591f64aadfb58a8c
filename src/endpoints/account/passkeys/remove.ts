import type { Context } from 'hono';
import type { Dependencies } from '../../../dependencies.ts';
import { freshSession } from '../../../middleware/fresh-session.ts';
import { readPageForm } from '../../../middleware/page-form.ts';
import { openWays } from '../../../sign-in/open-ways.ts';
import { showPasskeysPage } from '../passkeys.tsx';

/** POST /account/passkeys/remove: never the last way in. */
export const removePasskey = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const signedIn = await freshSession(c, dependencies, 'passkeys');
  if (signedIn instanceof Response) return signedIn;
  const parameters = await readPageForm(c, config);
  if (parameters instanceof Response) return parameters;
  const credentialId = parameters.get('credential_id') ?? '';
  const removal = await users.removePasskey(signedIn.token, credentialId, openWays(config));
  if (removal === 'last_way_in')
    return showPasskeysPage(c, dependencies, signedIn, { code: 'passkey_last_way_in' });
  return c.redirect(removal === 'removed' ? '/account/passkeys' : '/signin', 303);
};
