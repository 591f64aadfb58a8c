import type { Context } from 'hono';
import type { Dependencies } from '../../../dependencies.ts';
import { readPageForm } from '../../../middleware/page-form.ts';
import { MAXIMUM_PASSKEY_NAME_LENGTH } from '../../../pages/limits.ts';
import { freshSession } from '../../../sign-in/fresh-session.ts';
import { showPasskeysPage } from '../passkeys.tsx';

/** POST /account/passkeys/rename */
export const renamePasskey = (dependencies: Dependencies) => async (c: Context) => {
  const signedIn = await freshSession(c, dependencies, 'passkeys');
  if (signedIn instanceof Response) return signedIn;
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const name = (parameters.get('name') ?? '').replace(/[\s\p{C}]+/gu, ' ').trim();
  if (name === '') return showPasskeysPage(c, dependencies, signedIn, { code: 'empty' });
  if (name.length > MAXIMUM_PASSKEY_NAME_LENGTH) {
    const fault = { code: 'too_long', count: MAXIMUM_PASSKEY_NAME_LENGTH } as const;
    return showPasskeysPage(c, dependencies, signedIn, fault);
  }
  await dependencies.users.passkeys.rename(signedIn.token, parameters.get('credential_id') ?? '', name);
  return c.redirect('/account/passkeys', 303);
};
