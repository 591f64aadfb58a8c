import type { Route } from '../config/schema.ts';
import { setsOwnCookie } from '../core/gate/cookies.ts';
import type { Target } from '../core/gate/path.ts';
import { privateCacheControl, varyByIdentity } from '../core/gate/response.ts';
import { inTime } from './in-time.ts';

/** The origin must have begun to answer by then. */
const HEADERS_MILLISECONDS = 30_000;

export type OriginAnswer =
  | { kind: 'response'; response: Response }
  | { kind: 'unreachable'; error: unknown }
  | { kind: 'timeout' };

/** Headers by which an origin tells a shared cache to keep what its Cache-Control does not. */
const sharedCacheHeaders = ['CDN-Cache-Control', 'Cloudflare-CDN-Cache-Control', 'Surrogate-Control'];

/** Headers by which an origin would reach beyond its own paths: over all of the issuer's, when it shares its host. */
const issuerHostHeaders = ['Service-Worker-Allowed', 'Clear-Site-Data'];

/** The origin's answer as the browser may have it: it touches no cookie of ours, and no shared cache keeps it. */
function guarded(upstream: Response, identified: boolean, onIssuerHost: boolean): Response {
  const response = new Response(upstream.body, upstream);
  const { headers } = response;
  const setCookies = headers.getSetCookie();
  if (setCookies.some(setsOwnCookie)) {
    headers.delete('Set-Cookie');
    for (const setCookie of setCookies.filter((one) => !setsOwnCookie(one)))
      headers.append('Set-Cookie', setCookie);
  }
  for (const name of onIssuerHost ? issuerHostHeaders : []) headers.delete(name);
  if (identified) {
    headers.set('Cache-Control', privateCacheControl(headers.get('Cache-Control')));
    headers.set('Vary', varyByIdentity(headers.get('Vary')));
    for (const name of sharedCacheHeaders) headers.delete(name);
  }
  return response;
}

/**
 * Sends a request on to the origin of its route, streaming both ways, and hands the answer back, a WebSocket
 * included. Redirects are the browser's to follow.
 * @param headers what the origin receives, complete
 * @param identified whether the answer may depend on who is calling
 * @param onIssuerHost whether browsers take the origin for the issuer
 */
export async function forward(
  request: Request,
  {
    route,
    target,
    publicOrigin,
    headers,
    identified,
    onIssuerHost,
  }: {
    route: Route;
    target: Target;
    publicOrigin: string;
    headers: [string, string][];
    identified: boolean;
    onIssuerHost: boolean;
  },
): Promise<OriginAnswer> {
  const { origin } = route;
  const url = new URL((typeof origin === 'string' ? origin : publicOrigin) + target.path + target.query);
  // The bytes that the decision was made on are the bytes that leave, or none do.
  if (url.pathname !== target.path) throw new Error('the URL parser changed a normalised path');
  const timeout = new AbortController();
  const outbound = new Request(url, {
    method: request.method,
    headers,
    body: request.method === 'GET' || request.method === 'HEAD' ? null : request.body,
    redirect: 'manual',
    signal: AbortSignal.any([request.signal, timeout.signal]),
    // Cloudflare's cache is shared between callers and would keep a personal /report.pdf by its extension.
    ...(identified && typeof origin === 'string' && { cache: 'no-store' }),
  });
  try {
    const sent = typeof origin === 'string' ? fetch(outbound) : origin.fetch(outbound);
    const upstream = await inTime(sent, HEADERS_MILLISECONDS);
    if (upstream) return { kind: 'response', response: guarded(upstream, identified, onIssuerHost) };
    timeout.abort();
    return { kind: 'timeout' };
  } catch (error) {
    return { kind: 'unreachable', error };
  }
}
