'use client';

import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react';
import type { Auth } from './auth.ts';
import type { User } from './id-token.ts';
import { type AuthState, type Store, storeOf } from './react-store.ts';

export type { AuthState } from './react-store.ts';

const StoreContext = createContext<Store | undefined>(undefined);

function useStore(): Store {
  const store = useContext(StoreContext);
  if (!store)
    throw new Error(
      'there is no AuthProvider around this component; render <AuthProvider auth={createAuth(...)}> at the top of the app',
    );
  return store;
}

function useSnapshot<T>(store: Store, select: (state: AuthState) => T): T {
  return useSyncExternalStore(
    store.subscribe,
    () => select(store.state()),
    () => select(store.serverState()),
  );
}

export interface AuthProviderProps {
  /** What `createAuth` made, outside of every component: one for the life of the page. */
  auth: Auth;
  /**
   * Stands in for the children until it is known who is signed in. Wanted where a router is among the children: it must not
   * read the address before the issuer's answer is taken out of it. Default: the children, with status `loading`.
   */
  fallback?: ReactNode;
  children?: ReactNode;
}

/** Completes a sign-in or takes up the session of this browser, and tells the components below who is signed in. */
export function AuthProvider({ auth, fallback, children }: AuthProviderProps): ReactNode {
  const store = storeOf(auth);
  const isLoading = useSnapshot(store, ({ status }) => status === 'loading');
  return (
    <StoreContext.Provider value={store}>
      {isLoading && fallback !== undefined ? fallback : children}
    </StoreContext.Provider>
  );
}

/** Who is signed in, and what can be done about it. @throws Error without an AuthProvider. */
export function useAuth(): AuthState {
  return useSnapshot(useStore(), (state) => state);
}

/** Who is signed in, or undefined; renders anew only when that changes. @throws Error without an AuthProvider. */
export function useUser(): User | undefined {
  return useSnapshot(useStore(), ({ user }) => user);
}

export interface RequireSignInProps {
  /**
   * Shown meanwhile, and to those who signed out here, were signed out or could not sign in: nobody is sent round by force.
   * By `useAuth` it can say why and offer a sign-in.
   */
  fallback?: ReactNode;
  children?: ReactNode;
}

/** Its children are for signed-in people alone; others leave for the sign-in page and come back to this place. */
export function RequireSignIn({ fallback, children }: RequireSignInProps): ReactNode {
  const store = useStore();
  const status = useSnapshot(store, (state) => state.status);
  useEffect(() => {
    if (status === 'signed_out') store.enter();
  }, [store, status]);
  return status === 'signed_in' ? children : fallback;
}
