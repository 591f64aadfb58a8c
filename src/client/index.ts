import { authorizationUrl, isResponse, readAuthorizationResponse, withoutResponse } from './authorization.ts';
import { type AuthError, InvalidResponseError, RefusedError, SignedOutError } from './errors.ts';
import type { User } from './id-token.ts';
import { codeChallenge, randomValue } from './pkce.ts';
import { resourceFetch } from './resource.ts';
import { createSession, type Tokens } from './session.ts';
import { openTabs } from './tabs.ts';
import { postForm } from './token-endpoint.ts';
import { type SignIn, saveTransaction, takeTransaction } from './transaction.ts';

export { AuthError, InvalidResponseError, RefusedError, SignedOutError, UnavailableError } from './errors.ts';
export type { User } from './id-token.ts';

export interface AuthOptions {
  /** The issuer's origin, exactly as its discovery document has it. */
  issuer: string;
  clientId: string;
  /** The page that the issuer returns to; it must call `handleRedirect()`. Also where a sign-out returns to. */
  redirectUri: string;
  /** The APIs that the access token is for (RFC 8707); `auth.fetch` sends it nowhere else. */
  resource?: string | readonly string[];
  /** Separated by spaces; must contain `openid`, which is the default. */
  scope?: string;
}

/** What listeners hear. `expiresAt`: when the access token expires, in milliseconds since the epoch. */
export type AuthEvent =
  | { type: 'signed_in'; user: User; expiresAt: number }
  | { type: 'refreshed'; user: User; expiresAt: number }
  /** With an error when nobody asked for it: `error.reason` of a SignedOutError says why. */
  | { type: 'signed_out'; error?: AuthError }
  /** Somebody signed in in another tab; `signIn()` follows, mostly without a question. */
  | { type: 'signed_in_elsewhere' };

export interface Auth {
  /**
   * Leaves for the issuer. After the way back `handleRedirect()` puts `returnTo` into the address bar: a URL on this
   * origin, by default the present one.
   * @throws TypeError when `returnTo` is on another origin.
   */
  signIn(options?: { returnTo?: string }): Promise<void>;
  /**
   * To be called once at every start of the page, before a router reads the address: completes a sign-in, or restores
   * the session of a browser that was signed in before, by a redirect that asks nothing and comes back to this place.
   * Resolves with the user, or undefined when nobody is signed in; does not resolve when the page is about to leave.
   * @throws RefusedError, InvalidResponseError, UnavailableError.
   */
  handleRedirect(): Promise<User | undefined>;
  /**
   * An access token that works, renewed ahead of its expiry. `refresh` asks for a new one in any case.
   * @throws SignedOutError, UnavailableError, RefusedError, InvalidResponseError.
   */
  getAccessToken(options?: { refresh?: boolean }): Promise<string>;
  /**
   * `fetch`, with the access token if the URL is that of a resource or below it; after a 401 it refreshes and tries
   * once more. Other URLs are fetched without the token.
   * @throws what `getAccessToken` and `fetch` throw.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Who is signed in, or undefined. */
  user(): User | undefined;
  /** Calls `listener` at every change, in this tab or another one; returns what takes it off again. */
  onChange(listener: (event: AuthEvent) => void): () => void;
  /** Signs out here, in this browser's other tabs and at the issuer, which may ask to confirm, and comes back. */
  signOut(): Promise<void>;
  /** The same, and ends the user's sessions in all other browsers and devices. */
  signOutEverywhere(): Promise<void>;
}

/** The issuer's way of saying that it would have to ask (OpenID Connect Core §3.1.2.6). */
const mustAsk = /^(login|interaction|consent|account_selection)_required$/;

/** How long a sign-out waits for the revocation before it leaves for the issuer, in milliseconds. */
const revocationTimeout = 3_000;

/** Signs people in at a Portcullis issuer and keeps them signed in. One per page. */
export function createAuth(options: AuthOptions): Auth {
  const { issuer, clientId, redirectUri, scope = 'openid' } = options;
  const resources = [options.resource ?? []].flat();
  const name = `portcullis:${issuer}:${clientId}`;
  const listeners = new Set<(event: AuthEvent) => void>();
  let started: Promise<User | undefined> | undefined;

  const emit = (event: AuthEvent) => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        // A listener's fault is the page's own: it must not end a sign-in or a refresh half done.
        reportError(error);
      }
    }
  };
  const changed = (type: 'signed_in' | 'refreshed', { user, expiresAt }: Tokens) =>
    emit({ type, user, expiresAt });

  const session = createSession({
    issuer,
    clientId,
    onRefreshed: (tokens) => changed('refreshed', tokens),
    onEnded: (error) => emit({ type: 'signed_out', error }),
  });

  // That this browser was signed in: no secret, it only makes a silent sign-in worth trying.
  const marker = {
    set: () => localStorage.setItem(name, '1'),
    isSet: () => localStorage.getItem(name) !== null,
    clear: () => localStorage.removeItem(name),
  };

  const tabs = openTabs(name, (message) => {
    const tokens = session.tokens();
    if (!tokens) {
      if (message.kind === 'signed_in') emit({ type: 'signed_in_elsewhere' });
    } else if (message.kind === 'signed_out') {
      void forget();
      emit({ type: 'signed_out' });
    } else if (message.sub !== tokens.user.sub) {
      void forget();
      emit({ type: 'signed_out', error: new SignedOutError('user_changed') });
    }
  });

  /** Drops the tokens and revokes the refresh token (RFC 7009), as well as that can be done. Never throws. */
  async function forget(): Promise<Tokens | undefined> {
    const tokens = session.end();
    if (tokens?.refreshToken) {
      const token = { token: tokens.refreshToken, token_type_hint: 'refresh_token', client_id: clientId };
      const signal = AbortSignal.timeout(revocationTimeout);
      await postForm(`${issuer}/oauth/revoke`, token, { keepalive: true, signal }).catch(() => {});
    }
    return tokens;
  }

  async function leave(silent: boolean, returnTo: string): Promise<void> {
    const target = new URL(returnTo, location.href);
    if (target.origin !== location.origin) throw new TypeError('returnTo must be on the origin of this page');
    const [state, nonce, codeVerifier] = [randomValue(), randomValue(), randomValue()];
    const url = authorizationUrl({
      issuer,
      clientId,
      redirectUri,
      scope,
      resources,
      state,
      nonce,
      codeChallenge: await codeChallenge(codeVerifier),
      silent,
    });
    saveTransaction(sessionStorage, name, state, {
      kind: 'sign_in',
      silent,
      codeVerifier,
      nonce,
      returnTo: target.href,
    });
    // A silent sign-in leaves no entry in the history: "back" must not run into it.
    if (silent) location.replace(url);
    else location.assign(url);
  }

  async function start(): Promise<User | undefined> {
    const here = new URL(location.href);
    if (isResponse(here, redirectUri)) {
      const parameters = here.searchParams;
      const transaction = takeTransaction(sessionStorage, name, parameters.get('state') ?? '');
      if (transaction || parameters.has('code') || parameters.has('error')) {
        // Out of the address bar before anything else on the page can read or send it.
        const next = transaction?.kind === 'sign_in' ? transaction.returnTo : withoutResponse(here);
        history.replaceState(history.state, '', next);
        if (!transaction)
          throw new InvalidResponseError('unknown_state', 'no sign-in was begun here for this answer');
      }
      if (transaction?.kind === 'sign_in') return complete(parameters, transaction);
    }
    if (!marker.isSet()) return undefined;
    await leave(true, location.href);
    return new Promise(() => {});
  }

  async function complete(parameters: URLSearchParams, transaction: SignIn): Promise<User | undefined> {
    const response = readAuthorizationResponse(parameters, issuer);
    if (response.kind === 'error') {
      if (!transaction.silent || !mustAsk.test(response.error)) {
        throw new RefusedError(response.error, response.description);
      }
      // Without the marker the next start stays here: no loop.
      marker.clear();
      return undefined;
    }
    const { codeVerifier, nonce } = transaction;
    const tokens = await session.redeem(response.code, codeVerifier, redirectUri, nonce);
    marker.set();
    tabs.tell({ kind: 'signed_in', sub: tokens.user.sub });
    changed('signed_in', tokens);
    return tokens.user;
  }

  async function leaveForGood(everywhere: boolean): Promise<void> {
    marker.clear();
    tabs.tell({ kind: 'signed_out' });
    const forgotten = forget();
    emit({ type: 'signed_out' });
    const tokens = await forgotten;
    const state = randomValue();
    saveTransaction(sessionStorage, name, state, { kind: 'sign_out' });
    // OpenID Connect RP-Initiated Logout §2.
    const parameters = new URLSearchParams({
      client_id: clientId,
      post_logout_redirect_uri: redirectUri,
      state,
      ...(tokens && { id_token_hint: tokens.idToken }),
      ...(everywhere && { everywhere: 'true' }),
    });
    location.assign(`${issuer}/oauth/logout?${parameters}`);
  }

  return {
    signIn: ({ returnTo = location.href } = {}) => leave(false, returnTo),
    handleRedirect: () => {
      started ??= start();
      return started;
    },
    getAccessToken: ({ refresh = false } = {}) => session.accessToken(refresh),
    fetch: resourceFetch(resources, session),
    user: () => session.tokens()?.user,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    signOut: () => leaveForGood(false),
    signOutEverywhere: () => leaveForGood(true),
  };
}
