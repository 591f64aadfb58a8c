import type { Context } from 'hono';
import type { Dependencies } from '../../dependencies.ts';
import { ObjectUnavailable } from '../../durable/call.ts';
import { familyIdOf, profileClaims } from '../../grants/tokens.ts';
import { verifier } from '../../verify/index.ts';

/** GET and POST /oauth/userinfo: OpenID Connect Core §5.3. Asks the user's object, so a signed-out token is refused. */
export const userinfo = ({ config, keys, users }: Dependencies) => {
  const verifyAccessToken = verifier({
    issuer: config.issuer,
    audience: config.issuer,
    keys: (kid) => keys.jwks(kid),
  });
  const refuse = (c: Context, status: 401 | 403, error: string, description: string) => {
    c.header('WWW-Authenticate', `Bearer error="${error}", error_description="${description}"`);
    c.header('Cache-Control', 'no-store');
    return c.json({ error, error_description: description }, status);
  };
  return async (c: Context) => {
    const token = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i.exec(c.req.header('Authorization') ?? '')?.[1];
    if (!token) {
      // RFC 6750 §3.1: without credentials, no error code.
      c.header('WWW-Authenticate', 'Bearer');
      c.header('Cache-Control', 'no-store');
      return c.json(
        { error: 'invalid_token', error_description: 'send an access token as Authorization: Bearer' },
        401,
      );
    }
    const verified = await verifyAccessToken(token);
    if (!verified.ok && verified.code === 'keys_unavailable')
      throw new ObjectUnavailable('the key ring did not answer');
    if (!verified.ok) return refuse(c, 401, 'invalid_token', 'the access token is not valid here');
    const { sub, sid, jti, scope } = verified.claims;
    const scopes = typeof scope === 'string' ? scope.split(' ') : [];
    if (!scopes.includes('openid')) return refuse(c, 403, 'insufficient_scope', 'the scope openid is needed');
    const familyId = familyIdOf(jti);
    const status = await users.status(String(sub), {
      sessionId: String(sid),
      ...(familyId && { familyId }),
    });
    if (status.kind !== 'live')
      return refuse(c, 401, 'invalid_token', 'the sign-in that this token belongs to has ended');
    c.header('Cache-Control', 'no-store');
    return c.json({ sub, ...profileClaims(status.profile, scopes) });
  };
};
