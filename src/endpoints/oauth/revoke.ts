import type { Context } from 'hono';
import { decodeToken } from '../../crypto/token.ts';
import { looksLikeOurs } from '../../crypto/token-form.ts';
import type { Dependencies } from '../../dependencies.ts';
import { authenticateClient } from '../../middleware/client-authentication.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';

/**
 * POST /oauth/revoke: RFC 7009. A refresh token's family is over, and an access token is known to be revoked, before the
 * answer leaves. A JWT is refused from then on by whoever asks: introspection, UserInfo, and the gate within its
 * freshness; whoever looks at nothing but its signature takes it until it expires (docs/tokens.md).
 */
export const revoke = (dependencies: Dependencies) => async (c: Context) => {
  const { accessTokens, secrets, users } = dependencies;
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const client = await authenticateClient(c, dependencies, parsed.parameters);
  if (client instanceof Response) return client;
  const presented = parsed.parameters.get('token');
  if (!presented) return oauthError(c, { error: 'invalid_request', description: 'token is missing' });
  if (looksLikeOurs(presented, 'refresh_token')) {
    const token = await decodeToken(secrets, 'refresh_token', presented);
    if (token) await users.revokeFamily(token, client.clientId);
  } else {
    const claims = await accessTokens.read(presented);
    // RFC 7009 §2.1: the client's own tokens only. What was exchanged for one of them goes with it.
    if (claims?.client_id === client.clientId) await accessTokens.revoke(claims);
  }
  // Unknown tokens and other clients' are answered the same: there is nothing left to revoke (RFC 7009 §2.2).
  return c.body(null, 200, { 'Cache-Control': 'no-store' });
};
