export type Allow = 'public' | 'session' | { scope: readonly string[] };

export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'session' }
  | { kind: 'token'; scope: readonly string[] };

export type Decision =
  | { kind: 'pass' }
  /** Nobody is known; `signIn` tells whether a session would help. */
  | { kind: 'unauthenticated'; signIn: boolean }
  | { kind: 'insufficient_scope'; scope: readonly string[] };

/** Who may pass. A session has no scope: a route that asks for one is for tokens. */
export function decide(allow: Allow, caller: Caller): Decision {
  if (allow === 'public') return { kind: 'pass' };
  if (caller.kind === 'anonymous') return { kind: 'unauthenticated', signIn: allow === 'session' };
  if (allow === 'session') return { kind: 'pass' };
  const granted = caller.kind === 'token' ? caller.scope : [];
  return allow.scope.every((scope) => granted.includes(scope))
    ? { kind: 'pass' }
    : { kind: 'insufficient_scope', scope: allow.scope };
}

export type Freshness = 'token' | 'strict' | { within: number };

/** A session handle has no signature with an end of its own: under `token` it is trusted for as long as a token. */
const SESSION_HANDLE_SECONDS = 300;

/** How many seconds old the answer to "still alive?" may be; undefined when nobody needs to be asked. */
export function maximumAge(freshness: Freshness, caller: 'session' | 'token'): number | undefined {
  if (freshness === 'strict') return 0;
  if (freshness === 'token') return caller === 'token' ? undefined : SESSION_HANDLE_SECONDS;
  return freshness.within;
}

/** What of a request tells how it came about. Header values, or null when absent. */
export interface Circumstances {
  method: string;
  upgrade: string | null;
  accept: string | null;
  origin: string | null;
  fetchSite: string | null;
  fetchMode: string | null;
  fetchDest: string | null;
}

/** A person looking at the whole answer in a browser tab, not a script, an image or a frame. */
export function isNavigation({ upgrade, accept, fetchMode, fetchDest }: Circumstances): boolean {
  if (upgrade !== null) return false;
  if (fetchMode !== null || fetchDest !== null) return fetchMode === 'navigate' && fetchDest === 'document';
  return /\btext\/html\b/i.test(accept ?? '');
}

/** A method that a redirect to sign-in and back repeats without loss. */
export const isRepeatable = ({ method }: Circumstances): boolean => method === 'GET' || method === 'HEAD';

/**
 * Whether a request may ride on a cookie: what changes state, and a WebSocket, only from a page of the same origin
 * or from the person (`none`). Without Fetch Metadata the Origin header must prove it; browsers send it with every
 * such request, so its absence proves nothing.
 */
export function mayRideOnCookie(circumstances: Circumstances, ownOrigin: string): boolean {
  const { method, upgrade, fetchSite, origin } = circumstances;
  if (upgrade === null && ['GET', 'HEAD', 'OPTIONS'].includes(method)) return true;
  return fetchSite === null ? origin === ownOrigin : fetchSite === 'same-origin' || fetchSite === 'none';
}

/** A path on the same host to go back to after signing in; longer ones would overflow the cookie. */
export function returnPath({ path, query }: { path: string; query: string }): string {
  const whole = path + query;
  if (whole.length <= 1024) return whole;
  return path.length <= 1024 ? path : '/';
}
