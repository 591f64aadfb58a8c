/** What a caller must be to pass a route. All of it is needed; a member that is absent asks for nothing. */
export interface Condition {
  /** Every one must be in the token's scope. A session has none. */
  scope?: readonly string[] | undefined;
  /** One of these. */
  groups?: readonly string[] | undefined;
  /** Each claim is this, or one of these; a claim that is a list holds one of them. */
  claims?: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>> | undefined;
  /** One of these, the preferred one first. */
  acrValues?: readonly string[] | undefined;
  maxAgeSeconds?: number | undefined;
  /** The token was issued to one of these. */
  clients?: readonly string[] | undefined;
}

type ClaimValue = string | number | boolean;

/** What is known of a caller. A condition that asks for nothing reads `person` alone. */
export interface Facts {
  /** Whether a person signed in; false for a client that speaks for itself. */
  person: boolean;
  /** Of an access token. Absent for a session. */
  clientId?: string | undefined;
  scope?: readonly string[] | undefined;
  groups: readonly string[];
  claims: Readonly<Record<string, unknown>>;
  /** Every authentication context that the sign-in meets. */
  acr: readonly string[];
  /** Seconds since the epoch. */
  authTime?: number | undefined;
}

/** What a new sign-in must be (RFC 9470). */
export interface StepUp {
  acrValues?: readonly string[] | undefined;
  maxAgeSeconds?: number | undefined;
}

export type Decision =
  | { kind: 'pass' }
  | ({ kind: 'insufficient_user_authentication' } & StepUp)
  | { kind: 'insufficient_scope'; scope: readonly string[] }
  /** Nothing that the caller could bring would help. */
  | { kind: 'forbidden' };

const has = (actual: unknown, wanted: ClaimValue | readonly ClaimValue[]): boolean => {
  const held: readonly unknown[] = Array.isArray(actual) ? actual : [actual];
  const allowed: readonly unknown[] = Array.isArray(wanted) ? wanted : [wanted];
  return held.some((one) => allowed.includes(one));
};

const hasAll = (
  actual: Readonly<Record<string, unknown>>,
  wanted: Readonly<Record<string, ClaimValue | readonly ClaimValue[]>>,
): boolean =>
  Object.entries(wanted).every(([name, value]) => Object.hasOwn(actual, name) && has(actual[name], value));

/** Whether a sign-in is strong and recent enough. @param now seconds since the epoch */
export function meetsStepUp(
  { acrValues, maxAgeSeconds }: StepUp,
  signIn: Pick<Facts, 'acr' | 'authTime'>,
  now: number,
): boolean {
  const isStrong = !acrValues || acrValues.some((one) => signIn.acr.includes(one));
  const { authTime } = signIn;
  return (
    isStrong && (maxAgeSeconds === undefined || (authTime !== undefined && now - authTime <= maxAgeSeconds))
  );
}

function judge(condition: Condition, facts: Facts, now: number): Decision {
  const { clients, groups, claims, scope, acrValues, maxAgeSeconds } = condition;
  // A client that speaks for itself passes where it is named, and is never taken for a person.
  const isNamed = clients !== undefined && facts.clientId !== undefined && clients.includes(facts.clientId);
  if (clients ? !isNamed : !facts.person) return { kind: 'forbidden' };
  if (groups && !groups.some((group) => facts.groups.includes(group))) return { kind: 'forbidden' };
  if (claims && !hasAll(facts.claims, claims)) return { kind: 'forbidden' };
  // What a new sign-in cannot change comes before what it can: nobody is sent to sign in for nothing.
  if (scope && !scope.every((one) => facts.scope?.includes(one)))
    return { kind: 'insufficient_scope', scope };
  if (meetsStepUp(condition, facts, now)) return { kind: 'pass' };
  return { kind: 'insufficient_user_authentication', acrValues, maxAgeSeconds };
}

/** The nearer to passing, the higher: what a caller can do something about is what it is told. */
const nearness = { insufficient_user_authentication: 2, insufficient_scope: 1, forbidden: 0 } as const;

/** Whether a caller meets one of the conditions, or what brings it nearest to. @param now seconds since the epoch */
export function decide(conditions: readonly Condition[], facts: Facts, now: number): Decision {
  let best: Exclude<Decision, { kind: 'pass' }> = { kind: 'forbidden' };
  for (const condition of conditions) {
    const decision = judge(condition, facts, now);
    if (decision.kind === 'pass') return decision;
    if (nearness[decision.kind] > nearness[best.kind]) best = decision;
  }
  return best;
}

/** Whether somebody could pass by signing in with a browser: not where only scopes or clients count. */
export const signInHelps = (conditions: readonly Condition[]): boolean =>
  conditions.some(({ scope, clients }) => scope === undefined && clients === undefined);

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
  /** Access-Control-Request-Method. */
  requestedMethod: string | null;
  upgrade: string | null;
  accept: string | null;
  origin: string | null;
  fetchSite: string | null;
  fetchMode: string | null;
  fetchDest: string | null;
}

/** A person looking at the whole answer in a browser tab, not a script, an image or a frame. */
export function isNavigation({ method, upgrade, accept, fetchMode, fetchDest }: Circumstances): boolean {
  // Links and forms, and nothing else.
  if (upgrade !== null || !['GET', 'HEAD', 'POST'].includes(method)) return false;
  if (fetchMode !== null || fetchDest !== null) return fetchMode === 'navigate' && fetchDest === 'document';
  return /\btext\/html\b/i.test(accept ?? '');
}

/** A browser that asks, before a request of another origin's page, whether it may be sent (Fetch §4.8). */
export const isPreflight = (circumstances: Circumstances): boolean =>
  circumstances.method === 'OPTIONS' &&
  circumstances.origin !== null &&
  circumstances.requestedMethod !== null;

/** A method that a redirect to sign-in and back repeats without loss. */
export const isRepeatable = ({ method }: Circumstances): boolean => method === 'GET' || method === 'HEAD';

/**
 * Whether a request may ride on a cookie: what changes state, and a WebSocket, only from a page of the same origin
 * or from the person (`none`). Without Fetch Metadata the Origin header must prove it; browsers send it with every
 * such request, so its absence proves nothing.
 */
export function mayRideOnCookie(circumstances: Circumstances, ownOrigin: string): boolean {
  if (['GET', 'HEAD', 'OPTIONS'].includes(circumstances.method) && circumstances.upgrade === null)
    return true;
  const { fetchSite, origin } = circumstances;
  return fetchSite === null ? origin === ownOrigin : fetchSite === 'same-origin' || fetchSite === 'none';
}

/**
 * Whether a request comes from a page of the same origin, or from the person (`none`). Without Fetch Metadata a page of
 * another origin that could read the answer sends its Origin.
 */
export const isFromOwnOrigin = ({ fetchSite, origin }: Circumstances, ownOrigin: string): boolean =>
  fetchSite === null
    ? origin === null || origin === ownOrigin
    : fetchSite === 'same-origin' || fetchSite === 'none';

/** Of a path with its query, in characters: longer ones would overflow the cookie. */
export const MAXIMUM_RETURN_PATH = 1024;

/** A path on the same host to go back to after signing in. */
export function returnPath({ path, query }: { path: string; query: string }): string {
  const whole = path + query;
  if (whole.length <= MAXIMUM_RETURN_PATH) return whole;
  return path.length <= MAXIMUM_RETURN_PATH ? path : '/';
}
