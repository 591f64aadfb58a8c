import type { Auth, SignInOptions } from './auth.ts';
import { AuthError } from './errors.ts';
import type { User } from './id-token.ts';

type Known =
  /** It is not known yet, or the page is about to leave. On a server it stays so. */
  | { readonly status: 'loading'; readonly user: undefined }
  | { readonly status: 'signed_in'; readonly user: User }
  | { readonly status: 'signed_out'; readonly user: undefined };

/** Errors of the SDK that these meet are in `error`; they reject with nothing but a mistake of the page's own. */
interface Actions {
  /** Leaves for the sign-in page. @throws TypeError when `returnTo` is on another origin. */
  signIn(this: void, options?: SignInOptions): Promise<void>;
  /** Signs out here, in this browser's other tabs and at the issuer. */
  signOut(this: void): Promise<void>;
  /** The same, and ends the user's sessions in all other browsers and devices. */
  signOutEverywhere(this: void): Promise<void>;
  /** Looks once more who is signed in: after an UnavailableError. */
  retry(this: void): void;
  /** As `fetch` of the Auth: with the access token, for a resource. */
  fetch(this: void, input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** As `getAccessToken` of the Auth. */
  getAccessToken(this: void, options?: { refresh?: boolean }): Promise<string>;
}

/** What components see. The same object for as long as nothing changes. */
export type AuthState = Known &
  Actions & {
    /**
     * Why the user was signed out (`reason` of a SignedOutError), or why signing in or out failed. None after a sign-out
     * that somebody asked for.
     */
    readonly error: Error | undefined;
  };

/** Claims about the token that brought them: with each refresh they are new, and the person is not. */
const ofTheToken = new Set(['exp', 'iat', 'nbf', 'jti', 'nonce', 'at_hash']);

const person = (user: User | undefined): string =>
  JSON.stringify(Object.entries(user ?? {}).filter(([name]) => !ofTheToken.has(name)));

/** Who is signed in, in the form that useSyncExternalStore takes. */
function createStore(auth: Auth) {
  const listeners = new Set<() => void>();
  /** Takes the listener off `auth`; there while a component listens. */
  let disconnect: (() => void) | undefined;
  /** Nobody is sent to the sign-in page unasked any more. */
  let entered = false;

  const reported = async (action: Promise<void>): Promise<void> => {
    try {
      await action;
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      put(auth.user(), error);
    }
  };

  const actions: Actions = {
    signIn: (options) => reported(auth.signIn(options)),
    signOut: () => reported(auth.signOut()),
    signOutEverywhere: () => reported(auth.signOutEverywhere()),
    retry: () => {
      if (auth.user()) return;
      show(loading);
      start();
    },
    fetch: (input, init) => auth.fetch(input, init),
    getAccessToken: (options) => auth.getAccessToken(options),
  };

  const loading: AuthState = { ...actions, status: 'loading', user: undefined, error: undefined };
  let state: AuthState = loading;

  function show(next: AuthState): void {
    state = next;
    for (const listener of listeners) listener();
  }

  function put(user: User | undefined, error?: Error): void {
    const status = user ? 'signed_in' : 'signed_out';
    const isSame = person(user) === person(state.user);
    if (user || error) entered = true;
    if (status === state.status && error === state.error && isSame) return;
    const known = user ? { status: 'signed_in', user: (isSame && state.user) || user } : { status, user };
    show({ ...actions, ...(known as Known), error });
  }

  /** Takes up what happened while nobody listened. */
  function look(): void {
    const user = auth.user();
    if (person(user) !== person(state.user)) put(user);
  }

  function start(): void {
    const settle = (error?: Error) => {
      const user = auth.user();
      // When a session turned out to be over, the listener has heard it, with the reason.
      if (user || error || state === loading) put(user, error);
    };
    // Any number of calls are one: React's StrictMode connects twice.
    auth.handleRedirect().then(() => settle(), settle);
  }

  function connect(): void {
    disconnect = auth.onChange((event) => {
      if (event.type === 'signed_out') put(undefined, event.error);
      else put(event.user);
    });
    look();
    if (state === loading) start();
  }

  return {
    subscribe(listener: () => void): () => void {
      // Each its own entry, though two components may pass the same function.
      const heard = () => listener();
      listeners.add(heard);
      if (!disconnect) connect();
      return () => {
        listeners.delete(heard);
        if (listeners.size > 0) return;
        disconnect?.();
        disconnect = undefined;
      };
    },

    state(): AuthState {
      if (!disconnect) look();
      return state;
    },

    /** What a server renders, and what the browser renders first upon that. */
    serverState: () => loading,

    /**
     * Leaves for the sign-in page because the page is for signed-in people alone. Once: whoever signed out here, was signed
     * out or could not sign in is not sent round by force.
     */
    enter(): void {
      if (entered) return;
      entered = true;
      void actions.signIn();
    },
  };
}

export type Store = ReturnType<typeof createStore>;

const stores = new WeakMap<Auth, Store>();

/** The one of this `auth`, however often React renders or throws a rendering away. */
export function storeOf(auth: Auth): Store {
  const store = stores.get(auth) ?? createStore(auth);
  stores.set(auth, store);
  return store;
}
