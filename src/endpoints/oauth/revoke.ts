import type { Context } from 'hono';
import { decodeToken } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { publicClient } from '../../middleware/client-authentication.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';

/** POST /oauth/revoke: RFC 7009. The family is over before the answer leaves. */
export const revoke = (dependencies: Dependencies) => async (c: Context) => {
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const client = publicClient(c, dependencies.config, parsed.parameters);
  if (client instanceof Response) return client;
  const presented = parsed.parameters.get('token');
  if (!presented) return oauthError(c, { error: 'invalid_request', description: 'token is missing' });
  // A JWT cannot be called back; saying that it was would be a lie (RFC 7009 §2.2.1).
  if (presented.split('.').length === 3) {
    const description =
      'access tokens cannot be revoked by themselves: revoke the refresh token, which ends both';
    return oauthError(c, { error: 'unsupported_token_type', description });
  }
  const token = await decodeToken(dependencies.secrets, 'refresh_token', presented);
  if (token) await dependencies.users.revokeFamily(token, client.clientId);
  // Unknown tokens are answered the same: there is nothing left to revoke (RFC 7009 §2.2).
  return c.body(null, 200, { 'Cache-Control': 'no-store' });
};
