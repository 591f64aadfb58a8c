/** RFC 6749 §5.1, as far as it is used here. */
export interface TokenResponse {
  access_token: string;
  /** Seconds. */
  expires_in: number;
  refresh_token?: string;
  id_token?: string;
}

export type TokenAnswer =
  | {
      kind: 'tokens';
      response: TokenResponse;
      /** When the request left, in milliseconds since the epoch: the lifetime counts from no later than this. */
      sentAt: number;
      /** The issuer's own clock if it can be read, else ours. */
      issuerNow: number;
    }
  /** `cause`, an extension: why the session ended. */
  | { kind: 'refused'; error: string; description: string; cause: string }
  /** No answer, or not one of a token endpoint: nothing is known about what happened. `retryAfter`: milliseconds. */
  | { kind: 'unavailable'; retryAfter: number };

type Answer = { [member: string]: unknown };

const isTokenResponse = (body: Answer): body is Answer & TokenResponse =>
  typeof body.access_token === 'string' &&
  Number(body.expires_in) > 0 &&
  /^bearer$/i.test(String(body.token_type));

/** Nobody waits longer than this because a header said so, in milliseconds. */
const longestRetryAfter = 3_600_000;

/** Retry-After in milliseconds, from seconds or a date (RFC 9110 §10.2.3); 0 without one. */
function retryAfter(headers: Headers, now: number): number {
  const value = headers.get('Retry-After') ?? '';
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Math.min(Math.max(wait || 0, 0), longestRetryAfter);
}

/** POSTs a form as a public client does: no cookie, no redirect followed, no cache. */
export const postForm = (
  endpoint: string,
  parameters: Record<string, string>,
  init: RequestInit,
): Promise<Response> =>
  fetch(endpoint, {
    method: 'POST',
    body: new URLSearchParams(parameters),
    credentials: 'omit',
    cache: 'no-store',
    redirect: 'error',
    ...init,
  });

/** Asks the token endpoint once; `timeout` in milliseconds covers the answer's body too. Never throws. */
export async function requestTokens(
  endpoint: string,
  parameters: Record<string, string>,
  timeout: number,
): Promise<TokenAnswer> {
  const sentAt = Date.now();
  try {
    const response = await postForm(endpoint, parameters, { signal: AbortSignal.timeout(timeout) });
    const issuerNow = Date.parse(response.headers.get('Date') ?? '') || Date.now();
    const body: Answer = Object(await response.json().catch(() => undefined));
    if (response.ok && isTokenResponse(body)) return { kind: 'tokens', response: body, sentAt, issuerNow };
    const { error, error_description: description = error, cause = error } = body;
    if (typeof error === 'string' && response.status < 500 && response.status !== 429) {
      return { kind: 'refused', error, description: String(description), cause: String(cause) };
    }
    return { kind: 'unavailable', retryAfter: retryAfter(response.headers, issuerNow) };
  } catch {
    return { kind: 'unavailable', retryAfter: 0 };
  }
}
