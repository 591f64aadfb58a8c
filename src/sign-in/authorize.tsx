import type { Context } from 'hono';
import type { Config } from '../config/schema.ts';
import type { AuthorizationRequest, ReturnAddress } from '../core/oauth/authorization-request.ts';
import { consentRule } from '../core/oauth/consent.ts';
import type { Present } from '../core/oauth/interaction.ts';
import { encodeToken, newRecordId, newSecret, type Token } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import { type PageConfig, showPage } from '../middleware/page.tsx';
import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import type { SignedIn } from '../middleware/session.ts';
import { FormPostPage, SUBMIT_SCRIPT_HASH } from '../pages/form-post.tsx';
import type { LiveSession } from '../user/types.ts';
import { beginFlow, sessionName } from './flow.ts';

/** RFC 6749 §4.1.2 recommends ten minutes at most; a code is redeemed at once or never. */
const CODE_SECONDS = 60;

/** What the rules of a sign-in need to know of a live session. */
export const presentOf = ({ profile, authTime, amr }: LiveSession): Present => ({
  userId: profile.userId,
  email: profile.email,
  authTime,
  amr,
});

/** Sends the person back to the client, with `iss` always (RFC 9207 §2). */
export async function returnToClient(
  c: Context,
  config: Pick<Config, 'issuer'> & PageConfig,
  { redirectUri, responseMode, state }: ReturnAddress,
  answer: Record<string, string>,
): Promise<Response> {
  const values = { ...answer, ...(state !== undefined && { state }), iss: config.issuer };
  c.header('Cache-Control', 'no-store');
  if (responseMode === 'form_post') {
    const policy = { formAction: [redirectUri], scriptHash: SUBMIT_SCRIPT_HASH };
    c.header('Content-Security-Policy', contentSecurityPolicy(policy));
    return showPage(c, config, <FormPostPage action={redirectUri} values={values} />);
  }
  const url = new URL(redirectUri);
  // RFC 6749 §3.1.2: a query of its own is kept, as it is.
  url.search += `${url.search === '' ? '?' : '&'}${new URLSearchParams(values)}`;
  // 303: a POST that led here must not be repeated at the client (RFC 9700 §4.12).
  return c.redirect(url.href, 303);
}

export type Issued =
  | { kind: 'code'; code: string }
  | { kind: 'consent_needed' }
  /** The session ended meanwhile. */
  | { kind: 'ended' }
  /** The pushed request was used by somebody else. */
  | { kind: 'used' };

/**
 * Issues a code for the request to a live session.
 * @param consented whether the person has just agreed to this very request.
 */
export async function issueAuthorizationCode(
  { clients, secrets, transactions, users }: Dependencies,
  request: AuthorizationRequest,
  session: Token,
  consented = false,
): Promise<Issued> {
  const client = await clients.find(request.clientId);
  if (!client) return { kind: 'ended' };
  const rule = consentRule(client, request);
  if (rule === 'always' && !consented) return { kind: 'consent_needed' };
  const { userId, home } = session;
  const code: Token = { home, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const answer = await users.issueCode(session, code, {
    clientId: request.clientId,
    redirectUri: request.redirectUri,
    codeChallenge: request.codeChallenge,
    scope: request.scope,
    resource: request.resource,
    nonce: request.nonce,
    dpopJkt: request.dpopJkt,
    claims: request.claims,
    lifetimeSeconds: CODE_SECONDS,
    consent: consented ? 'given' : rule === 'never' ? 'not_needed' : 'remembered',
  });
  if (answer.kind === 'consent_needed') return answer;
  if (answer.kind !== 'live') return { kind: 'ended' };
  // Used up where it is granted and not where it is read: a page may be loaded twice (RFC 9126 §4). The code of whoever
  // comes second never leaves.
  const { pushed } = request;
  if (pushed !== undefined && !(await transactions.take('pushed_request', pushed))) return { kind: 'used' };
  return { kind: 'code', code: await encodeToken(secrets, 'authorization_code', code) };
}

/**
 * Grants the request to a live session: a code, and the way back, or first the consent page. Undefined when the session
 * ended meanwhile.
 * @param consented whether the person has just agreed to this very request.
 */
export async function grantAuthorization(
  c: Context,
  dependencies: Dependencies,
  request: AuthorizationRequest,
  { token: session }: SignedIn,
  consented = false,
): Promise<Response | undefined> {
  const { config } = dependencies;
  const issued = await issueAuthorizationCode(dependencies, request, session, consented);
  switch (issued.kind) {
    case 'code':
      return returnToClient(c, config, request, { code: issued.code });
    case 'consent_needed':
      return askConsent(c, dependencies, request, session);
    case 'used':
      return returnToClient(c, config, request, {
        error: 'invalid_request_uri',
        error_description: 'the request_uri has been used, or is over',
      });
    case 'ended':
      return undefined;
  }
}

/** On to the consent page, for the person of this session alone. */
async function askConsent(
  c: Context,
  dependencies: Dependencies,
  request: AuthorizationRequest,
  session: Token,
): Promise<Response> {
  if (request.prompt.includes('none')) {
    return returnToClient(c, dependencies.config, request, {
      error: 'consent_required',
      error_description: 'the person must be asked, which prompt none does not allow',
    });
  }
  const flow = await beginFlow(c, dependencies, request, sessionName(session));
  return c.redirect(`/consent?flow=${flow}`, 303);
}
