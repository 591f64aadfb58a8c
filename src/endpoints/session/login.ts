import type { Context } from 'hono';
import * as v from 'valibot';
import { scopeTokens } from '../../core/oauth/authorization-request.ts';
import { sha256 } from '../../crypto/bytes.ts';
import { encodeToken, newRecordId, newSecret } from '../../crypto/token.ts';
import type { Dependencies } from '../../dependencies.ts';
import { issueAccessToken } from '../../grants/access-token.ts';
import { hearsOfLogout } from '../../logout/back-channel.ts';
import { oauthError, signInWaits, tooManyAttempts } from '../../middleware/failure.tsx';
import { type Opened, openSession } from '../../middleware/session.ts';
import { locked, signInByPassword } from '../../sign-in/password.ts';
import { secondFactorDemand } from '../../sign-in/second-factor.ts';
import { checkSecondFactorCode } from '../../sign-in/second-factor-code.ts';
import { faultInEnglish } from '../../texts/fault.ts';
import { supersedeRefreshCookie } from './refresh-cookie.ts';
import { firstPartyClient, missingGrant, notFirstParty, notSignedIn, readJson } from './request.ts';

const schema = v.strictObject({
  client_id: v.string(),
  email: v.string(),
  password: v.string(),
  scope: v.optional(v.string()),
  otp: v.optional(v.string()),
});

const isLocked = (c: Context, retryAfterSeconds: number): Response =>
  tooManyAttempts(c, retryAfterSeconds, faultInEnglish(locked(retryAfterSeconds)));

/** The password is right, and not enough: the same request is to come again with `otp`, or the person goes to our pages. */
function secondFactorDue(c: Context, { step, enrolled }: SecondFactorDue): Response {
  const asks = step === 'ask' && enrolled.some((factor) => factor !== 'passkey');
  const description = asks
    ? 'a second factor is needed: send the request again with an otp, of the authenticator app or a recovery code'
    : 'a second factor is needed that cannot be shown here: sign in at the authorization endpoint';
  const cause = asks ? 'otp_needed' : step === 'ask' ? 'passkey_needed' : 'enrolment_needed';
  return oauthError(c, { error: 'mfa_required', description, cause }, 401);
}

type SecondFactorDue = Extract<Opened, { kind: 'second_factor_due' }>;

/** POST /session/login: signs a person in; the access token is in the body, the refresh token in a cookie only. */
export const login = (dependencies: Dependencies) => async (c: Context) => {
  const { secrets, users } = dependencies;
  const read = await readJson(
    c,
    schema,
    'an object with the strings client_id, email and password, scope if it is to be narrower, and otp once it was asked for',
  );
  if (read.kind === 'malformed') return oauthError(c, read.error);
  const { body } = read;
  if (!dependencies.config.passwords.enabled) {
    const description = 'passwords are switched off here: sign in at the authorization endpoint';
    return oauthError(c, { error: 'invalid_request', description });
  }
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
  if (outcome.kind === 'locked') return isLocked(c, outcome.retryAfterSeconds);
  if (outcome.kind === 'wrong') {
    const cause = 'wrong_credentials';
    return oauthError(
      c,
      { error: 'invalid_grant', description: 'that email and password do not match', cause },
      401,
    );
  }

  const { kind: _, ...tried } = outcome;
  const { userId } = tried;
  const { clientId } = client;
  const demand = secondFactorDemand(dependencies.config, { clientId, acr: undefined });
  const proven = { ...tried, amr: ['pwd'] };
  let signedIn = await openSession(c, dependencies, proven, demand);
  if (signedIn.kind === 'second_factor_due' && signedIn.step === 'ask' && body.otp !== undefined) {
    const second = await checkSecondFactorCode(c, dependencies, userId, body.otp);
    if (second.kind === 'locked') return isLocked(c, second.retryAfterSeconds);
    if (second.kind !== 'right') {
      const cause = second.kind === 'used' ? 'used_otp' : 'wrong_otp';
      return oauthError(c, { error: 'invalid_grant', description: 'that otp is not right', cause }, 401);
    }
    signedIn = await openSession(c, dependencies, { ...proven, amr: [...proven.amr, ...second.amr] }, demand);
  }
  if (signedIn.kind === 'second_factor_due') return secondFactorDue(c, signedIn);
  if (signedIn.kind === 'waits') return signInWaits(c, signedIn.seconds);
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
