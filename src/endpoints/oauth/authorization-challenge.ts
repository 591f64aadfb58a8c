import type { Context } from 'hono';
import type { Client } from '../../config/schema.ts';
import type { AuthorizationRequest } from '../../core/oauth/authorization-request.ts';
import type { TokenError } from '../../core/oauth/error.ts';
import { interactionFor } from '../../core/oauth/interaction.ts';
import type { Parameters } from '../../core/oauth/parameters.ts';
import { MAXIMUM_SEALED_LENGTH } from '../../crypto/seal.ts';
import type { Dependencies } from '../../dependencies.ts';
import { authenticateClient } from '../../middleware/client-authentication.ts';
import { checkProof, demandNonce } from '../../middleware/dpop.ts';
import { oauthError, signInWaits, tooManyAttempts } from '../../middleware/failure.tsx';
import { readForm } from '../../middleware/form.ts';
import { openDetachedSession, type Proven } from '../../middleware/session.ts';
import { issueAuthorizationCode, presentOf } from '../../sign-in/authorize.tsx';
import { type AuthSession, openAuthSession, sealAuthSession } from '../../sign-in/challenge/auth-session.ts';
import { openProofs, type ProofOutcome, proofParameters } from '../../sign-in/challenge/proofs.ts';
import { locked } from '../../sign-in/password.ts';
import { type PushedRequest, requestUriOf, validateRequest } from '../../sign-in/request.ts';
import { secondFactorDemand } from '../../sign-in/second-factor.ts';
import { faultInEnglish } from '../../texts/fault.ts';

/** For how long a sign-in that has to go on in a browser may be begun there, and finished. */
const WEB_SECONDS = 90;
const WEB_KEPT_MILLISECONDS = 45 * 60 * 1000;

/** What proves who the client is, and is no part of its request. */
const credentials = new Set(['client_secret', 'client_assertion', 'client_assertion_type']);

const isPartOfRequest = (name: string): boolean => !credentials.has(name) && !proofParameters.has(name);

/**
 * POST /oauth/authorization-challenge: an app of ours with pages of its own signs somebody in, step by step, and gets an
 * authorization code (OAuth 2.0 for First-Party Applications, draft-ietf-oauth-first-party-apps).
 */
export const authorizationChallenge = (dependencies: Dependencies) => async (c: Context) => {
  const parsed = await readForm(c);
  if (parsed.kind === 'malformed')
    return oauthError(c, { error: 'invalid_request', description: parsed.description });
  const { parameters } = parsed;
  const unanswered = await demandNonce(c, dependencies);
  if (unanswered) return unanswered;
  const client = await authenticateClient(c, dependencies, parameters);
  if (client instanceof Response) return client;
  if (!client.authorizationChallenge) {
    const description = 'the client may not sign people in on pages of its own';
    return oauthError(c, { error: 'unauthorized_client', description });
  }
  const proof = await checkProof(c, dependencies, { required: client.dpopBoundAccessTokens });
  if (proof instanceof Response) return proof;

  const begun = await sessionOf(dependencies, client, parsed, proof.jkt);
  if ('error' in begun) return oauthError(c, begun);
  const step: Step = { c, dependencies, client, session: begun };
  const asked = new Map(begun.parameters);
  const outcome = await validateRequest(dependencies, client, {
    parameters: asked,
    resource: begun.resource,
    provenance: {},
  });
  if (outcome.kind !== 'valid') {
    return oauthError(c, { error: outcome.error, description: outcome.description });
  }
  const offered = await offeredProof(step, parameters);
  if (!offered) return insufficient(step, 'the person must prove who they are');
  switch (offered.kind) {
    case 'malformed':
      return oauthError(c, { error: 'invalid_request', description: offered.description });
    case 'locked': {
      const { retryAfterSeconds } = offered;
      return tooManyAttempts(c, retryAfterSeconds, faultInEnglish(locked(retryAfterSeconds)));
    }
    case 'wrong':
      return insufficient(step, 'that does not match', { cause: 'wrong_credentials' });
    case 'over':
      return insufficient({ ...step, session: { ...begun, emailStep: undefined } }, 'that code is over', {
        cause: 'code_over',
      });
    case 'sent': {
      const { emailStep } = offered;
      return insufficient(
        { ...step, session: { ...begun, emailStep } },
        'a code was mailed, if there is an account',
      );
    }
    case 'proven':
      return authorizeProven(step, outcome.request, offered.proven);
  }
};

interface Step {
  c: Context;
  dependencies: Dependencies;
  client: Client;
  session: AuthSession;
}

/** The session that the app goes on with, or a new one for the request that it sends. */
async function sessionOf(
  dependencies: Dependencies,
  client: Client,
  { parameters, resource }: { parameters: Parameters; resource: readonly string[] },
  dpopJkt: string | undefined,
): Promise<AuthSession | TokenError> {
  const text = parameters.get('auth_session');
  if (text !== undefined) {
    const session = await openAuthSession(dependencies, text, client.clientId, dpopJkt);
    const description = 'the auth_session is over, or not of this client and key; begin anew without it';
    return session ?? { error: 'invalid_session', description };
  }
  const asked = new Map([...parameters].filter(([name]) => isPartOfRequest(name)));
  asked.set('client_id', client.clientId).set('response_type', 'code');
  // The code goes back in the answer, so the app need not say where it is found.
  const [redirectUri] = client.redirectUris;
  if (!asked.has('redirect_uri') && redirectUri !== undefined) asked.set('redirect_uri', redirectUri);
  if (dpopJkt !== undefined) {
    if ((asked.get('dpop_jkt') ?? dpopJkt) !== dpopJkt) {
      return { error: 'invalid_dpop_proof', description: 'dpop_jkt names another key than the proof' };
    }
    asked.set('dpop_jkt', dpopJkt);
  }
  return { clientId: client.clientId, dpopJkt, parameters: [...asked], resource, proven: undefined };
}

/** Checks the one thing that the app offers; undefined when it offers nothing. */
async function offeredProof(
  { c, dependencies, session }: Step,
  parameters: Parameters,
): Promise<ProofOutcome | undefined> {
  const offered = openProofs(dependencies.config, session).filter(({ parameter }) =>
    parameters.has(parameter),
  );
  const [proof, ...more] = offered;
  if (more.length > 0) {
    const names = offered.map(({ parameter }) => parameter).join(' and ');
    return { kind: 'malformed', description: `${names} came together; send one at a time` };
  }
  return proof?.check(c, dependencies, session, parameters);
}

/** Opens the session, unless more must be proved, and answers with the code. */
async function authorizeProven(step: Step, request: AuthorizationRequest, proven: Proven): Promise<Response> {
  const { c, dependencies, session } = step;
  const demand = secondFactorDemand(dependencies.config, request);
  const opened = await openDetachedSession(c, dependencies, proven, demand);
  if (opened.kind === 'second_factor_due') {
    const next = { ...step, session: { ...session, proven: { ...proven, after: opened.after } } };
    // Setting one up is for our own pages, and a passkey is bound to their address.
    const canBeTyped = opened.enrolled.some((factor) => factor !== 'passkey');
    if (opened.step === 'enrol' || !canBeTyped) return redirectToWeb(next);
    return insufficient(next, 'a second factor is due');
  }
  if (opened.kind === 'proof_over') {
    const description = 'everything was signed out since this sign-in began; begin anew without auth_session';
    return oauthError(c, { error: 'invalid_session', description });
  }
  if (opened.kind === 'waits') return signInWaits(c, opened.seconds);
  if (opened.kind !== 'opened') {
    const description = 'an administrator has disabled this account';
    return oauthError(c, { error: 'access_denied', description, cause: 'account_disabled' });
  }
  const nowSeconds = Math.floor(Date.now() / 1000);
  const interaction = interactionFor(request, presentOf(opened.session), 'signed_in', nowSeconds);
  const issued =
    interaction.kind === 'none' && (await issueAuthorizationCode(dependencies, request, opened.token));
  if (issued && issued.kind === 'code') {
    c.header('Cache-Control', 'no-store');
    return c.json({ authorization_code: issued.code });
  }
  // Nobody holds the session that was opened for this.
  await dependencies.users.endSession(opened.token.userId, opened.token.recordId, 'revoked_by_client');
  return interaction.kind === 'refused'
    ? oauthError(c, { error: interaction.error, description: interaction.description })
    : redirectToWeb(step);
}

/** §5.2.2.1: more is needed, and this is what it may be. */
async function insufficient(
  { c, dependencies, session }: Step,
  description: string,
  more: { cause?: string } = {},
): Promise<Response> {
  const auth_session = await sealAuthSession(dependencies, session);
  if (auth_session.length > MAXIMUM_SEALED_LENGTH) {
    return oauthError(c, { error: 'invalid_request', description: 'the authorization request is too long' });
  }
  c.header('Cache-Control', 'no-store');
  return c.json(
    {
      error: 'insufficient_authorization',
      error_description: description,
      ...more,
      auth_session,
      // Ours: the parameters of which one is to come with the next request.
      accepts: openProofs(dependencies.config, session).map(({ parameter }) => parameter),
    },
    400,
  );
}

/** §5.2.2.2: what cannot be done here goes on in a browser, at the authorization endpoint. */
async function redirectToWeb({ c, dependencies, client, session }: Step): Promise<Response> {
  const now = Date.now();
  const pushed: PushedRequest = {
    clientId: client.clientId,
    parameters: session.parameters,
    resource: session.resource,
    signed: false,
    expiresAt: now + WEB_SECONDS * 1000,
  };
  const id = await dependencies.transactions.begin('pushed_request', pushed, now + WEB_KEPT_MILLISECONDS);
  c.header('Cache-Control', 'no-store');
  return c.json(
    {
      error: 'redirect_to_web',
      error_description: 'this sign-in must go on in a browser, at the authorization endpoint',
      request_uri: requestUriOf(id),
      expires_in: WEB_SECONDS,
    },
    400,
  );
}
