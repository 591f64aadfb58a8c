import { GATE_CALLBACK_PATH, GATE_CLIENT_ID } from '../config/load.ts';
import { returnPath } from '../core/gate/decision.ts';
import type { Target } from '../core/gate/path.ts';
import { base64url, randomBytes, sha256 } from '../crypto/bytes.ts';
import { seal, unseal } from '../crypto/seal.ts';
import { decodeToken, newRecordId } from '../crypto/token.ts';
import { GATE_SESSION_COOKIE } from '../middleware/cookie.ts';
import type { GateCookies, SessionHandle } from './cookies.ts';
import type { GateDependencies } from './gate.ts';
import { gateResponse, type Refusal } from './refusal.ts';

export const SIGN_OUT_PATH = '/.portcullis/sign-out';

const SIGN_IN_COOKIE = 'portcullis-gate-sign-in.';
const SIGN_IN_SECONDS = 30 * 60;
/** With their return paths they stay below 6 KiB: many tabs must not make headers that no server takes. */
const MAXIMUM_SIGN_INS = 3;

/** A sign-in on its way, sealed into a cookie of the browser that started it. */
interface SignIn {
  state: string;
  codeVerifier: string;
  host: string;
  returnTo: string;
}

const s256 = async (codeVerifier: string): Promise<string> => base64url.encode(await sha256(codeVerifier));

/** The gate as a client of its own issuer: authorization code with PKCE, redeemed in process. */
export function createSignIn(
  { config, secrets, users }: Pick<GateDependencies, 'config' | 'secrets' | 'users'>,
  cookies: GateCookies,
  publicOrigin: (host: string) => string,
) {
  const redirectUri = (host: string): string => publicOrigin(host) + GATE_CALLBACK_PATH;
  const failed: Refusal = { code: 'sign_in_failed', action: { href: '/', label: 'Start again' } };

  /** Sends a navigation to the issuer; it comes back to the same address of the same host. */
  async function begin(headers: Headers, target: Target): Promise<Response> {
    const id = base64url.encode(randomBytes(9));
    const codeVerifier = base64url.encode(randomBytes(32));
    const state = `${id}.${base64url.encode(randomBytes(16))}`;
    const signIn: SignIn = { state, codeVerifier, host: target.host, returnTo: returnPath(target) };
    const sealed = await seal(secrets, 'seal-gate-sign-in', signIn, Date.now() + SIGN_IN_SECONDS * 1000);
    const superfluous = cookies.names(headers, SIGN_IN_COOKIE).slice(0, 1 - MAXIMUM_SIGN_INS);
    const authorize = new URL('/oauth/authorize', config.issuer);
    authorize.search = new URLSearchParams({
      response_type: 'code',
      client_id: GATE_CLIENT_ID,
      redirect_uri: redirectUri(target.host),
      scope: 'openid',
      state,
      code_challenge: await s256(codeVerifier),
      code_challenge_method: 'S256',
    }).toString();
    return gateResponse(null, 302, [
      ['Location', authorize.href],
      ...superfluous.map((name): [string, string] => ['Set-Cookie', cookies.write(name, '', 0)]),
      ['Set-Cookie', cookies.write(SIGN_IN_COOKIE + id, sealed, SIGN_IN_SECONDS)],
    ]);
  }

  /** The issuer's answer (RFC 6749 §4.1.2). A failure is a page, never another redirect: nothing can go in circles. */
  async function callback(headers: Headers, target: Target): Promise<Response | Refusal> {
    const parameters = new URLSearchParams(target.query);
    // RFC 6749 §3.1: parameters must not be repeated.
    if (new Set(parameters.keys()).size !== parameters.size) return failed;
    const state = parameters.get('state') ?? '';
    const name = SIGN_IN_COOKIE + state.split('.', 1)[0];
    const sealed = cookies.read(headers, name);
    const signIn = await unseal<SignIn>(secrets, 'seal-gate-sign-in', sealed, Date.now());
    if (signIn?.state !== state || signIn.host !== target.host) return failed;
    const done: [string, string] = ['Set-Cookie', cookies.write(name, '', 0)];
    const failedForGood: Refusal = {
      ...failed,
      headers: [done],
      action: { href: signIn.returnTo, label: 'Start again' },
    };
    // RFC 9207 §2.4: our issuer always names itself, in errors as well.
    if (parameters.get('iss') !== config.issuer) return failedForGood;
    if (parameters.get('error') === 'access_denied') return { ...failedForGood, code: 'access_denied' };
    const code = await decodeToken(secrets, 'authorization_code', parameters.get('code') ?? '');
    if (!code) return failedForGood;
    const redeemed = await users.redeemCode(code, {
      redemptionId: newRecordId(),
      clientId: GATE_CLIENT_ID,
      redirectUri: redirectUri(target.host),
      codeChallenge: await s256(signIn.codeVerifier),
    });
    if (redeemed.kind === 'refused') return failedForGood;
    const { userId, sessionId } = redeemed.grant;
    const handle: SessionHandle = { userId, sessionId, host: target.host };
    const { absoluteSeconds } = config.session;
    const session = await seal(secrets, 'seal-gate-session', handle, Date.now() + absoluteSeconds * 1000);
    return gateResponse(null, 303, [
      // Absolute, and the path starts with a slash: whatever it holds, it stays on this host.
      ['Location', publicOrigin(target.host) + signIn.returnTo],
      done,
      ['Set-Cookie', cookies.write(GATE_SESSION_COOKIE, session, absoluteSeconds)],
    ]);
  }

  /** Ends the session at the issuer before the answer leaves. */
  async function signOut(handle: SessionHandle | undefined): Promise<Response> {
    if (handle) await users.endSession(handle.userId, handle.sessionId, 'sign_out');
    return gateResponse(null, 303, [
      ['Location', `${config.issuer}/`],
      ['Set-Cookie', cookies.write(GATE_SESSION_COOKIE, '', 0)],
    ]);
  }

  /** A link must not sign anybody out: the issuer asks first. */
  const askToSignOut = (): Response =>
    gateResponse(null, 302, [['Location', `${config.issuer}/oauth/logout?client_id=${GATE_CLIENT_ID}`]]);

  return { begin, callback, signOut, askToSignOut };
}
