import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import { ErrorPage } from '../pages/error.tsx';
import type { EndCause } from '../user/types.ts';

/** Every way in which the gate says no, by the code that it puts on the wire. */
const refusals = {
  invalid_request: {
    status: 400,
    title: 'This address is refused',
    description: 'The request cannot be read in one safe way.',
  },
  sign_in_failed: {
    status: 400,
    title: 'Signing in did not work',
    description: 'This sign-in was not started in this browser, or it took too long. Please start again.',
  },
  login_required: { status: 401, title: 'Sign in to go on', description: 'Nobody is signed in.' },
  invalid_token: {
    status: 401,
    title: 'This token is refused',
    description: 'The access token is not valid.',
  },
  invalid_dpop_proof: {
    status: 401,
    title: 'This token is refused',
    description: 'The proof that came with the access token is not valid.',
  },
  use_dpop_nonce: {
    status: 401,
    title: 'This token is refused',
    description: 'The proof needs the nonce that comes with this answer.',
  },
  insufficient_user_authentication: {
    status: 401,
    title: 'Please sign in once more',
    description: 'This place needs a more recent or a stronger sign-in.',
  },
  step_up_failed: {
    status: 403,
    title: 'A stronger sign-in is needed',
    description: 'You are signed in, but this place needs a way of signing in that was not used.',
  },
  forbidden: {
    status: 403,
    title: 'You may not go here',
    description: 'You are signed in, but this place is for others. Ask whoever runs it to let you in.',
  },
  access_denied: { status: 403, title: 'You were not signed in', description: 'The sign-in was cancelled.' },
  insufficient_scope: {
    status: 403,
    title: 'You may not go here',
    description: 'This place is for applications with a permission that this caller does not have.',
  },
  cross_site_request: {
    status: 403,
    title: 'This request is refused',
    description: 'A request that changes something must come from a page of this very site.',
  },
  no_route: {
    status: 404,
    title: 'Nothing here',
    description: 'No route leads to this address; it is refused.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This request is refused',
    description: 'The method is not allowed here.',
  },
  bad_gateway: {
    status: 502,
    title: 'The application is not there',
    description: 'The origin cannot be reached.',
  },
  temporarily_unavailable: {
    status: 503,
    title: 'Please try again in a moment',
    description: 'Who you are cannot be checked right now.',
  },
  gateway_timeout: {
    status: 504,
    title: 'The application is slow',
    description: 'The origin did not answer in time.',
  },
} as const;

export type RefusalCode = keyof typeof refusals;

export interface Refusal {
  code: RefusalCode;
  /** More exact than the code's own words; never quotes what the caller sent. */
  description?: string | undefined;
  /** The values of WWW-Authenticate (RFC 9110 §11.6.1), one for each scheme. */
  challenges?: readonly string[] | undefined;
  action?: { href: string; label: string } | undefined;
  /** Why the session that the caller had is over. */
  cause?: EndCause | undefined;
  headers?: [string, string][] | undefined;
}

/** Not even to load it as an image or a script, and see whether that works (Fetch §3.7). */
export const sameOriginOnly: [string, string] = ['Cross-Origin-Resource-Policy', 'same-origin'];

/** How a refusal is put. */
interface Presentation {
  /** A page for a person, or JSON for a program. */
  person: boolean;
  /** Whether pages of other origins may read the JSON. */
  isPublic: boolean;
  name: string;
  requestId: string;
}

/** On everything that the gate says itself. */
const always: Record<string, string> = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

const RETRY_AFTER_SECONDS = 1;

/** A response of the gate's own. */
export function gateResponse(body: string | null, status: number, own: [string, string][]): Response {
  const headers = new Headers(always);
  for (const [name, value] of own) headers.append(name, value);
  return new Response(body, { status, headers });
}

/**
 * Says no in the caller's language: a page for a person, JSON for a program. With CORS any page may read the reason,
 * none may send credentials along for it.
 */
export async function refusalResponse(
  { code, description, challenges = [], action, cause, headers: own = [] }: Refusal,
  { person, isPublic, name, requestId }: Presentation,
): Promise<Response> {
  const { status, title, description: words } = refusals[code];
  const headers = [...own];
  for (const challenge of challenges) headers.push(['WWW-Authenticate', challenge]);
  if (status === 503) headers.push(['Retry-After', String(RETRY_AFTER_SECONDS)]);
  if (person) {
    const page = await ErrorPage({ name, title, message: description ?? words, action, requestId });
    headers.push(
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Security-Policy', contentSecurityPolicy()],
      ['X-Frame-Options', 'DENY'],
    );
    return gateResponse(String(page), status, headers);
  }
  headers.push(['Content-Type', 'application/json']);
  if (isPublic) {
    headers.push(
      ['Access-Control-Allow-Origin', '*'],
      ['Access-Control-Expose-Headers', 'Date, WWW-Authenticate, DPoP-Nonce, Retry-After'],
    );
  } else headers.push(sameOriginOnly);
  const body = {
    error: code,
    error_description: description ?? words,
    ...(cause !== undefined && { cause }),
    request_id: requestId,
  };
  return gateResponse(JSON.stringify(body), status, headers);
}
