import { GATE_CALLBACK_PATH } from '../config/load.ts';
import type { Route } from '../config/schema.ts';
import {
  type Circumstances,
  decide,
  isNavigation,
  isRepeatable,
  maximumAge,
  mayRideOnCookie,
} from '../core/gate/decision.ts';
import { originHeaders } from '../core/gate/headers.ts';
import { parseTarget, type Target } from '../core/gate/path.ts';
import { matchRoute } from '../core/gate/route.ts';
import type { Dependencies } from '../dependencies.ts';
import { isRevoked } from '../grants/access-tokens.ts';
import { icon, iconPath, stylesheet, stylesheetPath } from '../pages/stylesheet.ts';
import { report } from '../report.ts';
import type { LiveSession } from '../user/types.ts';
import { challengeHeader } from '../verify/challenge.ts';
import { createAssertions } from './assertion.ts';
import { createAuthentication, type IdentifiedCaller, isOurToken } from './caller.ts';
import { gateCookies } from './cookies.ts';
import { forward } from './forward.ts';
import { gateResponse, type Refusal, refusalResponse } from './refusal.ts';
import { routeMetadata, routeMetadataUrl } from './resource-metadata.ts';
import { createSessionStatus } from './session-status.ts';
import { createSignIn, SIGN_OUT_PATH } from './sign-in.ts';

/** What the gate needs of everything that the composition root makes. */
export type GateDependencies = Pick<Dependencies, 'config' | 'secrets' | 'keys' | 'issuerKeys'> & {
  users: Pick<Dependencies['users'], 'status' | 'redeemCode' | 'endSession'>;
};

export interface Gate {
  /** Answers a request for any host and path that is not the issuer's. Never throws. */
  fetch(request: Request): Promise<Response>;
}

interface Passing {
  caller: IdentifiedCaller;
  /** Absent where nobody was asked. */
  session: LiveSession | undefined;
}

/** What the origin may learn of the caller, or the answer to the caller. */
type Admission = ({ kind: 'admitted' } & Passing) | ({ kind: 'refused' } & Refusal) | { kind: 'sign_in' };

const methods = 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS';
/** TRACE would show a script what was added on the way; nothing behind a gate needs the others. */
const refusedMethods = new Set(['TRACE', 'TRACK', 'CONNECT']);

const circumstancesOf = ({ method, headers }: Request): Circumstances => ({
  method,
  upgrade: headers.get('Upgrade'),
  accept: headers.get('Accept'),
  origin: headers.get('Origin'),
  fetchSite: headers.get('Sec-Fetch-Site'),
  fetchMode: headers.get('Sec-Fetch-Mode'),
  fetchDest: headers.get('Sec-Fetch-Dest'),
});

/**
 * Makes the reverse proxy that lets a request through to its origin only when its caller may pass. Whatever goes
 * wrong inside refuses: the origin sees nothing.
 */
export function createGate(dependencies: GateDependencies): Gate {
  const { config, users } = dependencies;
  const scheme = config.issuer.startsWith('https:') ? 'https' : 'http';
  const publicOrigin = (host: string): string => `${scheme}://${host}`;
  const hosts = new Set(config.routes.map((route) => route.host));
  const issuerHost = new URL(config.issuer).host;
  const cookies = gateCookies(config.issuer);
  const { authenticate, readHandle } = createAuthentication(dependencies, cookies);
  const sessionStatus = createSessionStatus(users);
  const assertionOf = createAssertions(dependencies);
  const signIn = createSignIn(dependencies, cookies, publicOrigin);

  /** The answer to a caller without the right credentials. */
  function unauthorised(
    route: Route,
    code: 'login_required' | 'invalid_token' | 'insufficient_scope',
    description?: string,
    scope?: readonly string[],
  ): Admission {
    const challenge = challengeHeader('Bearer', {
      // RFC 6750 §3.1: whoever sent no token is told of no error.
      ...(code !== 'login_required' && { error: code, error_description: description }),
      scope,
      resource_metadata: routeMetadataUrl(route, publicOrigin(route.host)).href,
    });
    return { kind: 'refused', code, description, challenge };
  }

  /** Authenticates the caller of a protected route and decides. Throws when that cannot be done. */
  async function admit(request: Request, route: Route, circumstances: Circumstances): Promise<Admission> {
    const caller = await authenticate(request.headers, route);
    const mayLeaveToSignIn = isNavigation(circumstances) && isRepeatable(circumstances);
    switch (caller.kind) {
      case 'unavailable':
        return { kind: 'refused', code: 'temporarily_unavailable' };
      case 'invalid_token':
        return unauthorised(route, 'invalid_token', caller.description);
      case 'anonymous': {
        const decision = decide(route.allow, { kind: 'anonymous' });
        // An Authorization header would still be there after signing in, and go in circles.
        const signInHelps = decision.kind === 'unauthenticated' && decision.signIn && !caller.byHeader;
        return signInHelps && mayLeaveToSignIn ? { kind: 'sign_in' } : unauthorised(route, 'login_required');
      }
    }
    if (caller.kind === 'session' && !mayRideOnCookie(circumstances, publicOrigin(route.host))) {
      return { kind: 'refused', code: 'cross_site_request' };
    }
    const decision = decide(route.allow, caller.kind === 'foreign' ? { ...caller, kind: 'token' } : caller);
    if (decision.kind !== 'pass') {
      const scope = decision.kind === 'insufficient_scope' ? decision.scope : undefined;
      return unauthorised(route, 'insufficient_scope', undefined, scope);
    }
    // A route that takes other issuers' tokens takes a token's word for it (src/config/load.ts).
    if (caller.kind === 'foreign') return { kind: 'admitted', caller, session: undefined };
    const age = maximumAge(route.freshness, caller.kind);
    if (age === undefined) return { kind: 'admitted', caller, session: undefined };
    const session = await sessionStatus(caller, age);
    const revoked =
      caller.kind === 'token' && session.kind === 'live' && isRevoked(caller.tokenId, session.revokedTokens);
    if (session.kind === 'live' && !revoked) return { kind: 'admitted', caller, session };
    const why = revoked
      ? 'the token has been revoked'
      : session.kind === 'ended'
        ? `the session has ended: ${session.cause}`
        : 'there is no such session';
    if (caller.kind === 'token') return unauthorised(route, 'invalid_token', why);
    return mayLeaveToSignIn ? { kind: 'sign_in' } : unauthorised(route, 'login_required', why);
  }

  /** Passes an admitted request on; `passing` is absent on a public route. */
  async function pass(
    request: Request,
    route: Route,
    target: Target,
    passing: Passing | undefined,
    requestId: string,
  ): Promise<Response | Refusal> {
    const authorization = request.headers.get('Authorization');
    const headers = originHeaders(request.headers, {
      host: route.host,
      scheme,
      clientAddress: request.headers.get('CF-Connecting-IP') ?? undefined,
      assertion: passing && (await assertionOf(route, passing.caller, passing.session)),
      withoutAuthorization:
        passing !== undefined || (authorization !== null && isOurToken(authorization, config.issuer)),
      webSocket: request.headers.get('Upgrade')?.toLowerCase() === 'websocket',
    });
    const answer = await forward(request, {
      route,
      target,
      publicOrigin: publicOrigin(route.host),
      headers,
      identified: passing !== undefined,
      onIssuerHost: route.host === issuerHost,
    });
    switch (answer.kind) {
      case 'response':
        return answer.response;
      case 'timeout':
        return { code: 'gateway_timeout' };
      case 'unreachable':
        report('gate.origin_unreachable', requestId, answer.error);
        return { code: 'bad_gateway' };
    }
  }

  /** The gate's own paths on every host that it guards. Undefined for anything else. */
  async function own(request: Request, target: Target): Promise<Response | Refusal | undefined> {
    const { path, host } = target;
    const { method, headers } = request;
    const notAllowed = (allowed: string): Refusal => ({
      code: 'method_not_allowed',
      headers: [['Allow', allowed]],
    });
    if (path === GATE_CALLBACK_PATH)
      return method === 'GET' ? signIn.callback(headers, target) : notAllowed('GET');
    if (path === SIGN_OUT_PATH) {
      if (method === 'GET' || method === 'HEAD') return signIn.askToSignOut();
      if (method !== 'POST') return notAllowed('GET, HEAD, POST');
      if (!mayRideOnCookie(circumstancesOf(request), publicOrigin(host)))
        return { code: 'cross_site_request' };
      return signIn.signOut(await readHandle(headers, host));
    }
    if (path.startsWith('/.portcullis/')) return { code: 'no_route' };
    // The refusal pages' own files, named by their content: no origin has them.
    if (path === stylesheetPath)
      return gateResponse(stylesheet, 200, [['Content-Type', 'text/css; charset=utf-8']]);
    if (path === iconPath) return gateResponse(icon, 200, [['Content-Type', 'image/svg+xml']]);
    const described = config.routes.find(
      (route) =>
        route.host === host &&
        route.allow !== 'public' &&
        routeMetadataUrl(route, publicOrigin(host)).pathname === path,
    );
    return described && routeMetadata(described, config);
  }

  async function answer(request: Request, requestId: string): Promise<Response | Refusal> {
    const target = parseTarget(request.url);
    if (target.kind === 'refused')
      return { code: 'invalid_request', description: `Refused: ${target.reason}.` };
    if (refusedMethods.has(request.method))
      return { code: 'method_not_allowed', headers: [['Allow', methods]] };
    if (!hosts.has(target.host)) return { code: 'no_route' };
    const byGate = await own(request, target);
    if (byGate) return byGate;
    const route = matchRoute(config.routes, target.host, target.path);
    if (!route) return { code: 'no_route' };
    // A service worker on the issuer's host would stand between people and their sign-in page for good.
    if (target.host === issuerHost && request.headers.get('Service-Worker') !== null) {
      return {
        code: 'invalid_request',
        description: 'Refused: no service workers on the host of the issuer.',
      };
    }
    const bodyless = request.method === 'GET' || request.method === 'HEAD';
    // The origin would be sent no body, and might wait for one or take the next request for it.
    if (bodyless && request.body !== null && request.headers.get('Content-Length') !== '0') {
      return { code: 'invalid_request', description: `Refused: ${request.method} with a body.` };
    }
    if (route.allow === 'public') return pass(request, route, target, undefined, requestId);
    const admission = await admit(request, route, circumstancesOf(request));
    switch (admission.kind) {
      case 'admitted':
        return pass(request, route, target, admission, requestId);
      case 'sign_in':
        return signIn.begin(request.headers, target);
      case 'refused':
        return admission;
    }
  }

  return {
    async fetch(request) {
      const requestId = crypto.randomUUID();
      const presentation = { person: isNavigation(circumstancesOf(request)), name: config.name, requestId };
      try {
        const answered = await answer(request, requestId);
        return answered instanceof Response ? answered : await refusalResponse(answered, presentation);
      } catch (error) {
        report('gate.failed', requestId, error);
        return refusalResponse({ code: 'temporarily_unavailable' }, presentation);
      }
    },
  };
}
