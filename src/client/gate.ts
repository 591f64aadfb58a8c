import type { Auth, PageOptions, SignInOptions } from './auth.ts';
import { timer } from './clock.ts';
import { form } from './encoding.ts';
import { RefusedError, SignedOutError, UnavailableError } from './errors.ts';
import { createListeners } from './events.ts';
import type { User } from './id-token.ts';
import { stepUpChallenge } from './resource.ts';
import { createStepUp } from './step-up.ts';
import { placeOf, returnToPlace, type SignIn, saveTransaction, takeTransaction } from './transaction.ts';

// For pages behind the gate: the gate's cookie is all there is, and no token is in the page.

const own = '/.portcullis/';
const name = 'portcullis:gate';
/** Looking at the page again asks no more often than this, in milliseconds. */
const pause = 60_000;
const patience = 30_000;
/** Of the 1,024 characters that the gate takes the path needs some. */
const longestSearch = 500;

type TabMessage = { kind: 'signed_in'; user: User } | { kind: 'signed_out'; reason?: string | undefined };
type Pending = Pick<SignIn, 'returnTo' | 'historyState' | 'state' | 'acrValues' | 'maxAge'>;

/** Asks the gate on this page's own host. @throws UnavailableError without an answer of its own. */
async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; body: User & Answer }> {
  const headers = { Accept: 'application/json' };
  const signal = AbortSignal.timeout(patience);
  try {
    const response = await fetch(own + path, {
      headers,
      signal,
      cache: 'no-store',
      redirect: 'error',
      ...init,
    });
    return { status: response.status, body: await response.json() };
  } catch {
    throw new UnavailableError(Date.now(), 'the gate cannot be reached');
  }
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

  const channel = 'document' in globalThis ? new BroadcastChannel(name) : undefined;
  if (channel) {
    channel.onmessage = ({ data }: MessageEvent<TabMessage>) => {
      if (data.kind === 'signed_out') end(data.reason);
      else meet(data.user);
    };
  }
  const tell = (message: TabMessage) => channel?.postMessage(message);

  function end(reason?: string): void {
    if (!user) return;
    user = undefined;
    emit({ type: 'signed_out', error: reason === undefined ? undefined : new SignedOutError(reason) });
  }

  /** The cookie of this host is `found`'s. */
  function meet(found: User): void {
    if (user && user.sub !== found.sub) {
      end('user_changed');
      return;
    }
    const type = user ? 'refreshed' : 'signed_in';
    user = found;
    emit({ type, user });
  }

  /** @returns who is signed in now. @throws UnavailableError, RefusedError. */
  async function look(): Promise<User | undefined> {
    mayLook = timer(pause);
    const { status, body } = await ask('session');
    if (status === 200) {
      meet(body);
      return user;
    }
    if (status !== 401) {
      if (status < 500) throw new RefusedError(String(body.error), String(body.error_description));
      throw new UnavailableError(Date.now(), 'the gate is busy');
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
  }: SignInOptions) {
    const place = placeOf(returnTo, state);
    saveTransaction<Pending>(name, 'sign_in', { ...place, acrValues, maxAge });
    const { pathname, search } = new URL(place.returnTo);
    const parameters = form({
      // The rest of an address that is longer than the gate takes is restored from what was saved.
      return_to: pathname + (search.length < longestSearch ? search : ''),
      acr_values: acrValues,
      max_age: maxAge,
    });
    location.assign(`${own}sign-in?${parameters}`);
  }

  const stepUp = createStepUp(onStepUp, leave);

  async function start(): Promise<User | undefined> {
    const pending = takeTransaction<Pending>(name, 'sign_in');
    const isBack = pending && new URL(pending.returnTo).pathname === location.pathname;
    const found = await look();
    if (found && isBack) {
      returnToPlace(pending);
      stepUp.done(pending);
      tell({ kind: 'signed_in', user: found });
    }
    if (isBack && pending.state !== undefined) restoreState?.(pending.state);
    return found;
  }

  async function signOut(everywhere: boolean): Promise<void> {
    tell({ kind: 'signed_out' });
    end();
    const body = form({ everywhere: everywhere ? 'true' : undefined });
    const { status, body: answer } = await ask('sign-out', { method: 'POST', body });
    if (status !== 200) throw new RefusedError(String(answer.error), String(answer.error_description));
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
