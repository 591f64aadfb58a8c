import { GATE_CALLBACK_PATH } from '../config/load.ts';
import { meetsStepUp, returnPath, type StepUp } from '../core/gate/decision.ts';
import type { Target } from '../core/gate/path.ts';
import { base64url, randomBytes } from '../crypto/bytes.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { newRecordId } from '../crypto/token.ts';
import { GATE_SESSION_COOKIE } from '../middleware/cookie.ts';
import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import { GateSignedOutPage, GateSignOutPage } from '../pages/gate-sign-out.tsx';
import type { GateCookies } from './cookies.ts';
import type { GateDependencies } from './gate.ts';
import type { Identity, SessionHandle, SignInRequest, SignOutScope } from './identity/identity.ts';
import { gateResponse, type Refusal } from './refusal.ts';

export const SIGN_OUT_PATH = '/.portcullis/sign-out';
export const SIGNED_OUT_PATH = '/.portcullis/signed-out';

const SIGN_IN_COOKIE = 'portcullis-gate-sign-in.';
const signInCookie = /^portcullis-gate-sign-in\.[\w-]{12}$/;
const SIGN_IN_SECONDS = 30 * 60;
/** With their return paths they stay below 6 KiB: many tabs must not make headers that no server takes. */
const MAXIMUM_SIGN_INS = 3;

/** A sign-in on its way, sealed into a cookie of the browser that started it. */
interface SignIn extends Omit<SignInRequest, 'redirectUri'> {
  host: string;
  returnTo: string;
}

/** Takes browsers to sign-in and back, and out again. */
export function createSignIn(
  { config, secrets }: Pick<GateDependencies, 'config' | 'secrets'>,
  identity: Identity,
  cookies: GateCookies,
  publicOrigin: (host: string) => string,
) {
  const redirectUri = (host: string): string => publicOrigin(host) + GATE_CALLBACK_PATH;
  const failed: Refusal = { code: 'sign_in_failed', action: { href: '/', label: 'Start again' } };

  /** Sends a navigation to sign-in; it comes back to the same address of the same host. */
  async function begin(headers: Headers, target: Target, stepUp: StepUp): Promise<Response> {
    const id = base64url.encode(randomBytes(9));
    const { host } = target;
    const signIn: SignIn = {
      state: `${id}.${base64url.encode(randomBytes(16))}`,
      nonce: base64url.encode(randomBytes(16)),
      codeVerifier: base64url.encode(randomBytes(32)),
      stepUp,
      host,
      returnTo: returnPath(target),
    };
    const sealed = await seal(secrets, 'seal-gate-sign-in', signIn, Date.now() + SIGN_IN_SECONDS * 1000);
    // Others that begin like ours may have a name that no Set-Cookie can have.
    const waiting = cookies.names(headers, SIGN_IN_COOKIE).filter((name) => signInCookie.test(name));
    const superfluous = waiting.slice(0, 1 - MAXIMUM_SIGN_INS);
    const location = await identity.authorizationUrl({ ...signIn, redirectUri: redirectUri(host) });
    return gateResponse(null, 302, [
      ['Location', location],
      ...superfluous.map((name): [string, string] => ['Set-Cookie', cookies.write(name, '', 0)]),
      ['Set-Cookie', cookies.write(SIGN_IN_COOKIE + id, sealed, SIGN_IN_SECONDS)],
    ]);
  }

  /** The answer to a sign-in (RFC 6749 §4.1.2). A failure is a page, never another redirect: nothing can go in circles. */
  async function callback(
    headers: Headers,
    target: Target,
    previous: SessionHandle | undefined,
  ): Promise<Response | Refusal> {
    const parameters = new URLSearchParams(target.query);
    // RFC 6749 §3.1: parameters must not be repeated.
    if (new Set(parameters.keys()).size !== parameters.size) return failed;
    const state = parameters.get('state') ?? '';
    const name = SIGN_IN_COOKIE + state.split('.', 1)[0];
    const signIn = await unseal<SignIn>(
      secrets,
      'seal-gate-sign-in',
      cookies.read(headers, name),
      Date.now(),
    );
    const { host } = target;
    if (signIn?.state !== state || signIn.host !== host) return failed;
    const { stepUp, returnTo } = signIn;
    const done: [string, string] = ['Set-Cookie', cookies.write(name, '', 0)];
    const failedForGood: Refusal = {
      ...failed,
      headers: [done],
      action: { href: returnTo, label: 'Start again' },
    };
    const answer = await identity.redeem(parameters, { ...signIn, redirectUri: redirectUri(host) });
    if (answer.kind === 'denied') return { ...failedForGood, code: 'access_denied' };
    if (answer.kind === 'failed') return failedForGood;
    const { userId, sessionId, acr, authTime } = answer;
    if (previous && previous.sessionId !== sessionId) await identity.replaced?.(previous);
    const handle: SessionHandle = { userId, sessionId, handleId: newRecordId(), host };
    const { absoluteSeconds } = config.session;
    const sealed = await seal(secrets, 'seal-gate-session', handle, Date.now() + absoluteSeconds * 1000);
    const session: [string, string] = [
      'Set-Cookie',
      cookies.write(GATE_SESSION_COOKIE, sealed, absoluteSeconds),
    ];
    // Sent back as it is, it would be sent to sign in again, and so on.
    if (!meetsStepUp(stepUp, { acr, authTime }, Math.floor(Date.now() / 1000))) {
      return { ...failedForGood, code: 'step_up_failed', headers: [done, session] };
    }
    // Absolute, and the path starts with a slash: whatever it holds, it stays on this host.
    return gateResponse(null, 303, [['Location', publicOrigin(host) + returnTo], done, session]);
  }

  /** Over before the answer leaves. */
  async function signOut(
    host: string,
    handle: SessionHandle | undefined,
    scope: SignOutScope,
  ): Promise<Response> {
    const origin = publicOrigin(host);
    const location = await identity.signOut(origin, handle, scope);
    return gateResponse(null, 303, [
      ['Location', location ?? origin + SIGNED_OUT_PATH],
      ['Set-Cookie', cookies.write(GATE_SESSION_COOKIE, '', 0)],
    ]);
  }

  /** A link must not sign anybody out: a page asks first. */
  async function askToSignOut(host: string, scope: SignOutScope): Promise<Response> {
    const asking = await identity.askToSignOut(scope);
    if ('location' in asking) return gateResponse(null, 302, [['Location', asking.location]]);
    const page = GateSignOutPage({ name: config.name, host, action: SIGN_OUT_PATH });
    return pageResponse(String(await page), asking.formAction);
  }

  const signedOut = async (host: string): Promise<Response> =>
    pageResponse(String(await GateSignedOutPage({ name: config.name, host })));

  return { begin, callback, signOut, askToSignOut, signedOut };
}

/** A page of the gate's own. @param formAction where its form leads in the end, beside the host itself */
function pageResponse(page: string, formAction: string[] = []): Response {
  const response = gateResponse(page, 200, [
    ['Content-Type', 'text/html; charset=utf-8'],
    ['Content-Security-Policy', contentSecurityPolicy({ formAction })],
    ['X-Frame-Options', 'DENY'],
  ]);
  // Under `no-referrer` browsers without Fetch Metadata send `Origin: null` with its form.
  response.headers.set('Referrer-Policy', 'same-origin');
  return response;
}
