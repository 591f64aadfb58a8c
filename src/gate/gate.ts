import { issuerPathsOf } from '../config/issuer-paths.ts';
import type { Route } from '../config/schema.ts';
import { isNavigation, isPreflight } from '../core/gate/decision.ts';
import { parseTarget, type Target } from '../core/gate/path.ts';
import { couldBeginWith } from '../core/gate/route.ts';
import { OWN_PATHS } from '../core/gate/sign-in-request.ts';
import type { Dependencies } from '../dependencies.ts';
import { presentationFor } from '../middleware/page.tsx';
import { report } from '../report.ts';
import { currentContext, requestIdOf } from '../request/context.ts';
import { count, inSpan, noteRoute } from '../telemetry/recording.ts';
import { createAdmission, type Passing } from './admission/admission.ts';
import { createAuthentication } from './admission/caller.ts';
import { circumstancesOf } from './admission/circumstances.ts';
import { createSessionStatus } from './admission/session-status.ts';
import { gateCookies } from './cookies.ts';
import type { Identity } from './identity/identity.ts';
import { ownIdentity } from './identity/own-identity.ts';
import { endedWithSession, isEndless } from './origin/event-stream.ts';
import { forward } from './origin/forward.ts';
import { createOriginHeaders } from './origin/origin-headers.ts';
import { vigilOf } from './origin/vigil.ts';
import { relayed } from './origin/websocket.ts';
import { createOwnPaths } from './own-paths.ts';
import { type Refusal, type RefusalCode, refusalResponse } from './refusal.tsx';
import { createRouter } from './router.ts';
import { createSession, SESSION_PATH } from './session.ts';
import { createSignIn } from './sign-in.ts';
import { createSignOut } from './sign-out.tsx';

/** What the gate needs of everything that the composition root makes. */
export type GateDependencies = Pick<Dependencies, 'config' | 'secrets' | 'keys' | 'issuerKeys'> & {
  accessTokens: Pick<Dependencies['accessTokens'], 'read' | 'status'>;
  proofs: Pick<Dependencies['proofs'], 'read' | 'nonce'>;
  users: Pick<Dependencies['users'], 'status' | 'redeemCode' | 'endSession' | 'endEverything' | 'endHandle'>;
  /** Who signs people in. Default: the issuer beside the gate. */
  identity?: Identity;
};

export interface Gate {
  /** Answers a request for any host and path that is not the issuer's. Never throws. */
  fetch(request: Request): Promise<Response>;
}

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
/** TRACE would show a script what was added on the way; nothing behind a gate needs the others. */
const refusedMethods = new Set(['TRACE', 'TRACK', 'CONNECT']);
/** Their second address is in a header, Destination (RFC 4918 §9.8, §9.9). */
const movingMethods = new Set(['COPY', 'MOVE']);

/** What telemetry calls the gate's own paths: they are the same on every host. */
const OWN_ROUTE = `${OWN_PATHS}*`;

function countRefusal(code: RefusalCode): void {
  // An origin that gives no answer is no decision.
  if (code !== 'bad_gateway' && code !== 'gateway_timeout')
    count('portcullis_gate_decisions_total', { decision: 'refused', reason: code });
}

/** A preflight as browsers send it: they leave out whatever could tell who asks (Fetch §4.8). */
function withoutCredentials(request: Request): Request {
  const headers = new Headers(request.headers);
  for (const name of ['Cookie', 'Authorization', 'DPoP']) headers.delete(name);
  return new Request(request, { headers });
}

/** What a person's object compares of a request, as one word. */
function circumstances(): string {
  const sighting = currentContext()?.sighting;
  if (!sighting) return '';
  const { country, network, browser, system, trusted } = sighting;
  return `${country} ${network} ${browser} ${system} ${trusted}`;
}

/**
 * Makes the reverse proxy that lets a request through to its origin only when its caller may pass. Whatever goes
 * wrong inside refuses: the origin sees nothing.
 */
export function createGate(dependencies: GateDependencies): Gate {
  const { config, accessTokens, proofs } = dependencies;
  const scheme = config.issuer.startsWith('https:') ? 'https' : 'http';
  const publicOrigin = (host: string): string => `${scheme}://${host}`;
  // A gate alone has no pages that an origin could stand in for.
  const issuerHost = config.identityProvider ? undefined : new URL(config.issuer).host;
  const issuerSegments = new Set(issuerPathsOf(config));
  const router = createRouter(config.routes);
  const cookies = gateCookies(config.issuer);
  const identity = dependencies.identity ?? ownIdentity(dependencies);
  const { authenticate, readHandle, readSession } = createAuthentication(
    { ...dependencies, providerTokens: identity.accessTokens },
    cookies,
    publicOrigin,
  );
  const sessionStatus = createSessionStatus({
    identity,
    accessTokens,
    // As coarse as a use is written down (core/session/rule.ts).
    longestAgeSeconds: config.session.idleSeconds / 10,
    ...(config.risk.enabled && !config.identityProvider && { circumstances }),
  });
  const { admit, stillPasses } = createAdmission({ authenticate, sessionStatus, proofs, publicOrigin });
  const headersForOrigin = createOriginHeaders(dependencies, scheme);
  const signIn = createSignIn(dependencies, identity, cookies, publicOrigin);
  const session = createSession({ readSession, sessionStatus, publicOrigin });
  const signOut = createSignOut(dependencies, { identity, cookies, session, readHandle, publicOrigin });
  const ownPath = createOwnPaths({
    config,
    router,
    session,
    signIn,
    signOut,
    readHandle,
    publicOrigin,
    logoutTokens: identity.backchannelLogout,
  });

  /** The origin's answer to somebody; what goes on after it ends when that caller may not be there any more. */
  function heldTo(response: Response, { caller, nonce }: Passing, route: Route): Response {
    if (nonce !== undefined) response.headers.set('DPoP-Nonce', nonce);
    const { webSocket } = response;
    if (!webSocket && !isEndless(response)) return response;
    const vigil = vigilOf(caller, route, () => stillPasses(caller, route));
    return webSocket ? relayed(response, webSocket, vigil) : endedWithSession(response, vigil);
  }

  /** Passes an admitted request on; `passing` is absent on a public route, and for a preflight. */
  async function pass(
    request: Request,
    route: Route,
    target: Target,
    passing: Passing | undefined,
    requestId: string,
  ): Promise<Response | Refusal> {
    const writeHeaders = await headersForOrigin(request, route, target, passing);
    if (!writeHeaders) return { code: 'forbidden' };
    count('portcullis_gate_decisions_total', { decision: passing ? 'admitted' : 'public', reason: '' });
    const answer = await inSpan('origin', 'client', () =>
      forward(request, {
        route,
        target,
        publicOrigin: publicOrigin(target.host),
        writeHeaders,
        identified: passing !== undefined,
        onIssuerHost: target.host === issuerHost,
      }),
    );
    switch (answer.kind) {
      case 'response':
        return passing ? heldTo(answer.response, passing, route) : answer.response;
      case 'timeout':
        return { code: 'gateway_timeout' };
      case 'unreachable':
        report('gate.origin_unreachable', answer.error, { requestId });
        return { code: 'bad_gateway' };
    }
  }

  /** Whether what a request writes to, beside its own address, is judged by the same route. */
  function staysBehind(route: Route, { method, headers }: Request, { host }: Target): boolean {
    const destination = headers.get('Destination') ?? '';
    const other = parseTarget(destination.startsWith('/') ? publicOrigin(host) + destination : destination);
    return other.kind === 'target' && other.host === host && router.match(other, method) === route;
  }

  /** How this caller is refused. */
  function mannerOf(request: Request, path: string, requestId: string) {
    return {
      // Whoever asks there, a person as well, gets JSON in any case.
      person: path !== SESSION_PATH && isNavigation(circumstancesOf(request)),
      // What the gate says of itself on a host is for the pages of that host: nobody else learns who is signed in.
      isPublic: !path.startsWith(OWN_PATHS),
      presentation: presentationFor(config, request.headers.get('Accept-Language')),
      requestId,
    };
  }

  async function answer(
    request: Request,
    target: ReturnType<typeof parseTarget>,
    requestId: string,
  ): Promise<Response | Refusal> {
    if (target.kind === 'refused')
      return { code: 'invalid_request', description: `Refused: ${target.reason}.` };
    // The runtime writes Host in front of the path: a slash in it would ask for another path than the request does.
    if (request.headers.get('Host')?.includes('/'))
      return { code: 'invalid_request', description: 'Refused: the host has a slash in it.' };
    if (refusedMethods.has(request.method))
      return { code: 'method_not_allowed', headers: [['Allow', methods]] };
    if (!router.guards(target.host)) return { code: 'no_route' };
    const byGate = await ownPath(request, target);
    if (byGate) {
      noteRoute('gate', OWN_ROUTE);
      if (byGate instanceof Response)
        count('portcullis_gate_decisions_total', { decision: 'own_path', reason: '' });
      return byGate;
    }
    // What looks like the sign-in page must not come from an origin.
    if (target.host === issuerHost && couldBeginWith(target.path, issuerSegments))
      return { code: 'no_route' };
    const circumstances = circumstancesOf(request);
    const preflight = isPreflight(circumstances);
    // A preflight is asked about the request that it stands for.
    const route = router.match(target, preflight ? `${circumstances.requestedMethod}` : request.method);
    if (!route) return { code: 'no_route' };
    noteRoute('gate', route.host + route.path);
    if (movingMethods.has(request.method) && !staysBehind(route, request, target)) {
      return {
        code: 'invalid_request',
        description: 'Refused: the destination is not behind the same route.',
      };
    }
    // A service worker on the issuer's host would stand between people and their sign-in page for good.
    if (target.host === issuerHost && request.headers.get('Service-Worker') !== null) {
      return {
        code: 'invalid_request',
        description: 'Refused: no service workers on the host of the issuer.',
      };
    }
    const bodyless = request.method === 'GET' || request.method === 'HEAD' || preflight;
    // The origin would be sent no body, and might wait for one or take the next request for it.
    if (bodyless && request.body !== null && request.headers.get('Content-Length') !== '0') {
      return { code: 'invalid_request', description: `Refused: ${request.method} with a body.` };
    }
    if (preflight && (route.forwardPreflight || route.allow === 'public'))
      return pass(withoutCredentials(request), route, target, undefined, requestId);
    if (route.allow === 'public') return pass(request, route, target, undefined, requestId);
    const admission = await admit(request, route, target, circumstances);
    switch (admission.kind) {
      case 'admitted':
        return pass(request, route, target, admission, requestId);
      case 'sign_in':
        count('portcullis_gate_decisions_total', { decision: 'sign_in', reason: '' });
        return signIn.begin(request.headers, target, admission.stepUp);
      case 'refused':
        return admission;
    }
  }

  return {
    async fetch(request) {
      const requestId = requestIdOf(request);
      const target = parseTarget(request.url);
      noteRoute('gate', 'none');
      const manner = () => mannerOf(request, target.kind === 'target' ? target.path : '', requestId);
      try {
        const answered = await answer(request, target, requestId);
        if (answered instanceof Response) return answered;
        countRefusal(answered.code);
        return refusalResponse(answered, manner());
      } catch (error) {
        report('gate.failed', error, { requestId });
        countRefusal('temporarily_unavailable');
        return refusalResponse({ code: 'temporarily_unavailable' }, manner());
      }
    },
  };
}
