import type { Route } from '../../config/schema.ts';
import { setsOwnCookie, withoutCookieClearing } from '../../core/gate/cookies.ts';
import type { Target } from '../../core/gate/path.ts';
import { privateCacheControl, varyByIdentity } from '../../core/gate/response.ts';
import { patience } from '../../http/in-time.ts';
import { propagateTrace } from '../../telemetry/recording.ts';
import type { WriteHeaders } from './origin-headers.ts';

export type OriginAnswer =
  | { kind: 'response'; response: Response }
  | { kind: 'unreachable'; error: unknown }
  | { kind: 'timeout' };

/** Headers by which an origin tells a shared cache to keep what its Cache-Control does not. */
const sharedCacheHeaders = ['CDN-Cache-Control', 'Cloudflare-CDN-Cache-Control', 'Surrogate-Control'];

/**
 * Cloudflare's cache is shared between callers and would keep a personal /report.pdf by its extension. `cache: 'no-store'`
 * is the same, and tells the origin `Cache-Control: no-cache`, after which many answer no conditional request with 304.
 */
const uncached = { cacheTtl: -1, cacheLevel: 'bypass' };

/** Headers by which an origin would reach beyond its own paths: over all of the issuer's, when it shares its host. */
const issuerHostHeaders = ['Service-Worker-Allowed', 'Clear-Site-Data'];

/**
 * The origin's answer as the browser may have it: it touches no cookie of ours, and no shared cache keeps it. An answer
 * that has nothing of all that is handed on as it is.
 */
function guarded(upstream: Response, identified: boolean, onIssuerHost: boolean): Response {
  const setCookies = upstream.headers.has('Set-Cookie') ? upstream.headers.getSetCookie() : [];
  const setsOurs = setCookies.some(setsOwnCookie);
  const clearing = upstream.headers.get('Clear-Site-Data');
  const stillClearing = clearing && withoutCookieClearing(clearing);
  const reaching = onIssuerHost ? issuerHostHeaders.filter((name) => upstream.headers.has(name)) : [];
  if (!identified && !setsOurs && stillClearing === clearing && reaching.length === 0) return upstream;
  const response = new Response(upstream.body, upstream);
  const { headers } = response;
  if (setsOurs) {
    headers.delete('Set-Cookie');
    for (const setCookie of setCookies.filter((one) => !setsOwnCookie(one)))
      headers.append('Set-Cookie', setCookie);
  }
  if (stillClearing) headers.set('Clear-Site-Data', stillClearing);
  else if (clearing !== null) headers.delete('Clear-Site-Data');
  for (const name of reaching) headers.delete(name);
  if (identified) {
    headers.set('Cache-Control', privateCacheControl(headers.get('Cache-Control')));
    headers.set('Vary', varyByIdentity(headers.get('Vary')));
    for (const name of sharedCacheHeaders) headers.delete(name);
  }
  return response;
}

const unreachable = (error: unknown): OriginAnswer => ({ kind: 'unreachable', error });

/** What an upload is given time for, beside the origin: slower lines are given up. */
const SLOWEST_BYTES_PER_SECOND = 64 * 1024;
const MAXIMUM_UPLOAD_SECONDS = 24 * 60 * 60;
/** Of a body in chunks nobody knows how long it is. */
const CHUNKED_FACTOR = 4;

/**
 * How long an answer is waited for: the body is on its way meanwhile. How far it is cannot be seen. Through a stream of
 * ours could be, but a body in chunks that breaks off would then look whole to an origin that has begun to answer: only
 * what the runtime passes on itself ends as it came.
 */
function patienceSeconds({ body, headers }: Request, seconds: number): number {
  if (body === null) return seconds;
  const length = headers.get('Content-Length');
  if (length === null) return seconds * CHUNKED_FACTOR;
  return seconds + Math.min(Number(length) / SLOWEST_BYTES_PER_SECOND, MAXIMUM_UPLOAD_SECONDS);
}

/**
 * Sends a request on to the origin of its route, streaming both ways, and hands the answer back as soon as it begins, a
 * WebSocket included. Redirects are the browser's to follow.
 * @param writeHeaders makes of the caller's headers what the origin receives
 * @param identified whether the answer may depend on who is calling
 * @param onIssuerHost whether browsers take the origin for the issuer
 */
export async function forward(
  request: Request,
  {
    route,
    target,
    publicOrigin,
    writeHeaders,
    identified,
    onIssuerHost,
  }: {
    route: Route;
    target: Target;
    publicOrigin: string;
    writeHeaders: WriteHeaders;
    identified: boolean;
    onIssuerHost: boolean;
  },
): Promise<OriginAnswer> {
  const { origin } = route;
  // A service binding is called by the address that browsers use.
  const [base, through] =
    typeof origin === 'string'
      ? [origin, undefined]
      : 'fetch' in origin
        ? [publicOrigin, origin]
        : [origin.url, origin.through];
  const url = base + target.path + target.query;
  const { over, stop } = patience(patienceSeconds(request, route.timeoutSeconds) * 1000);
  try {
    const outbound = new Request(url, {
      method: request.method,
      // Copied as a whole and changed in place: a list of headers takes the runtime three times as long.
      headers: request.headers,
      body: request.method === 'GET' || request.method === 'HEAD' ? null : request.body,
      redirect: 'manual',
      // Whatever coding the origin chose, its bytes are handed on and never read.
      encodeResponseBody: 'manual',
      ...(identified && base !== publicOrigin && { cf: uncached }),
    });
    // The bytes that the decision was made on are the bytes that leave, or none do.
    if (!outbound.url.startsWith(url.slice(0, base.length + target.path.length + 1)))
      throw new Error('the URL parser changed a normalised path');
    writeHeaders(outbound.headers);
    propagateTrace(outbound.headers);
    const sent: Promise<Response> = through ? through.fetch(outbound) : fetch(outbound);
    // Nothing aborts a request that nobody waits for any more: the runtime does, as soon as its caller has an answer or is
    // gone.
    const upstream = await Promise.race([sent.catch(unreachable), over]);
    if (!upstream) return { kind: 'timeout' };
    if (!(upstream instanceof Response)) return upstream;
    return { kind: 'response', response: guarded(upstream, identified, onIssuerHost) };
  } finally {
    stop();
  }
}
