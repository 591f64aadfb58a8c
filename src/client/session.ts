import { sleep, timer } from './clock.ts';
import { type AuthError, RefusedError, SignedOutError, UnavailableError } from './errors.ts';
import { type Expected, readIdToken, type User } from './id-token.ts';
import type { TabMessage, Tabs } from './tabs.ts';
import type { TokenAnswer } from './token-endpoint.ts';
import type { Transport } from './transport/transport.ts';

/** The access token of this page. It lives in memory only, so that nothing that reads storage can find it. */
export interface Tokens {
  accessToken: string;
  user: User;
  /** Milliseconds since the epoch, by this device's clock. */
  expiresAt: number;
  /** So near its end that a request which carries it might arrive too late. */
  expired(): boolean;
  /** To be renewed, though it still works. */
  due(): boolean;
}

export interface SessionOptions {
  issuer: string;
  clientId: string;
  transport: () => Promise<Transport>;
  tabs: () => Pick<Tabs, 'tell' | 'alone' | 'wake'>;
  /** There are tokens; `first`: there were none before. */
  onTokens(tokens: Tokens, first: boolean): void;
  /** The session ended. Without an error somebody asked for it, in another tab. */
  onEnded(error?: AuthError): void;
}

/** What the ID token of a sign-in is held to. */
type NewSignIn = Pick<Expected, 'maxAge'> & { nonce: string };

/**
 * A token is renewed between once and twice as long before it expires, at random: not everybody comes at once. Or halfway,
 * if it does not live that long. Milliseconds.
 */
const renewAhead = 30_000;
const tooLate = 5_000;

// A refresh whose answer was lost is repeated with the same token: the issuer answers with the same successor. So the first
// tries come quickly; later ones spare an issuer in trouble.
const tries = 4;
const firstWait = 250;
const longestWait = 10_000;
/** A caller is not kept waiting for longer than this between two tries; it gets the error, and may come again. */
const longestPatience = 3_000;
const firstTimeout = 5_000;

function hold(accessToken: string, user: User, left: number): Tokens {
  const ahead = Math.min(renewAhead * (1 + Math.random()), left / 2);
  return {
    accessToken,
    user,
    expiresAt: Date.now() + left,
    expired: timer(left - Math.min(tooLate, left / 4)),
    due: timer(left - ahead),
  };
}

/** Holds the access token and renews it: one refresh at a time, however many callers and tabs. */
export function createSession({ issuer, clientId, transport, tabs, onTokens, onEnded }: SessionOptions) {
  let tokens: Tokens | undefined;
  let renewing: Promise<Tokens> | undefined;
  /** Refreshes in a row that found nobody. */
  let failures = 0;
  let retryAt = 0;
  let mayAsk = timer(0);
  /** Raised by every end: what was begun before one must not bring a session back. */
  let epoch = 0;
  /** The epoch in which `renewing` began. */
  let began = 0;
  /** Somebody else signed in in another tab: nothing that comes from there is for this page. */
  let estranged = false;

  function pause(wait: number): void {
    retryAt = Date.now() + wait;
    mayAsk = timer(wait);
  }

  function take(next: Tokens): void {
    const first = !tokens;
    tokens = next;
    onTokens(next, first);
  }

  /** `signIn`: it is news to pages that are signed out, too. */
  function share({ accessToken, user, expiresAt }: Tokens, signIn: boolean): void {
    tabs().tell({ kind: 'tokens', accessToken, user, left: expiresAt - Date.now(), signIn });
  }

  function forget(): void {
    tokens = undefined;
    epoch++;
  }

  function end(error?: AuthError): void {
    forget();
    estranged = (error as SignedOutError | undefined)?.reason === 'user_changed';
    onEnded(error);
  }

  /** @throws InvalidResponseError, SignedOutError when an answer is not about the user that it must be about. */
  function judge(
    { response, sentAt, issuerNow }: TokenAnswer & { kind: 'tokens' },
    previous: Tokens | undefined,
    signIn?: NewSignIn,
  ): Tokens {
    const { access_token, expires_in, id_token, sub, user: named } = response;
    const subject = previous?.user.sub;
    // Somebody else signed in in another tab, and this one did not hear of it.
    if (subject && sub && subject !== sub) throw new SignedOutError('user_changed');
    const user =
      (!signIn && !id_token && (named ?? previous?.user)) ||
      readIdToken(id_token ?? '', { issuer, clientId, subject, now: issuerNow, ...signIn });
    return hold(access_token, user, sentAt + expires_in * 1000 - Date.now());
  }

  async function renew(previous: Tokens | undefined): Promise<Tokens> {
    const by = await transport();
    for (let attempt = 1; ; attempt++) {
      if (epoch !== began) throw new SignedOutError();
      // While this tab waited or asked, another one brought new ones.
      if (tokens && tokens !== previous) return tokens;
      if (!mayAsk()) throw new UnavailableError(retryAt);
      const answer = await by.refresh(!previous, firstTimeout * attempt);
      let wait = firstWait;
      if (answer.kind === 'unavailable') {
        // Jitter, so that a thousand browsers do not come back in the same moment.
        const backOff = Math.min(firstWait * 2 ** failures++, longestWait) * (0.5 + Math.random() / 2);
        wait = Math.max(backOff, answer.retryAfter);
        if (attempt >= tries || wait >= longestPatience) {
          pause(wait);
          tabs().tell({ kind: 'unavailable', wait });
          continue;
        }
      } else if (answer.kind === 'tokens' || answer.cause !== 'superseded' || attempt >= tries) {
        if (epoch === began && tokens === previous) return settle(answer, previous);
        continue;
      }
      await sleep(wait);
    }
  }

  /** The issuer has answered, to a refresh or to a sign-in. */
  function settle(
    answer: Exclude<TokenAnswer, { kind: 'unavailable' }>,
    previous: Tokens | undefined,
    signIn?: NewSignIn,
  ): Tokens {
    failures = 0;
    try {
      if (answer.kind === 'tokens') {
        const next = judge(answer, previous, signIn);
        take(next);
        share(next, !!signIn);
        return next;
      }
      const { error, cause, description } = answer;
      if (error !== 'invalid_grant' || signIn) {
        // A fault in a configuration: asking again at once would not mend it.
        if (!signIn) pause(longestWait);
        throw new RefusedError(error, description);
      }
      // What the issuer said of this browser's session is so in every tab.
      if (previous && cause !== 'superseded') tabs().tell({ kind: 'signed_out', reason: cause });
      throw new SignedOutError(cause, description);
    } catch (error) {
      if (previous && !(error instanceof RefusedError)) end(error as AuthError);
      throw error;
    }
  }

  function renewed(): Promise<Tokens> {
    if (!renewing) {
      const previous = tokens;
      began = epoch;
      renewing = tabs()
        .alone(() => renew(previous))
        .finally(() => {
          renewing = undefined;
        });
    }
    return renewing;
  }

  return {
    tokens: () => tokens,

    /** Drops the tokens of this page. */
    forget,

    /** What another tab has to say. */
    hear(message: TabMessage): void {
      if (message.kind === 'unavailable') {
        pause(message.wait);
      } else if (message.kind === 'signed_out') {
        if (tokens) end(message.reason ? new SignedOutError(message.reason) : undefined);
        else forget();
      } else if (tokens && tokens.user.sub !== message.user.sub) {
        end(new SignedOutError('user_changed'));
      } else if (!estranged && (tokens || (renewing && epoch === began) || message.signIn)) {
        // Otherwise it is of a refresh that was under way when somebody signed out, and must not undo that.
        take(hold(message.accessToken, message.user, message.left));
      }
      tabs().wake();
    },

    /**
     * Redeems an authorization code. Tried once: a code that is used twice ends what the first use issued, so a lost
     * answer means signing in again, which the issuer's session makes a mere redirect.
     * @throws RefusedError, InvalidResponseError, UnavailableError.
     */
    async redeem(
      code: string,
      codeVerifier: string,
      redirectUri: string,
      signIn: NewSignIn,
    ): Promise<Tokens> {
      const answer = await (await transport()).redeem(code, codeVerifier, redirectUri);
      if (answer.kind === 'unavailable') throw new UnavailableError(Date.now() + answer.retryAfter);
      estranged = false;
      return settle(answer, undefined, signIn);
    },

    /**
     * Takes up the session that this browser holds.
     * @throws SignedOutError (`no_session` when it holds none), UnavailableError, RefusedError, InvalidResponseError.
     */
    restore: renewed,

    /**
     * An access token that works; with `renew`, one that was not there before.
     * @throws SignedOutError, UnavailableError, RefusedError, InvalidResponseError.
     */
    async accessToken(renew: boolean): Promise<string> {
      if (!tokens) throw new SignedOutError();
      const { accessToken, expired, due } = tokens;
      if (!renew && !due()) return accessToken;
      const renewal = renewed();
      if (!renew && !expired()) {
        // The token still works: nobody waits, and a failure is the next caller's to see.
        renewal.catch(() => {});
        return accessToken;
      }
      return (await renewal).accessToken;
    },
  };
}

export type Session = ReturnType<typeof createSession>;
