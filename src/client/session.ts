import {
  type AuthError,
  InvalidResponseError,
  RefusedError,
  SignedOutError,
  UnavailableError,
} from './errors.ts';
import { readIdToken, type User } from './id-token.ts';
import { requestTokens, type TokenAnswer } from './token-endpoint.ts';

/** The tokens of one sign-in. They live in memory only, so that nothing that reads storage can find them. */
export interface Tokens {
  accessToken: string;
  refreshToken: string | undefined;
  idToken: string;
  user: User;
  /** Milliseconds since the epoch, by this device's clock. */
  expiresAt: number;
  /** From here on it is renewed, though it still works. */
  renewAt: number;
}

export interface SessionOptions {
  issuer: string;
  clientId: string;
  onRefreshed(tokens: Tokens): void;
  /** The session ended by itself. */
  onEnded(error: AuthError): void;
}

/** A token is renewed this long before it expires, or halfway if it lives for less than twice that. Milliseconds. */
const renewAhead = 30_000;
/** Less than this left is as good as expired: the request that carries the token needs time to arrive. */
const tooLate = 5_000;

// A refresh whose answer was lost is repeated with the same token: the issuer answers with the same successor for
// some seconds (10 by default). So the first tries come quickly; later ones spare an issuer in trouble.
const tries = 4;
const firstWait = 250;
const longestWait = 30_000;
/** A caller is not kept waiting for longer than this between two tries; it gets the error, and may come again. */
const longestPatience = 3_000;
const firstTimeout = 5_000;

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Holds the tokens and renews them: one refresh at a time, however many callers. */
export function createSession({ issuer, clientId, onRefreshed, onEnded }: SessionOptions) {
  const endpoint = `${issuer}/oauth/token`;
  let tokens: Tokens | undefined;
  let refreshing: Promise<Tokens> | undefined;
  /** Refreshes in a row that found nobody. */
  let failures = 0;
  let notBefore = 0;

  /** @throws InvalidResponseError when the ID token is not as it must be. */
  function judge(
    answer: TokenAnswer & { kind: 'tokens' },
    nonce: string | undefined,
    previous?: Tokens,
  ): Tokens {
    const { response, sentAt, issuerNow } = answer;
    const idToken = response.id_token ?? previous?.idToken ?? '';
    const expiresAt = sentAt + response.expires_in * 1000;
    const refreshToken = response.refresh_token ?? previous?.refreshToken;
    return {
      accessToken: response.access_token,
      refreshToken,
      idToken,
      user:
        previous && !response.id_token
          ? previous.user
          : readIdToken(idToken, {
              issuer,
              clientId,
              now: issuerNow,
              ...(nonce && { nonce }),
              ...(previous && { subject: previous.user.sub }),
            }),
      expiresAt,
      renewAt: refreshToken ? expiresAt - Math.min(renewAhead, (expiresAt - sentAt) / 2) : expiresAt,
    };
  }

  async function requestSuccessor({ refreshToken }: Tokens): Promise<TokenAnswer> {
    if (!refreshToken) {
      const cause = 'access_token_expired';
      return { kind: 'refused', error: 'invalid_grant', description: cause, cause };
    }
    for (let attempt = 0; ; attempt++) {
      const answer = await requestTokens(
        endpoint,
        { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId },
        firstTimeout * 2 ** attempt,
      );
      if (answer.kind !== 'unavailable') {
        failures = 0;
        return answer;
      }
      // Jitter, so that a thousand browsers do not come back in the same moment.
      const backOff = Math.min(firstWait * 2 ** failures++, longestWait) * (0.5 + Math.random() / 2);
      const wait = Math.max(backOff, answer.retryAfter);
      if (attempt + 1 >= tries || wait > longestPatience) {
        notBefore = Date.now() + wait;
        return answer;
      }
      await sleep(wait);
    }
  }

  async function refresh(previous: Tokens): Promise<Tokens> {
    if (Date.now() < notBefore) throw new UnavailableError(notBefore);
    const answer = await requestSuccessor(previous);
    // Signed out meanwhile: a late answer must not bring the session back.
    if (tokens !== previous) throw new SignedOutError();
    if (answer.kind === 'unavailable') throw new UnavailableError(notBefore);
    try {
      if (answer.kind === 'refused') {
        if (answer.error === 'invalid_grant') throw new SignedOutError(answer.cause, answer.description);
        // A fault in a configuration: asking again at once would not mend it.
        notBefore = Date.now() + longestWait;
        throw new RefusedError(answer.error, answer.description);
      }
      tokens = judge(answer, undefined, previous);
    } catch (error) {
      if (error instanceof SignedOutError || error instanceof InvalidResponseError) {
        tokens = undefined;
        onEnded(error);
      }
      throw error;
    }
    onRefreshed(tokens);
    return tokens;
  }

  return {
    tokens: () => tokens,

    /** Forgets the tokens and hands them over. */
    end(): Tokens | undefined {
      const ended = tokens;
      tokens = undefined;
      return ended;
    },

    /**
     * Redeems an authorization code (RFC 6749 §4.1.3). Tried once: a code that is used twice ends what the first
     * use issued, so a lost answer means signing in again, which the issuer's session makes a mere redirect.
     * @throws RefusedError, InvalidResponseError, UnavailableError.
     */
    async redeem(code: string, codeVerifier: string, redirectUri: string, nonce: string): Promise<Tokens> {
      const answer = await requestTokens(
        endpoint,
        {
          grant_type: 'authorization_code',
          code,
          code_verifier: codeVerifier,
          redirect_uri: redirectUri,
          client_id: clientId,
        },
        30_000,
      );
      if (answer.kind === 'refused') throw new RefusedError(answer.error, answer.description);
      if (answer.kind === 'unavailable') throw new UnavailableError(Date.now() + answer.retryAfter);
      tokens = judge(answer, nonce);
      return tokens;
    },

    /**
     * An access token that works; with `renew`, one that was not there before.
     * @throws SignedOutError, UnavailableError, RefusedError, InvalidResponseError.
     */
    async accessToken(renew: boolean): Promise<string> {
      if (!tokens) throw new SignedOutError();
      const { accessToken, expiresAt, renewAt } = tokens;
      const now = Date.now();
      if (!renew && now < renewAt) return accessToken;
      refreshing ??= refresh(tokens).finally(() => {
        refreshing = undefined;
      });
      if (!renew && now < expiresAt - tooLate) {
        // The token still works: nobody waits, and a failure is the next caller's to see.
        refreshing.catch(() => {});
        return accessToken;
      }
      return (await refreshing).accessToken;
    },
  };
}

export type Session = ReturnType<typeof createSession>;
