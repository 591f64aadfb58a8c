import { contentSecurityPolicy } from '../middleware/security-headers.ts';
import { ErrorPage } from '../pages/error.tsx';
import { type Presentation, renderPage } from '../pages/presentation.tsx';
import { en } from '../texts/en/index.ts';
import type { Texts } from '../texts/texts.ts';
import type { EndCause } from '../user/types.ts';

/** Every way in which the gate says no, by the code that it puts on the wire. Its words are `texts.gate.refusals`. */
const statuses = {
  invalid_request: 400,
  sign_in_failed: 400,
  login_required: 401,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  insufficient_user_authentication: 401,
  step_up_failed: 403,
  forbidden: 403,
  access_denied: 403,
  insufficient_scope: 403,
  cross_site_request: 403,
  no_route: 404,
  method_not_allowed: 405,
  bad_gateway: 502,
  temporarily_unavailable: 503,
  gateway_timeout: 504,
} as const satisfies Record<keyof Texts['gate']['refusals'], number>;

export type RefusalCode = keyof typeof statuses;

export interface Refusal {
  code: RefusalCode;
  /** More exact than the code's own words, for those who make apps, in English; never quotes what the caller sent. */
  description?: string | undefined;
  /** The values of WWW-Authenticate (RFC 9110 §11.6.1), one for each scheme. */
  challenges?: readonly string[] | undefined;
  action?: { href: string; label: 'startAgain' | 'signInAsOther' } | undefined;
  /** Why the session that the caller had is over. */
  cause?: EndCause | undefined;
  headers?: [string, string][] | undefined;
}

/** Not even to load it as an image or a script, and see whether that works (Fetch §3.7). */
export const sameOriginOnly: [string, string] = ['Cross-Origin-Resource-Policy', 'same-origin'];

/** How a refusal is put. */
interface Manner {
  /** A page for a person, or JSON for a program. */
  person: boolean;
  /** Whether pages of other origins may read the JSON. */
  isPublic: boolean;
  presentation: Presentation;
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
export function gateResponse(
  body: string | Uint8Array<ArrayBuffer> | null,
  status: number,
  own: [string, string][],
): Response {
  const headers = new Headers(always);
  for (const [name, value] of own) headers.append(name, value);
  return new Response(body, { status, headers });
}

/**
 * Says no in the caller's language: a page for a person, JSON for a program. With CORS any page may read the reason,
 * none may send credentials along for it.
 */
export function refusalResponse(
  { code, description, challenges = [], action, cause, headers: own = [] }: Refusal,
  { person, isPublic, presentation, requestId }: Manner,
): Response {
  const status = statuses[code];
  const headers = [...own];
  for (const challenge of challenges) headers.push(['WWW-Authenticate', challenge]);
  if (status === 503) headers.push(['Retry-After', String(RETRY_AFTER_SECONDS)]);
  if (person) {
    const { refusals, [action?.label ?? 'startAgain']: label } = presentation.texts.gate;
    const page = renderPage(
      presentation,
      <ErrorPage
        title={refusals[code].title}
        {...(description === undefined
          ? { message: refusals[code].message }
          : { message: '{detail}', values: { detail: description } })}
        action={action && { href: action.href, label }}
        requestId={requestId}
      />,
    );
    headers.push(
      ['Content-Type', 'text/html; charset=utf-8'],
      ['Content-Security-Policy', contentSecurityPolicy()],
      ['X-Frame-Options', 'DENY'],
      ['Vary', 'Accept-Language'],
    );
    return gateResponse(page, status, headers);
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
    error_description: description ?? en.gate.refusals[code].message,
    ...(cause !== undefined && { cause }),
    request_id: requestId,
  };
  return gateResponse(JSON.stringify(body), status, headers);
}
