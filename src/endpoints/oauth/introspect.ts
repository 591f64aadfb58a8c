import type { Context } from 'hono';
import type { Client } from '../../config/schema.ts';
import { decodeToken } from '../../crypto/token.ts';
import { looksLikeOurs } from '../../crypto/token-form.ts';
import type { Dependencies } from '../../dependencies.ts';
import { authenticateClient } from '../../middleware/client-authentication.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';

/** RFC 9701 §5: `typ` of a signed answer, and with `application/` its media type. */
const SIGNED_TYP = 'token-introspection+jwt';
const SIGNED = `application/${SIGNED_TYP}`;

/** RFC 7662 §2.2. Of a token that is not active nothing else is said. */
type Introspection = { active: false } | ({ active: true } & Record<string, unknown>);

const inactive: Introspection = { active: false };

const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);

/** An access token: one of the client's own, or for a resource that it serves (RFC 7662 §4). One object call. */
async function accessToken(
  { accessTokens }: Dependencies,
  client: Client,
  text: string,
): Promise<Introspection> {
  const claims = await accessTokens.read(text);
  if (!claims) return inactive;
  const isItsOwn = claims.client_id === client.clientId;
  const isForIt = [claims.aud].flat().some((one) => client.introspects.includes(one));
  if (!isItsOwn && !isForIt) return inactive;
  const { kind } = await accessTokens.status(claims);
  if (kind === 'ended') return inactive;
  // RFC 9449 §6.2: `cnf` is there for the resource server to check the proof against.
  return { active: true, token_type: claims.cnf ? 'DPoP' : 'Bearer', ...claims };
}

/** A refresh token of the client's own: nobody else has any business with it. One object call. */
async function refreshToken(
  { config, secrets, users }: Dependencies,
  client: Client,
  text: string,
): Promise<Introspection> {
  const token = await decodeToken(secrets, 'refresh_token', text);
  const state =
    token && (await users.refreshTokenState(token, client.clientId, client.refreshToken.graceSeconds));
  if (!state) return inactive;
  const { grant, dpopJkt, createdAt, expiresAt } = state;
  return {
    active: true,
    iss: config.issuer,
    sub: grant.userId,
    client_id: grant.clientId,
    scope: grant.scope.join(' '),
    sid: grant.sessionId,
    auth_time: grant.authTime,
    iat: seconds(createdAt),
    exp: seconds(expiresAt),
    ...(dpopJkt !== null && { cnf: { jkt: dpopJkt } }),
  };
}

/** RFC 9110 §12.5.1: whether the signed form is asked for by its name. `*` asks for no particular one. */
const wantsSigned = (accept: string | undefined): boolean =>
  (accept ?? '').split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    return type === SIGNED && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });

/** POST /oauth/introspect: RFC 7662, and RFC 9701 for whoever asks for a signed answer. */
export const introspect = (dependencies: Dependencies) => async (c: Context) => {
  const { config, keys } = dependencies;
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const client = await authenticateClient(c, dependencies, parsed.parameters);
  if (client instanceof Response) return client;
  // RFC 7662 §2.1: without authorization the endpoint would answer whoever tries tokens out.
  if (client.tokenEndpointAuthMethod === 'none') {
    const description = 'only a client that authenticates itself may introspect';
    c.header('WWW-Authenticate', 'Basic realm="portcullis"');
    return oauthError(c, { error: 'invalid_client', description }, 401);
  }
  const token = parsed.parameters.get('token');
  if (!token) return oauthError(c, { error: 'invalid_request', description: 'token is missing' });
  // token_type_hint saves nothing: our tokens tell their kind themselves (RFC 7662 §2.1).
  const look = looksLikeOurs(token, 'refresh_token') ? refreshToken : accessToken;
  const answer = await look(dependencies, client, token);
  c.header('Cache-Control', 'no-store');
  if (!wantsSigned(c.req.header('Accept'))) return c.json(answer);
  // RFC 9701 §5: for this client alone, and of a type that is never taken for an access token.
  const jwt = await keys.sign('RS256', SIGNED_TYP, {
    iss: config.issuer,
    aud: client.clientId,
    iat: seconds(Date.now()),
    token_introspection: answer,
  });
  return c.body(jwt, 200, { 'Content-Type': SIGNED });
};
