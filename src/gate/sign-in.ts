import { GATE_CALLBACK_PATH } from '../config/load.ts';
import { meetsStepUp, returnPath, type StepUp } from '../core/gate/decision.ts';
import type { Target } from '../core/gate/path.ts';
import { base64url, randomBytes } from '../crypto/bytes.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { newRecordId } from '../crypto/token.ts';
import { GATE_SESSION_COOKIE } from '../middleware/cookie.ts';
import type { GateCookies } from './cookies.ts';
import type { GateDependencies } from './gate.ts';
import type { Identity, SessionHandle, SignInRequest } from './identity/identity.ts';
import { gateResponse, type Refusal } from './refusal.tsx';

/** Where a page sends its browser to sign in (core/gate/sign-in-request.ts). */
export const SIGN_IN_PATH = '/.portcullis/sign-in';

const SIGN_IN_COOKIE = 'portcullis-gate-sign-in.';
const signInCookie = /^portcullis-gate-sign-in\.[\w-]{12}$/;
const SIGN_IN_SECONDS = 30 * 60;
/** With their return paths they stay below 6 KiB: many tabs must not make headers that no server takes. */
const MAXIMUM_SIGN_INS = 3;

/** A sign-in on its way, sealed into a cookie of the browser that started it. */
interface SignIn extends Omit<SignInRequest, 'redirectUri'> {
  host: string;
  returnTo: string;
  /** When it was asked for, in seconds since the epoch, where that is when `max_age` counts from. */
  askedAt?: number | undefined;
}

/** Takes browsers to sign-in and back. */
export function createSignIn(
  { config, secrets }: Pick<GateDependencies, 'config' | 'secrets'>,
  identity: Identity,
  cookies: GateCookies,
  publicOrigin: (host: string) => string,
) {
  const redirectUri = (host: string): string => publicOrigin(host) + GATE_CALLBACK_PATH;
  const failed: Refusal = { code: 'sign_in_failed', action: { href: '/', label: 'startAgain' } };

  /**
   * Sends a navigation to sign-in; it comes back to the target, on the same host.
   * @param askedAt seconds since the epoch. With it a sign-in of `max_age` seconds before counts: one after it always
   *   does. Without, it must be as recent when it comes back, as the route that sent it away will find.
   */
  async function begin(
    headers: Headers,
    target: Target,
    stepUp: StepUp,
    askedAt?: number,
  ): Promise<Response> {
    const id = base64url.encode(randomBytes(9));
    const { host } = target;
    const signIn: SignIn = {
      state: `${id}.${base64url.encode(randomBytes(16))}`,
      nonce: base64url.encode(randomBytes(16)),
      codeVerifier: base64url.encode(randomBytes(32)),
      stepUp,
      host,
      returnTo: returnPath(target),
      ...(askedAt !== undefined && { askedAt }),
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
    const { stepUp, returnTo, askedAt } = signIn;
    const done: [string, string] = ['Set-Cookie', cookies.write(name, '', 0)];
    const failedForGood: Refusal = {
      ...failed,
      headers: [done],
      action: { href: returnTo, label: 'startAgain' },
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
    if (!meetsStepUp(stepUp, { acr, authTime }, askedAt ?? Math.floor(Date.now() / 1000))) {
      return { ...failedForGood, code: 'step_up_failed', headers: [done, session] };
    }
    // Absolute, and the path starts with a slash: whatever it holds, it stays on this host.
    return gateResponse(null, 303, [['Location', publicOrigin(host) + returnTo], done, session]);
  }

  return { begin, callback };
}
