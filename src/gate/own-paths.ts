import { GATE_CALLBACK_PATH } from '../config/load.ts';
import type { Config } from '../config/schema.ts';
import { isNavigation } from '../core/gate/decision.ts';
import type { Target } from '../core/gate/path.ts';
import { OWN_PATHS, parseSignInRequest } from '../core/gate/sign-in-request.ts';
import { boundedBytes } from '../http/bounded.ts';
import { assetsOf } from '../pages/assets.ts';
import { circumstancesOf } from './admission/circumstances.ts';
import { routeMetadata, routeMetadataUrl } from './admission/resource-metadata.ts';
import type { Identity, SessionHandle } from './identity/identity.ts';
import { gateResponse, type Refusal } from './refusal.tsx';
import type { Router } from './router.ts';
import { type createSession, SESSION_PATH } from './session.ts';
import { type createSignIn, SIGN_IN_PATH } from './sign-in.ts';
import { type createSignOut, FINISH_PATH, SIGN_OUT_PATH, SIGNED_OUT_PATH } from './sign-out.tsx';

/** Where a provider posts logout tokens, on every host that the gate guards. */
const BACKCHANNEL_LOGOUT_PATH = '/.portcullis/backchannel-logout';
/** No logout token comes near this. */
const MAXIMUM_LOGOUT_BYTES = 32 * 1024;

/** Makes the function that answers the gate's own paths, the same on every host that it guards; undefined for any other. */
export function createOwnPaths({
  config,
  router,
  session,
  signIn,
  signOut,
  readHandle,
  publicOrigin,
  logoutTokens,
}: {
  config: Config;
  router: Router;
  session: Pick<ReturnType<typeof createSession>, 'answer'>;
  signIn: ReturnType<typeof createSignIn>;
  signOut: ReturnType<typeof createSignOut>;
  readHandle: (headers: Headers, host: string) => Promise<SessionHandle | undefined>;
  publicOrigin: (host: string) => string;
  /** Judges logout tokens, where another provider signs people in. */
  logoutTokens?: Identity['backchannelLogout'];
}) {
  const notAllowed = (allowed: string): Refusal => ({
    code: 'method_not_allowed',
    headers: [['Allow', allowed]],
  });

  /** As a navigation to a private page would, but for the address that it comes back to. */
  async function signInTo(request: Request, { host, query }: Target): Promise<Response | Refusal> {
    const { method, headers } = request;
    if (method !== 'GET' && method !== 'HEAD') return notAllowed('GET, HEAD');
    if (!isNavigation(circumstancesOf(request)))
      return { code: 'invalid_request', description: 'Only a navigation of a whole tab can sign in.' };
    const wanted = parseSignInRequest(query, publicOrigin(host));
    if (wanted.kind === 'malformed')
      return { code: 'invalid_request', description: `Refused: ${wanted.description}.` };
    return signIn.begin(headers, wanted.returnTo, wanted.stepUp, Math.floor(Date.now() / 1000));
  }

  function leave(request: Request, target: Target): Promise<Response | Refusal> | Refusal {
    const { method, headers } = request;
    const { host } = target;
    // The same on all routes of a host (src/config/route-faults.ts).
    const scope = router.guarding(host)[0]?.signOut ?? 'issuer';
    if (method === 'GET' || method === 'HEAD') return signOut.ask(headers, host, scope);
    return method === 'POST' ? signOut.signOut(request, target, scope) : notAllowed('GET, HEAD, POST');
  }

  /** OpenID Connect Back-Channel Logout §2.5, §2.8. It comes from a server, without cookies. */
  async function backchannelLogout(request: Request): Promise<Response | Refusal> {
    if (request.method !== 'POST') return notAllowed('POST');
    const body = await boundedBytes(request.body, MAXIMUM_LOGOUT_BYTES).catch(() => new Uint8Array());
    const parameters = new URLSearchParams(new TextDecoder().decode(body));
    const [token, ...more] = parameters.getAll('logout_token');
    if (token !== undefined && more.length === 0 && (await logoutTokens?.(token)) === 'ended')
      return gateResponse(null, 200, []);
    return { code: 'invalid_request', description: 'The logout token is not valid.' };
  }

  return async (request: Request, target: Target): Promise<Response | Refusal | undefined> => {
    const { path, host } = target;
    const { method, headers } = request;
    if (path === GATE_CALLBACK_PATH)
      return method === 'GET'
        ? signIn.callback(headers, target, await readHandle(headers, host))
        : notAllowed('GET');
    // Nobody is ever signed in on a host that guards nothing.
    if (router.guarding(host).length > 0) {
      if (path === SESSION_PATH) return session.answer(request, host);
      if (path === SIGN_IN_PATH) return signInTo(request, target);
    }
    if (path === SIGN_OUT_PATH) return leave(request, target);
    if (path === FINISH_PATH) return method === 'GET' ? signOut.finish(headers, host) : notAllowed('GET');
    if (path === SIGNED_OUT_PATH)
      return method === 'GET' ? signOut.signedOut(headers, host) : notAllowed('GET');
    if (path === BACKCHANNEL_LOGOUT_PATH && logoutTokens) return backchannelLogout(request);
    if (path.startsWith(OWN_PATHS)) return { code: 'no_route' };
    // The refusal pages' own files, named by their content: no origin has them.
    const asset = assetsOf(config.look).byPath.get(path);
    if (asset) return gateResponse(asset.content, 200, Object.entries(asset.headers));
    if (!path.startsWith('/.well-known/')) return undefined;
    const described = router
      .guarding(host)
      .find((route) => routeMetadataUrl(route, publicOrigin(host)).pathname === path);
    return described && routeMetadata(described, config);
  };
}
