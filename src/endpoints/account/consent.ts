import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { errorPage } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';
import { sessionToken } from '../../middleware/session.ts';

/** POST /account/revoke-consent: the app's access is over before the answer leaves. */
export const revokeConsent = (dependencies: Dependencies) => async (c: Context) => {
  const { config, users } = dependencies;
  const parsed = await readForm(c);
  const clientId = parsed.kind === 'parsed' ? parsed.parameters.get('client_id') : undefined;
  const token = await sessionToken(c, dependencies);
  if (!token) return c.redirect('/signin', 303);
  if (!clientId) {
    return errorPage(c, config, 400, { error: 'consent_missing' });
  }
  const session = await users.revokeConsent(token, clientId);
  return c.redirect(session.kind === 'live' ? '/account' : '/signin', 303);
};
