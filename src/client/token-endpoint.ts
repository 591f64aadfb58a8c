import type { User } from './id-token.ts';

// Taken before anything that is injected into the page later could put itself in between.
const send = globalThis.fetch;

/** RFC 6749 §5.1, as far as it is used here, and what the session API adds. */
export interface TokenResponse {
  access_token: string;
  /** Seconds. */
  expires_in: number;
  refresh_token?: string;
  id_token?: string;
  /** Of the session API: whose token it is, and if that was asked for, who that is. */
  sub?: string;
  user?: User;
}

/** `cause`, an extension: why the session ended. */
export interface Refused {
  kind: 'refused';
  error: string;
  description: string;
  cause: string;
}

export type TokenAnswer =
  | {
      kind: 'tokens';
      response: TokenResponse;
      /** When the request left, by this device's clock: the lifetime counts from no later than this. */
      sentAt: number;
      /** The issuer's own clock if it can be read, else ours. */
      issuerNow: number;
    }
  | Refused
  /** No answer, or not one of a token endpoint: nothing is known about what happened. `retryAfter`: milliseconds. */
  | { kind: 'unavailable'; retryAfter: number };

type Answer = { [member: string]: unknown };

const isTokenResponse = (body: Answer, type: string): boolean =>
  typeof body.access_token === 'string' &&
  Number(body.expires_in) > 0 &&
  String(body.token_type).toLowerCase() === type;

/** Nobody waits longer than this because a header said so, in milliseconds. */
const longestRetryAfter = 3_600_000;

/** Retry-After in milliseconds, from seconds or a date (RFC 9110 §10.2.3); 0 without one. */
function retryAfter(headers: Headers, now: number): number {
  const value = headers.get('Retry-After') ?? '';
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Math.min(Math.max(wait || 0, 0), longestRetryAfter);
}

export type TokenRequest = Omit<RequestInit, 'signal'> & { body: BodyInit };

/** POSTs: no redirect followed, no cache, and no cookie unless `init` says so. `timeout`: milliseconds. */
export const post = (url: string, timeout: number, init: TokenRequest): Promise<Response> =>
  send(url, {
    method: 'POST',
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
    ...init,
  });

/**
 * Asks for tokens once; `timeout` covers the answer's body too. Never throws.
 * @param type what the access token must be, `bearer` or `dpop`: one that is bound to nothing would be a step back.
 * @param heard sees every answer, and the issuer's clock in milliseconds since the epoch, if it can be read, else ours.
 */
export async function requestTokens(
  url: string,
  timeout: number,
  type: string,
  init: TokenRequest,
  heard?: (response: Response, issuerNow: number) => void,
): Promise<TokenAnswer> {
  const sentAt = Date.now();
  try {
    const response = await post(url, timeout, init);
    // RFC 9110 §6.6.1.
    const issuerNow = Date.parse(response.headers.get('Date') ?? '') || Date.now();
    heard?.(response, issuerNow);
    const body: Answer = Object(await response.json().catch(() => undefined));
    if (response.ok && isTokenResponse(body, type))
      return { kind: 'tokens', response: body as unknown as TokenResponse, sentAt, issuerNow };
    const { error, error_description: description = error, cause = error } = body;
    if (typeof error === 'string' && response.status < 500 && response.status !== 429)
      return { kind: 'refused', error, description: String(description), cause: String(cause) };
    return { kind: 'unavailable', retryAfter: retryAfter(response.headers, issuerNow) };
  } catch {
    return { kind: 'unavailable', retryAfter: 0 };
  }
}
