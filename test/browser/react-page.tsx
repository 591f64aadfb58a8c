/** @jsxImportSource react */
import { type ReactNode, StrictMode } from 'react';
import { createRoot, hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server.browser';
import type { Auth } from '../../src/client/auth.ts';
import * as errors from '../../src/client/errors.ts';
import type { AuthEvent } from '../../src/client/events.ts';
import type { User } from '../../src/client/id-token.ts';
import { AuthProvider, RequireSignIn, useAuth, useUser } from '../../src/client/react.tsx';

// What react.test.ts drives: an app, and an Auth that does what the test says.

let user: User | undefined;
const listeners = new Set<(event: AuthEvent) => void>();
const calls: string[] = [];
const renders = { useAuth: 0, useUser: 0 };
/** What the next actions end with. */
let failure: Error | undefined;
let start = Promise.withResolvers<User | undefined>();
let root: Root | undefined;

const act = async (name: string) => {
  calls.push(name);
  if (failure) throw failure;
};

const auth: Auth = {
  signIn: (options) => act(`signIn ${JSON.stringify(options ?? null)}`),
  signOut: () => act('signOut'),
  signOutEverywhere: () => act('signOutEverywhere'),
  handleRedirect() {
    calls.push('handleRedirect');
    return start.promise;
  },
  getAccessToken: async ({ refresh = false } = {}) => `token ${refresh}`,
  fetch: async (input) => new Response(`fetched ${input}`),
  user: () => user,
  onChange(listener) {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
};

function Status() {
  const { status, user, error } = useAuth();
  renders.useAuth++;
  return (
    <p id="status">
      {status} {user?.name} {error?.message}
    </p>
  );
}

function Name() {
  renders.useUser++;
  return <p id="name">{useUser()?.name}</p>;
}

let seen: ReturnType<typeof useAuth>;
const states: unknown[] = [];
function See() {
  seen = useAuth();
  states.push(seen);
  return null;
}

const app = (fallback?: string, required?: boolean): ReactNode => (
  <AuthProvider auth={auth} {...(fallback !== undefined && { fallback })}>
    <Status />
    <Name />
    <See />
    {required && <RequireSignIn fallback={<p id="required">outside</p>}>inside</RequireSignIn>}
  </AuthProvider>
);

const strict = (children: ReactNode) => <StrictMode>{children}</StrictMode>;
const container = document.body.appendChild(document.createElement('main'));

const stage = {
  calls,
  renders,
  states,
  errors,
  listeners: () => listeners.size,
  seen: () => seen,
  mount({ isStrict = true, fallback, required }: Options = {}): void {
    root ??= createRoot(container);
    root.render(isStrict ? strict(app(fallback, required)) : app(fallback, required));
  },
  hydrate(): void {
    container.innerHTML = renderToString(app());
    root = hydrateRoot(container, app());
  },
  unmount(): void {
    root?.unmount();
    root = undefined;
  },
  /** Without an event: as before the first rendering, or while nobody listens. */
  become(who: User | undefined): void {
    user = who;
  },
  emit(event: AuthEvent): void {
    user = event.type === 'signed_out' ? undefined : event.user;
    for (const listener of listeners) listener(event);
  },
  resolve: () => start.resolve(user),
  reject(error: Error): void {
    start.reject(error);
    start.promise.catch(() => {});
  },
  again(): void {
    start = Promise.withResolvers();
  },
  fail(error: Error | undefined): void {
    failure = error;
  },
};

interface Options {
  isStrict?: boolean;
  fallback?: string;
  required?: boolean;
}

declare global {
  interface Window {
    stage: typeof stage;
  }
}
window.stage = stage;
