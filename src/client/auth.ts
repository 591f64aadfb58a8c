import type { AuthEvent } from './events.ts';
import type { User } from './id-token.ts';

/** A sign-in as it is asked for. */
export interface SignInOptions {
  /** Where the page goes on afterwards: a URL on this origin, by default the present one. */
  returnTo?: string;
  /** What `restoreState` gets afterwards, as JSON; by default what `saveState` answers. */
  state?: unknown;
  /** How the person should sign in, separated by spaces, as in a step-up challenge (RFC 9470 §4). */
  acrValues?: string | undefined;
  /** How many seconds ago the person may have signed in at most; 0 asks for a sign-in now. */
  maxAge?: number | undefined;
}

/** What an API asks for (RFC 9470 §3). */
export type StepUpChallenge = Pick<SignInOptions, 'acrValues' | 'maxAge'>;

/** What every way of staying signed in takes. */
export interface PageOptions {
  /** Called when the page leaves to sign in, also by itself: the answer survives the way there and back, as JSON. */
  saveState?: () => unknown;
  /** Called after the way back with what was saved, when the page has the address again that it left; for nobody but who saved it. */
  restoreState?: (state: unknown) => void;
  /**
   * Called when an API wants a stronger or a more recent sign-in, before `auth.fetch` leaves for it. Whoever answers false
   * stays, and gets the API's 401. Default: leave.
   */
  onStepUp?: (challenge: StepUpChallenge) => boolean | Promise<boolean>;
}

export interface Auth {
  /**
   * Leaves for the sign-in page, which a browser that is signed in already may not show. Does not resolve: the page is about
   * to leave.
   * @throws TypeError when `returnTo` is on another origin; UnavailableError.
   */
  signIn(options?: SignInOptions): Promise<void>;
  /**
   * To be called at every start of the page, before a router reads the address: completes a sign-in, or takes up the
   * session of a browser that was signed in before, if need be by a redirect that asks nothing and comes back to this
   * place. Resolves with the user, or undefined when nobody is signed in; does not resolve when the page is about to leave.
   * @throws RefusedError, InvalidResponseError, UnavailableError. It may be called again then: it takes up what the browser
   * holds, such as the sign-in of before a step-up that was cancelled.
   */
  handleRedirect(): Promise<User | undefined>;
  /**
   * An access token that works, renewed ahead of its expiry. `refresh` asks for a new one in any case. With the `dpop`
   * transport it needs a proof of the page's key, which `fetch` makes. Behind the gate there is none.
   * @throws SignedOutError, UnavailableError, RefusedError, InvalidResponseError; TypeError behind the gate.
   */
  getAccessToken(options?: { refresh?: boolean }): Promise<string>;
  /**
   * `fetch`, with the access token if the URL is that of a resource or below it. After a 401 it refreshes and tries once
   * more; a challenge to step up (RFC 9470) it answers by signing in again. Other URLs are fetched without the token.
   * @throws what `getAccessToken` and `fetch` throw.
   */
  fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response>;
  /** Who is signed in, or undefined. */
  user(): User | undefined;
  /** Calls `listener` at every change, in this tab or another one; returns what takes it off again. */
  onChange(listener: (event: AuthEvent) => void): () => void;
  /**
   * Signs out here, in this browser's other tabs and at the issuer. With `dpop` the page leaves for the issuer and comes
   * back to the redirect URI; otherwise it stays.
   * @throws UnavailableError when the issuer could not be told: nobody is signed in on this page any more, but a sign-in would
   * not ask anything. Say so, and offer to call it again. SignedOutError when everything was to end and nothing here says whose. RefusedError behind
   * the gate, where it ends nothing elsewhere.
   */
  signOut(): Promise<void>;
  /** The same, and ends the user's sessions in all other browsers and devices. */
  signOutEverywhere(): Promise<void>;
}
