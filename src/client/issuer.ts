import type { Auth, PageOptions, SignInOptions } from './auth.ts';
import { authorizationUrl, isResponse, readAuthorizationResponse, withoutResponse } from './authorization.ts';
import { form, randomValue, sha256 } from './encoding.ts';
import { type AuthError, InvalidResponseError, SignedOutError, UnavailableError } from './errors.ts';
import { createListeners } from './events.ts';
import type { User } from './id-token.ts';
import { resourceFetch } from './resource.ts';
import { createSession } from './session.ts';
import { createStepUp } from './step-up.ts';
import { openTabs, type Tabs } from './tabs.ts';
import {
  isFor,
  placeOf,
  returnToPlace,
  type SignIn,
  saveTransaction,
  takeTransaction,
} from './transaction.ts';
import { cookieTransport } from './transport/cookie.ts';
import type { Transport } from './transport/transport.ts';

/** For a page that is a client of the issuer. */
export interface AuthOptions extends PageOptions {
  /** The issuer's origin, as `https://auth.example.com`: without a slash at the end. */
  issuer: string;
  /** As registered in portcullis.config.ts. */
  clientId: string;
  /** The page that the issuer returns to; it must call `handleRedirect()`. Also where a sign-out returns to. */
  redirectUri: string;
  /** The APIs that the access token is for (RFC 8707); `auth.fetch` sends it nowhere else, and without one nowhere. */
  resource?: string | readonly string[];
  /** Separated by spaces; must contain `openid`, which is the default. */
  scope?: string;
  /**
   * What keeps the browser signed in. `cookie`: the refresh token in the issuer's HttpOnly cookie, for pages on the
   * issuer's own site whose origin is one of the client's `sessionOrigins`. `dpop`: a refresh token that is bound to a key
   * of this browser, for pages on any site. Default: `cookie` where page and issuer look like one site, else `dpop`.
   */
  transport?: 'cookie' | 'dpop';
}

/** The issuer's way of saying that it would have to ask (OpenID Connect Core §3.1.2.6). */
const mustAsk = /_required$/;

/**
 * The part of an address that cookies go by, roughly: there is no list of public suffixes here. Where the guess is wrong, the
 * first sign-in fails with UnavailableError: name the transport then.
 */
const siteOf = (url: string): string => {
  const { protocol, hostname } = new URL(url);
  return protocol + hostname.split('.').slice(-2);
};

/**
 * Signs people in at a Portcullis issuer and keeps them signed in. One per page.
 * @throws TypeError when `issuer` or `redirectUri` is no absolute URL.
 */
export function createAuth(options: AuthOptions): Auth {
  const { issuer, clientId, redirectUri, scope = 'openid', saveState, restoreState, onStepUp } = options;
  const resources = [options.resource ?? []].flat();
  const name = `portcullis:${issuer}:${clientId}`;
  const client = { issuer, clientId, name };
  const { emit, onChange } = createListeners();
  let started: Promise<User | undefined> | undefined;

  const byDefault = siteOf(issuer) === siteOf(redirectUri) ? 'cookie' : 'dpop';
  const isCookie = (options.transport ?? byDefault) === 'cookie';
  let loading: Promise<Transport> | undefined;
  async function load(): Promise<Transport> {
    if (isCookie) return cookieTransport(client);
    try {
      return (await import('./transport/dpop.ts')).dpopTransport(client);
    } catch {
      // The network is away, or a newer version of the app has taken the file's place: the next call tries again.
      loading = undefined;
      throw new UnavailableError(Date.now());
    }
  }
  const transport = () => {
    loading ??= load();
    return loading;
  };

  const session = createSession({
    ...client,
    transport,
    tabs: () => tabs,
    onTokens: ({ user, expiresAt }, first) =>
      emit({ type: first ? 'signed_in' : 'refreshed', user, expiresAt }),
    onEnded: ended,
  });
  const tabs: Tabs = openTabs(name, session.hear);

  // In localStorage: that this browser was signed in. No secret, it only says that a start without a question is worth trying.
  const mark = (as: 'in' | '') => localStorage.setItem(name, as);

  function ended(error?: AuthError): void {
    // A reload must not go round by the issuer and come back as if nothing had been: whoever was signed out is to see why.
    if (error && !/no_session|user_changed/.test((error as SignedOutError).reason as string)) mark('');
    emit({ type: 'signed_out', error });
  }

  const stepUp = createStepUp(onStepUp, leave);

  async function leave(
    { returnTo = location.href, state = saveState?.(), acrValues, maxAge }: SignInOptions,
    silent = false,
  ): Promise<never> {
    const place = placeOf(returnTo, state, session.tokens()?.user.sub);
    const [requestState, nonce, codeVerifier] = [randomValue(), randomValue(), randomValue()];
    const url = authorizationUrl({
      ...client,
      redirectUri,
      scope,
      resources,
      state: requestState,
      nonce,
      codeChallenge: await sha256(codeVerifier),
      silent,
      acrValues,
      maxAge,
      more: await (await transport()).parameters?.(),
    });
    const signIn: SignIn = { silent, codeVerifier, nonce, acrValues, maxAge, ...place };
    saveTransaction(name, requestState, signIn);
    // A silent sign-in leaves no entry in the history: "back" must not run into it.
    if (silent) location.replace(url);
    else location.assign(url);
    // What waits for this is not to go on in a page that is about to go.
    return new Promise(() => {});
  }

  async function start(): Promise<User | undefined> {
    const here = new URL(location.href);
    if (!isResponse(here, redirectUri)) return restore();
    const parameters = here.searchParams;
    const signIn = takeTransaction(name, parameters.get('state'));
    // Out of the address bar before anything else on the page can read or send it.
    returnToPlace(signIn ?? { returnTo: withoutResponse(here), historyState: history.state });
    if (!signIn) throw new InvalidResponseError('unknown_state', 'no sign-in was begun in this tab');
    return complete(parameters, signIn);
  }

  async function complete(parameters: URLSearchParams, signIn: SignIn): Promise<User | undefined> {
    const { codeVerifier, nonce, silent, acrValues, maxAge } = signIn;
    try {
      const code = readAuthorizationResponse(parameters, issuer);
      const { user } = await session.redeem(code, codeVerifier, redirectUri, { nonce, maxAge });
      mark('in');
      stepUp.done({ acrValues, maxAge });
      return user;
    } catch (error) {
      if (!silent || !mustAsk.test((error as AuthError).code)) throw error;
      // Without the mark the next start stays here: no loop.
      mark('');
      return undefined;
    } finally {
      if (isFor(signIn, session.tokens()?.user)) restoreState?.(signIn.state);
    }
  }

  /** Takes up what this browser holds, by a redirect if it holds nothing by itself. */
  async function restore(): Promise<User | undefined> {
    if (!localStorage.getItem(name)) return undefined;
    try {
      return (await session.restore()).user;
    } catch (error) {
      if (!(error instanceof SignedOutError)) throw error;
      if (error.reason === 'no_session') return leave({}, true);
      ended(error);
      return undefined;
    }
  }

  async function signOut(everywhere: boolean): Promise<void> {
    session.forget();
    tabs.tell({ kind: 'signed_out' });
    mark('');
    ended();
    const next = await (await transport()).signOut(everywhere);
    if (!next) return;
    // OpenID Connect RP-Initiated Logout §2.
    const parameters = form({
      client_id: clientId,
      post_logout_redirect_uri: redirectUri,
      everywhere: everywhere ? 'true' : undefined,
      ...next,
    });
    location.assign(`${issuer}/oauth/logout?${parameters}`);
  }

  // Back from sleep, or from another tab: whoever looks at the page wants to see whether they are still signed in.
  // While nobody looks, nothing is asked: an open tab must not keep a session from being idle.
  globalThis.document?.addEventListener('visibilitychange', () => {
    if (!document.hidden) session.accessToken(false).catch(() => {});
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
    getAccessToken: ({ refresh = false } = {}) => session.accessToken(refresh),
    fetch: resourceFetch(resources, session, transport, stepUp.meet),
    user: () => session.tokens()?.user,
    onChange,
    signOut: () => signOut(false),
    signOutEverywhere: () => signOut(true),
  };
}
