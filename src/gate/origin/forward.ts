import type { Route } from '../../config/schema.ts';
import { setsOwnCookie, withoutCookieClearing } from '../../core/gate/cookies.ts';
import type { Target } from '../../core/gate/path.ts';
import { privateCacheControl, varyByIdentity } from '../../core/gate/response.ts';
import { patience } from '../in-time.ts';
import type { WriteHeaders } from './origin-headers.ts';

export type OriginAnswer =
  | { kind: 'response'; response: Response }
  | { kind: 'unreachable'; error: unknown }
  /** The caller's body broke off on its way. */
  | { kind: 'cut_off' }
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

/** A body of up to so many bytes is sent in no time. */
const SMALL_BODY_BYTES = 64 * 1024;
const PIECE_BYTES = 256 * 1024;

/** A larger body on its way. */
interface Sending {
  /** Takes the request back. */
  cutOff: AbortController;
  answered: boolean;
}

/**
 * Passes a body on as it comes, in one buffer, however large it is. `renew` is called with each piece. What breaks off
 * takes the request back: ended as a stream, a body in chunks would look whole to the origin. Not after its answer: then
 * the runtime may stop reading the body by itself, and the answer is on its way.
 */
async function pump(
  body: ReadableStream,
  to: WritableStream<Uint8Array>,
  renew: () => void,
  sending: Sending,
): Promise<void> {
  const reader = body.getReader({ mode: 'byob' });
  const writer = to.getWriter();
  let buffer: ArrayBufferLike = new ArrayBuffer(PIECE_BYTES);
  try {
    for (;;) {
      const piece: ReadableStreamReadResult<Uint8Array> | undefined = await reader
        .read(new Uint8Array(buffer))
        .catch(() => undefined);
      if (!piece) {
        if (sending.answered) return await writer.abort();
        return sending.cutOff.abort();
      }
      if (piece.done) break;
      renew();
      await writer.write(piece.value);
      buffer = piece.value.buffer;
    }
    await writer.close();
  } catch (error) {
    // The origin wants no more. What still comes is the runtime's to drop: to cancel it here would cut off the answer, too.
    await writer.abort(error).catch(() => undefined);
  }
}

/** What is sent to the origin. `renew` is called with each piece of a larger body that is on its way. */
function bodyOf(
  { method, body, headers }: Request,
  renew: () => void,
): { body: ReadableStream | null; sending?: Sending } {
  if (body === null || method === 'GET' || method === 'HEAD') return { body: null };
  const length = headers.get('Content-Length');
  if (length !== null && Number(length) <= SMALL_BODY_BYTES) return { body };
  const { readable, writable } =
    length === null ? new IdentityTransformStream() : new FixedLengthStream(Number(length));
  const sending: Sending = { cutOff: new AbortController(), answered: false };
  void pump(body, writable, renew, sending);
  return { body: readable, sending };
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
  const { over, renew, stop } = patience(route.timeoutSeconds * 1000);
  const { body, sending } = bodyOf(request, renew);
  try {
    const outbound = new Request(url, {
      method: request.method,
      // Copied as a whole and changed in place: a list of headers takes the runtime three times as long.
      headers: request.headers,
      body,
      ...(sending && { signal: sending.cutOff.signal }),
      redirect: 'manual',
      // Whatever coding the origin chose, its bytes are handed on and never read.
      encodeResponseBody: 'manual',
      ...(identified && base !== publicOrigin && { cf: uncached }),
    });
    // The bytes that the decision was made on are the bytes that leave, or none do.
    if (!outbound.url.startsWith(url.slice(0, base.length + target.path.length + 1)))
      throw new Error('the URL parser changed a normalised path');
    writeHeaders(outbound.headers);
    const sent: Promise<Response> = through ? through.fetch(outbound) : fetch(outbound);
    // Nothing aborts a request that nobody waits for any more: the runtime does, as soon as its caller has an answer or is
    // gone.
    const upstream = await Promise.race([sent.catch(unreachable), over]);
    if (!upstream) return { kind: 'timeout' };
    if (sending?.cutOff.signal.aborted) return { kind: 'cut_off' };
    if (sending) sending.answered = true;
    if (!(upstream instanceof Response)) return upstream;
    return { kind: 'response', response: guarded(upstream, identified, onIssuerHost) };
  } finally {
    stop();
  }
}
