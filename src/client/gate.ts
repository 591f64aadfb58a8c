import type { Auth, PageOptions, SignInOptions } from './auth.ts';
import { timer } from './clock.ts';
import { form } from './encoding.ts';
import { RefusedError, SignedOutError, UnavailableError } from './errors.ts';
import { createListeners } from './events.ts';
import type { User } from './id-token.ts';
import { stepUpChallenge } from './resource.ts';
import { createStepUp } from './step-up.ts';
import {
  isFor,
  type Place,
  placeOf,
  returnToPlace,
  type SignIn,
  saveTransaction,
  takeTransaction,
} from './transaction.ts';

export type { Auth, PageOptions, SignInOptions, StepUpChallenge } from './auth.ts';
export { AuthError, RefusedError, SignedOutError, UnavailableError } from './errors.ts';
export type { AuthEvent } from './events.ts';
export type { User } from './id-token.ts';

// For pages behind the gate: the gate's cookie is all there is, and no token is in the page.

const own = '/.portcullis/';
const name = 'portcullis:gate';
/** Looking at the page again asks no more often than this, in milliseconds. */
const pause = 60_000;
const patience = 30_000;
/** What the gate takes, in characters (src/core/gate/sign-in-request.ts). */
const longestAddress = 1024;

type TabMessage = { kind: 'signed_in'; user: User } | { kind: 'signed_out'; reason?: string | undefined };
type Pending = Pick<SignIn, keyof Place | 'acrValues' | 'maxAge'> & {
  /** When the person had signed in before. */
  authTime: number | undefined;
};

/** Asks the gate on this page's own host. @throws UnavailableError without an answer, RefusedError for all but 200 and 401. */
async function ask(path: string, init: RequestInit = {}): Promise<{ ok: boolean; body: User & Answer }> {
  let status = 0;
  let body = {} as User & Answer;
  try {
    const response = await fetch(own + path, {
      headers: { Accept: 'application/json' },
      signal: AbortSignal.timeout(patience),
      cache: 'no-store',
      redirect: 'error',
      ...init,
    });
    body = await response.json();
    status = response.status;
  } catch {}
  if (status === 0 || status >= 500) throw new UnavailableError(Date.now());
  if (status !== 200 && status !== 401)
    throw new RefusedError(String(body.error), String(body.error_description));
  return { ok: status === 200, body };
}

interface Answer {
  error?: string;
  error_description?: string;
  cause?: string;
  location?: string;
}

/** Says who is signed in at the gate that this page is behind, and signs in and out there. One per page. */
export function createAuth({ saveState, restoreState, onStepUp }: PageOptions = {}): Auth {
  const { emit, onChange } = createListeners();
  let user: User | undefined;
  let started: Promise<User | undefined> | undefined;
  let mayLook = timer(0);
  /** Raised by every end: an answer to what was asked before one must not bring anybody back. */
  let epoch = 0;
  /** Somebody else signed in in another tab: this page does not go on as that one. */
  let estranged = false;

  const channel = 'document' in globalThis ? new BroadcastChannel(name) : undefined;
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      if (data.kind === 'signed_out') end(data.reason);
      else if (data.user.sub !== user?.sub) meet(data.user);
    };
  }
  const tell = (message: TabMessage) => channel?.postMessage(message);

  function end(reason?: string): void {
    epoch++;
    if (!user) return;
    user = undefined;
    estranged = reason === 'user_changed';
    emit({ type: 'signed_out', error: reason === undefined ? undefined : new SignedOutError(reason) });
  }

  /** The cookie of this host is `found`'s. */
  function meet(found: User): void {
    if (user && user.sub !== found.sub) {
      end('user_changed');
      return;
    }
    if (estranged) return;
    const type = user ? 'refreshed' : 'signed_in';
    user = found;
    emit({ type, user });
  }

  /** @returns who is signed in now. @throws UnavailableError, RefusedError. */
  async function look(): Promise<User | undefined> {
    mayLook = timer(pause);
    const began = epoch;
    const { ok, body } = await ask('session');
    if (epoch !== began) return user;
    if (ok) {
      meet(body);
      return user;
    }
    if (user) {
      const reason = body.cause ?? 'no_session';
      tell({ kind: 'signed_out', reason });
      end(reason);
    }
    return undefined;
  }

  async function leave({
    returnTo = location.href,
    state = saveState?.(),
    acrValues,
    maxAge,
  }: SignInOptions): Promise<never> {
    const place = placeOf(returnTo, state, user?.sub);
    saveTransaction<Pending>(name, 'sign_in', { ...place, acrValues, maxAge, authTime: user?.auth_time });
    const { pathname, search } = new URL(place.returnTo);
    const parameters = form({
      // The rest of an address that is longer than the gate takes is restored from what was saved.
      return_to: [pathname + search, pathname, '/'].find((address) => address.length <= longestAddress),
      acr_values: acrValues,
      max_age: maxAge,
    });
    location.assign(`${own}sign-in?${parameters}`);
    return new Promise(() => {});
  }

  const stepUp = createStepUp(onStepUp, leave);

  async function start(): Promise<User | undefined> {
    const found = await look();
    const pending = takeTransaction<Pending>(name, 'sign_in');
    const isBack = pending && new URL(pending.returnTo).pathname === location.pathname;
    if (found) tell({ kind: 'signed_in', user: found });
    if (!isBack) return found;
    returnToPlace(pending);
    // Whoever only went back from the sign-in page has not signed in.
    if (found && found.auth_time !== pending.authTime) stepUp.done(pending);
    if (found && isFor(pending, found)) restoreState?.(pending.state);
    return found;
  }

  async function signOut(everywhere: boolean): Promise<void> {
    const body = form({ everywhere: everywhere ? 'true' : undefined });
    const { ok, body: answer } = await ask('sign-out', { method: 'POST', body });
    // Not before: the gate's cookie is what counts, and a page that only looks signed out would lie.
    tell({ kind: 'signed_out' });
    end();
    // 401: of a session that is over already, nothing can be ended everywhere.
    if (!ok) throw new SignedOutError('no_session');
    // A provider elsewhere has to be told by the browser itself.
    if (answer.location) location.assign(answer.location);
  }

  globalThis.document?.addEventListener('visibilitychange', () => {
    if (!document.hidden && user && mayLook()) look().catch(() => {});
  });

  return {
    signIn: (signIn = {}) => leave(signIn),
    handleRedirect: () => {
      started ??= start().catch((error) => {
        started = undefined;
        throw error;
      });
      return started;
    },
    getAccessToken: async () => {
      throw new TypeError('behind the gate there is no access token in the page: use auth.fetch');
    },
    async fetch(input, init) {
      const request = new Request(input, init);
      const response = await fetch(request);
      if (response.status !== 401 || new URL(request.url).origin !== location.origin) return response;
      const challenge = stepUpChallenge(response);
      if (challenge) return stepUp.meet(challenge, response);
      // Whether the session is over, and why, is the gate's to say: the 401 may be the application's own.
      await look().catch(() => {});
      return response;
    },
    user: () => user,
    onChange,
    signOut: () => signOut(false),
    signOutEverywhere: () => signOut(true),
  };
}
