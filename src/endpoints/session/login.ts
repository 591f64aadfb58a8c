import type { Context } from 'hono';
import * as v from 'valibot';
import { scopeTokens } from '../../core/oauth/authorization-request.ts';
import { sha256 } from '../../crypto/bytes.ts';
import { encodeToken, newRecordId, newSecret } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { issueAccessToken } from '../../grants/access-token.ts';
import { hearsOfLogout } from '../../logout/back-channel.ts';
import { oauthError } from '../../middleware/failure.tsx';
import { openSession } from '../../middleware/session.ts';
import { locked, signInByPassword } from '../../sign-in/password.ts';
import { secondFactorDemand } from '../../sign-in/second-factor.ts';
import { faultInEnglish } from '../../texts/fault.ts';
import { supersedeRefreshCookie } from './refresh-cookie.ts';
import { firstPartyClient, missingGrant, notFirstParty, notSignedIn, readJson } from './request.ts';

const schema = v.strictObject({
  client_id: v.string(),
  email: v.string(),
  password: v.string(),
  scope: v.optional(v.string()),
});

/** POST /session/login: signs a person in; the access token is in the body, the refresh token in a cookie only. */
export const login = (dependencies: Dependencies) => async (c: Context) => {
  const { secrets, users } = dependencies;
  const read = await readJson(
    c,
    schema,
    'an object with the strings client_id, email and password, and scope if it is to be narrower',
  );
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const { body } = read;
  const client = await firstPartyClient(c, dependencies, body.client_id);
  if (!client) return oauthError(c, notFirstParty);
  const missing = missingGrant(client, 'refresh_token');
  if (missing) return oauthError(c, missing);
  // offline_access would outlive the session; it is given only when it was asked for.
  const scope =
    body.scope === undefined
      ? client.scope.filter((token) => token !== 'offline_access')
      : scopeTokens(body.scope);
  if (scope.length === 0 || !scope.every((token) => client.scope.includes(token))) {
    return oauthError(c, {
      error: 'invalid_scope',
      description: 'the scope is not registered for this client',
    });
  }

  const outcome = await signInByPassword(c, dependencies, body.email, body.password);
  if (outcome.kind === 'locked') {
    c.header('Retry-After', String(outcome.retryAfterSeconds));
    const error_description = faultInEnglish(locked(outcome.retryAfterSeconds));
    return c.json({ error: 'too_many_attempts', error_description }, 429);
  }
  if (outcome.kind === 'wrong') {
    const cause = 'wrong_credentials';
    return oauthError(
      c,
      { error: 'invalid_grant', description: 'that email and password do not match', cause },
      401,
    );
  }

  const { userId, door } = outcome;
  const demand = secondFactorDemand(dependencies.config, undefined);
  const signedIn = await openSession(c, dependencies, { userId, amr: ['pwd'], door }, demand);
  if (signedIn.kind === 'second_factor_due') {
    const description = 'a second factor is needed: sign in at the authorization endpoint';
    return oauthError(c, { error: 'interaction_required', description, cause: 'second_factor_due' }, 401);
  }
  if (signedIn.kind !== 'opened') {
    const description = 'an administrator has disabled this account';
    return oauthError(c, { error: 'invalid_grant', description, cause: 'account_disabled' }, 401);
  }
  const { token: session, session: live } = signedIn;
  const first = { ...session, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const granted = { clientId: client.clientId, scope, resource: client.resources.slice(0, 1) };
  const { idleSeconds, absoluteSeconds } = client.refreshToken;
  const secretHash = await sha256(first.secret);
  const founded = await users.foundFamily(
    session,
    first.recordId,
    { secretHash, idleSeconds, absoluteSeconds, hearsOfLogout: hearsOfLogout(client) },
    granted,
  );
  if (founded.kind !== 'live') return notSignedIn(c);
  const firstToken = await encodeToken(secrets, 'refresh_token', first);
  await supersedeRefreshCookie(c, dependencies, client, firstToken);
  const { sessionId, authTime, amr, profile } = live;
  const subject = { userId: session.userId, sessionId, familyId: first.recordId, authTime, amr };
  return c.json(
    await issueAccessToken(dependencies, {
      client,
      person: { subject, profile },
      scope,
      resource: granted.resource,
      dpopJkt: undefined,
    }),
  );
};
