/** A place in the page, as it is to be after the way to the sign-in page and back. */
export interface Place {
  /** On this origin. */
  returnTo: string;
  /** `history.state`. */
  historyState: unknown;
  /** What the page saved for itself, and for whom: nobody else gets it. */
  state?: unknown;
  sub?: string | undefined;
}

/** A sign-in that is under way. */
export interface SignIn extends Place {
  /** Nobody was to be asked anything (prompt=none). */
  silent: boolean;
  codeVerifier: string;
  nonce: string;
  /** What was asked of it. */
  acrValues?: string | undefined;
  maxAge?: number | undefined;
}

/** What this tab remembers between leaving to sign in and coming back. */
export function saveTransaction<T = SignIn>(name: string, state: string, transaction: T): void {
  sessionStorage.setItem(`${name}:${state}`, JSON.stringify(transaction));
}

/**
 * The transaction that `state` belongs to, once: an answer that is played back finds nothing.
 * It is kept in this tab only, so that an answer brought in from elsewhere finds nothing either (RFC 9700 §4.7).
 */
export function takeTransaction<T = SignIn>(name: string, state: string | null): T | undefined {
  const key = `${name}:${state}`;
  const saved = sessionStorage.getItem(key);
  sessionStorage.removeItem(key);
  return saved ? (JSON.parse(saved) as T) : undefined;
}

/** The place of this page, or `returnTo` in its stead. @throws TypeError when that is on another origin. */
export function placeOf(returnTo: string, state: unknown, sub: string | undefined): Place {
  const { href, origin } = new URL(returnTo, location.href);
  if (origin !== location.origin) throw new TypeError('returnTo is on another origin');
  return { returnTo: href, historyState: history.state, state, sub };
}

/** Whether what was saved is for whoever is here now. */
export const isFor = ({ state, sub }: Place, user: { sub: string } | undefined): boolean =>
  state !== undefined && (!sub || !user || sub === user.sub);

/** Puts the page where it was; its own state last, when the address is right again. */
export function returnToPlace({ returnTo, historyState }: Place): void {
  history.replaceState(historyState, '', returnTo);
}
