import type { Context } from 'hono';
import type { AuthorizationRequest } from '../core/oauth/authorization-request.ts';
import { encodeToken, newRecordId, newSecret, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import type { SignedIn } from '../middleware/session.ts';

/** RFC 6749 §4.1.2 recommends ten minutes at most; a code is redeemed at once or never. */
const CODE_SECONDS = 60;

/** Sends the person back to the client, with `iss` always (RFC 9207). */
export function returnToClient(
  c: Context,
  issuer: string,
  { redirectUri, state }: { redirectUri: string; state: string | undefined },
  answer: Record<string, string>,
): Response {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value);
  if (state !== undefined) url.searchParams.set('state', state);
  url.searchParams.set('iss', issuer);
  c.header('Cache-Control', 'no-store');
  // 303: a POST that led here must not be repeated at the client (RFC 9700 §4.12).
  return c.redirect(url.href, 303);
}

/** Grants the request to a live session: a code, and the way back. Undefined when the session ended meanwhile. */
export async function grantAuthorization(
  c: Context,
  { config, secrets, users }: Dependencies,
  request: AuthorizationRequest,
  { token: session }: SignedIn,
): Promise<Response | undefined> {
  const { userId, home } = session;
  const code: Token = { home, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const answer = await users.issueCode(session, code, {
    clientId: request.clientId,
    redirectUri: request.redirectUri,
    codeChallenge: request.codeChallenge,
    scope: request.scope,
    resource: request.resource,
    nonce: request.nonce,
    lifetimeSeconds: CODE_SECONDS,
  });
  if (answer.kind !== 'live') return undefined;
  return returnToClient(c, config.issuer, request, {
    code: await encodeToken(secrets, 'authorization_code', code),
  });
}
