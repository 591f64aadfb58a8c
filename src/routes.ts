import { type Handler, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Dependencies } from './dependencies.ts';
import { ObjectUnavailable } from './durable/call.ts';
import { account, signOutEverywhere, signOutOne, signOutOthers } from './endpoints/account/account.tsx';
import { activity } from './endpoints/account/activity.tsx';
import {
  removeAuthenticator,
  setUpAuthenticator,
  showAuthenticator,
} from './endpoints/account/authenticator.tsx';
import { revokeConsent } from './endpoints/account/consent.ts';
import { downloadOwnData, showOwnData } from './endpoints/account/data.tsx';
import { deleteAccount, showDeleteAccount } from './endpoints/account/delete.tsx';
import { changeEmail, showChangeCodes } from './endpoints/account/email/codes.tsx';
import { mailChangeCodes, showChangeEmail } from './endpoints/account/email.tsx';
import { removePasskey } from './endpoints/account/passkeys/remove.ts';
import { renamePasskey } from './endpoints/account/passkeys/rename.ts';
import { addPasskey, showPasskeys } from './endpoints/account/passkeys.tsx';
import { changePassword, showPasswordChange } from './endpoints/account/password.tsx';
import { editProfile, showProfile } from './endpoints/account/profile.tsx';
import { connectProvider, disconnectProvider, showProviders } from './endpoints/account/providers.tsx';
import { replaceRecoveryCodes, showRecoveryCodes } from './endpoints/account/recovery-codes.tsx';
import { distrustDevice, showTrustedDevices } from './endpoints/account/trusted-devices.tsx';
import { mailVerifyCode } from './endpoints/account/verify.ts';
import { endEverything, showEndEverything } from './endpoints/alerts/end.tsx';
import { asset } from './endpoints/assets.ts';
import { authorizeForAuth0 } from './endpoints/authorize.ts';
import { decideConsent, showConsent } from './endpoints/consent.tsx';
import { mailbox } from './endpoints/dev/mailbox.tsx';
import { connectDevice, showDevice } from './endpoints/device.tsx';
import { metrics } from './endpoints/metrics.ts';
import { authorizationChallenge } from './endpoints/oauth/authorization-challenge.ts';
import { authorize } from './endpoints/oauth/authorize.ts';
import { deviceAuthorization } from './endpoints/oauth/device-authorization.ts';
import { introspect } from './endpoints/oauth/introspect.ts';
import { logout } from './endpoints/oauth/logout.tsx';
import { pushedAuthorizationRequest } from './endpoints/oauth/par.ts';
import { manageRegistration, register } from './endpoints/oauth/register.ts';
import { revoke } from './endpoints/oauth/revoke.ts';
import { token } from './endpoints/oauth/token.ts';
import { userinfo } from './endpoints/oauth/userinfo.ts';
import { setNewPassword, showNewPassword } from './endpoints/reset/password.tsx';
import { mailResetCode, showReset } from './endpoints/reset.ts';
import { selectAccount } from './endpoints/select-account.tsx';
import { devices, ends, removeDevice } from './endpoints/session/devices.ts';
import { login } from './endpoints/session/login.ts';
import { logoutAll, logoutOthers, logout as logoutSession } from './endpoints/session/logout.ts';
import { refresh } from './endpoints/session/refresh.ts';
import { sessionToken } from './endpoints/session/token.ts';
import { answerChallenge, showChallenge } from './endpoints/signin/challenge.tsx';
import { showEmailCodePage, tryEmailCode } from './endpoints/signin/email/code.tsx';
import { emailLink } from './endpoints/signin/email/link.tsx';
import { askForSignInCode, showEmailSignIn } from './endpoints/signin/email.ts';
import { enrol, showEnrolment } from './endpoints/signin/enrol.tsx';
import { signInWithPasskey } from './endpoints/signin/passkey.ts';
import { finishWithProvider, takePostedAnswer } from './endpoints/signin/provider/callback.tsx';
import { askToConnect, decideToConnect } from './endpoints/signin/provider/connect.tsx';
import { signInWithProvider } from './endpoints/signin/provider.tsx';
import { provePasskeySecondFactor } from './endpoints/signin/second-factor/passkey.ts';
import { proveSecondFactor, showSecondFactor } from './endpoints/signin/second-factor.tsx';
import { showSignIn, signIn } from './endpoints/signin.tsx';
import { mailSignUpCode, showSignUpEmail } from './endpoints/signup/email.tsx';
import { signUpWithPasskey } from './endpoints/signup/passkey.tsx';
import { showProviderSignUp, signUpWithProvider } from './endpoints/signup/provider.tsx';
import { showSignUp, signUp } from './endpoints/signup.tsx';
import { start } from './endpoints/start.tsx';
import { logoutForAuth0 } from './endpoints/v2/logout.ts';
import { discovery } from './endpoints/well-known/discovery.ts';
import { jwks } from './endpoints/well-known/jwks.ts';
import { anyOrigin } from './middleware/any-origin.ts';
import type { Caller } from './middleware/caller.ts';
import { failure } from './middleware/failure.tsx';
import { firstParty } from './middleware/first-party.ts';
import { flood, floodClassOf } from './middleware/flood.ts';
import { MAXIMUM_BODY_BYTES } from './middleware/form.ts';
import { sameOrigin } from './middleware/same-origin.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { report } from './report.ts';
import { noteRoute } from './telemetry/recording.ts';

type Route = [methods: string, path: string, caller: Caller, handler: Handler];

/** Where people sign in elsewhere, nothing of the issuer is here but the keys that the gate's assertions verify with. */
const tableOfGateAlone = (d: Dependencies): Route[] => [['GET', '/.well-known/jwks.json', 'api', jwks(d)]];

/** Where @auth0/auth0-spa-js looks for what is at /oauth/authorize and /oauth/logout; by `auth0Paths` alone. */
const tableForAuth0: Route[] = [
  ['GET', '/authorize', 'page', authorizeForAuth0],
  ['GET', '/v2/logout', 'page', logoutForAuth0],
];

/** What is for whoever develops, and is the gate's anywhere else. */
const tableOfDevelopment = (d: Dependencies): Route[] => [['GET', '/metrics', 'server', metrics(d)]];

/** Every route of the issuer. What is not here is the gate's. */
const table = (d: Dependencies): Route[] => [
  ['GET', '/', 'page', start(d)],
  ['GET', '/assets/*', 'page', asset(d)],
  ['GET', '/signin', 'page', showSignIn(d)],
  ['POST', '/signin', 'form', signIn(d)],
  ['GET', '/signin/email', 'page', showEmailSignIn(d)],
  ['POST', '/signin/email', 'form', askForSignInCode(d)],
  ['GET', '/signin/email/code', 'page', showEmailCodePage(d)],
  ['POST', '/signin/email/code', 'form', tryEmailCode(d)],
  ['GET', '/signin/email/link', 'page', emailLink(d)],
  ['GET', '/reset', 'page', showReset(d)],
  ['POST', '/reset', 'form', mailResetCode(d)],
  ['GET', '/reset/password', 'page', showNewPassword(d)],
  ['POST', '/reset/password', 'form', setNewPassword(d)],
  ['POST', '/signin/account', 'form', selectAccount(d)],
  ['GET', '/signin/second-factor', 'page', showSecondFactor(d)],
  ['POST', '/signin/second-factor', 'form', proveSecondFactor(d)],
  ['GET', '/signin/challenge', 'page', showChallenge(d)],
  ['POST', '/signin/challenge', 'form', answerChallenge(d)],
  ['GET', '/signin/enrol', 'page', showEnrolment(d)],
  ['POST', '/signin/enrol', 'form', enrol(d)],
  ['POST', '/signin/passkey', 'form', signInWithPasskey(d)],
  ['POST', '/signin/second-factor/passkey', 'form', provePasskeySecondFactor(d)],
  ['GET', '/signup', 'page', showSignUp(d)],
  ['POST', '/signup', 'form', signUp(d)],
  ['POST', '/signup/passkey', 'form', signUpWithPasskey(d)],
  ['GET', '/signup/email', 'page', showSignUpEmail(d)],
  ['POST', '/signup/email', 'form', mailSignUpCode(d)],
  ['POST', '/signin/provider', 'form', signInWithProvider(d)],
  ['GET', '/signin/provider/connect', 'page', askToConnect(d)],
  ['POST', '/signin/provider/connect', 'form', decideToConnect(d)],
  ['GET', '/signin/provider/:provider/callback', 'page', finishWithProvider(d)],
  // Another site posts it: what guards it is the state, and the cookie that it belongs to.
  ['POST', '/signin/provider/:provider/callback', 'page', takePostedAnswer(d)],
  ['GET', '/signup/provider', 'page', showProviderSignUp(d)],
  ['POST', '/signup/provider', 'form', signUpWithProvider(d)],
  ['GET', '/consent', 'page', showConsent(d)],
  ['POST', '/consent', 'form', decideConsent(d)],
  ['GET', '/device', 'page', showDevice(d)],
  ['POST', '/device', 'form', connectDevice(d)],
  ['GET', '/account', 'page', account(d)],
  ['GET', '/account/authenticator', 'page', showAuthenticator(d)],
  ['POST', '/account/authenticator', 'form', setUpAuthenticator(d)],
  ['POST', '/account/authenticator/remove', 'form', removeAuthenticator(d)],
  ['GET', '/account/recovery-codes', 'page', showRecoveryCodes(d)],
  ['POST', '/account/recovery-codes', 'form', replaceRecoveryCodes(d)],
  ['GET', '/account/trusted-devices', 'page', showTrustedDevices(d)],
  ['POST', '/account/trusted-devices', 'form', distrustDevice(d)],
  ['GET', '/account/password', 'page', showPasswordChange(d)],
  ['POST', '/account/password', 'form', changePassword(d)],
  ['GET', '/account/passkeys', 'page', showPasskeys(d)],
  ['POST', '/account/passkeys', 'form', addPasskey(d)],
  ['POST', '/account/passkeys/rename', 'form', renamePasskey(d)],
  ['POST', '/account/passkeys/remove', 'form', removePasskey(d)],
  ['GET', '/account/profile', 'page', showProfile(d)],
  ['POST', '/account/profile', 'form', editProfile(d)],
  ['POST', '/account/verify', 'form', mailVerifyCode(d)],
  ['GET', '/account/email', 'page', showChangeEmail(d)],
  ['POST', '/account/email', 'form', mailChangeCodes(d)],
  ['GET', '/account/email/codes', 'page', showChangeCodes(d)],
  ['POST', '/account/email/codes', 'form', changeEmail(d)],
  ['GET', '/account/activity', 'page', activity(d)],
  ['GET', '/account/data', 'page', showOwnData(d)],
  ['POST', '/account/data', 'form', downloadOwnData(d)],
  ['GET', '/account/delete', 'page', showDeleteAccount(d)],
  ['POST', '/account/delete', 'form', deleteAccount(d)],
  ['GET', '/account/providers', 'page', showProviders(d)],
  ['POST', '/account/providers/connect', 'form', connectProvider(d)],
  ['POST', '/account/providers/disconnect', 'form', disconnectProvider(d)],
  ['POST', '/account/revoke-consent', 'form', revokeConsent(d)],
  ['POST', '/account/sign-out', 'form', signOutOne(d)],
  ['POST', '/account/sign-out-others', 'form', signOutOthers(d)],
  ['POST', '/account/sign-out-everywhere', 'form', signOutEverywhere(d)],
  ['GET', '/alerts/end', 'page', showEndEverything(d)],
  ['POST', '/alerts/end', 'form', endEverything(d)],
  ['GET POST', '/oauth/authorize', 'page', authorize(d)],
  ['POST', '/oauth/par', 'server', pushedAuthorizationRequest(d)],
  ['POST', '/oauth/authorization-challenge', 'api', authorizationChallenge(d)],
  ['POST', '/oauth/token', 'api', token(d)],
  ['POST', '/oauth/device_authorization', 'server', deviceAuthorization(d)],
  ['POST', '/oauth/revoke', 'api', revoke(d)],
  ['POST', '/oauth/introspect', 'server', introspect(d)],
  ['GET POST', '/oauth/userinfo', 'api', userinfo(d)],
  ['GET POST', '/oauth/logout', 'page', logout(d)],
  ['POST', '/oauth/register', 'api', register(d)],
  ['GET PUT DELETE', '/oauth/register/:client_id', 'api', manageRegistration(d)],
  ['POST', '/session/login', 'first-party', login(d)],
  ['POST', '/session/token', 'first-party', sessionToken(d)],
  ['POST', '/session/refresh', 'first-party', refresh(d)],
  ['POST', '/session/logout', 'first-party', logoutSession(d)],
  ['POST', '/session/logout-others', 'first-party', logoutOthers(d)],
  ['POST', '/session/logout-all', 'first-party', logoutAll(d)],
  ['GET', '/session/devices', 'first-party', devices(d)],
  ['DELETE', '/session/devices/:id', 'first-party', removeDevice(d)],
  ['GET', '/session/ends', 'first-party', ends(d)],
  ['GET', '/.well-known/openid-configuration', 'api', discovery(d)],
  ['GET', '/.well-known/oauth-authorization-server', 'api', discovery(d)],
  ['GET', '/.well-known/jwks.json', 'api', jwks(d)],
  ['GET', '/dev/mailbox', 'page', mailbox(d)],
  ...(d.config.auth0Paths ? tableForAuth0 : []),
];

/** The issuer's application. `gate` answers what no route matches. */
export function issuerRoutes(
  dependencies: Dependencies,
  gate: (request: Request) => Promise<Response>,
): Hono {
  const { config } = dependencies;
  const app = new Hono();
  const withHeaders = securityHeaders(config);
  const first =
    (path: string): MiddlewareHandler =>
    (c, next) => {
      noteRoute('issuer', path);
      return withHeaders(c, next);
    };
  // A GET has no body that anybody reads; the runtime would refuse to wrap one.
  const limitBody: MiddlewareHandler = (c, next) =>
    c.req.method === 'GET' || c.req.method === 'HEAD' ? next() : limit(c, next);
  const guards: Record<Caller, (allowed: string[]) => MiddlewareHandler[]> = {
    api: (allowed) => [anyOrigin(allowed)],
    'first-party': () => [firstParty(config)],
    server: () => [],
    page: () => [],
    form: () => [sameOrigin(config)],
  };
  const limit = bodyLimit({
    maxSize: MAXIMUM_BODY_BYTES,
    onError: (c) =>
      failure(c, config, 413, 'invalid_request', {
        error: 'body_too_large',
        values: { bytes: String(MAXIMUM_BODY_BYTES) },
      }),
  });
  const methodsOf = new Map<string, string[]>();
  const routes = [
    ...(config.identityProvider ? tableOfGateAlone(dependencies) : table(dependencies)),
    ...(config.environment === 'development' ? tableOfDevelopment(dependencies) : []),
  ];
  for (const [methods, path, caller, handler] of routes) {
    const allowed = methods.split(' ');
    const guard = guards[caller](allowed);
    const headers = first(path);
    const limitCaller = flood(dependencies, floodClassOf(path, caller));
    // Before the body: what is too much is not even read.
    app.on(allowed, path, headers, ...guard, limitCaller, limitBody, handler);
    if (caller === 'api' || caller === 'first-party') app.options(path, headers, ...guard);
    methodsOf.set(path, [
      ...(methodsOf.get(path) ?? []),
      ...allowed,
      ...(allowed.includes('GET') ? ['HEAD'] : []),
    ]);
  }
  for (const [path, allowed] of methodsOf) {
    app.all(path, first(path), (c) => {
      c.header('Allow', allowed.join(', '));
      return failure(c, config, 405, 'invalid_request', {
        error: 'method_not_allowed',
        values: { path, methods: allowed.join(', ') },
      });
    });
  }
  app.notFound((c) => gate(c.req.raw));
  app.onError((error, c) => {
    if (error instanceof ObjectUnavailable) {
      report('issuer.object_unavailable', error);
      c.header('Retry-After', String(error.retryAfterSeconds));
      return failure(c, config, 503, 'temporarily_unavailable', { error: 'busy' });
    }
    report('issuer.failed', error);
    return failure(c, config, 500, 'server_error', { error: 'failed' });
  });
  return app;
}
