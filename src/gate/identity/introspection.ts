import { PROVIDER_TIMEOUT_MILLISECONDS, ProviderUnavailable } from '../../federation/provider-fetch.ts';

/** What the provider answers about a token (RFC 7662 §2.2). */
export type IntrospectionAnswer = Readonly<Record<string, unknown>> & { active: boolean };

export type Introspection =
  /** `askedAt`: milliseconds since the epoch, taken before the question was sent. */
  | { kind: 'active'; answer: IntrospectionAnswer; askedAt: number }
  /** `why` is for the caller. */
  | { kind: 'refused'; why: string }
  /** There is nobody to ask. */
  | { kind: 'impossible'; why: string };

/** Whether anything is known of the token: that it was signed by the provider, or was active before. */
export type Asker = 'known' | 'stranger';

/** Questions that may be under way in one isolate: strangers' never take the place of the others. */
const MAXIMUM_AT_ONCE: Record<Asker, number> = { known: 200, stranger: 20 };
/** The provider's metadata may have to be fetched before. */
const LONGEST_MILLISECONDS = 2 * PROVIDER_TIMEOUT_MILLISECONDS;
/** In characters of JSON: answers are remembered. */
const MAXIMUM_ANSWER = 16 * 1024;

const notActive = 'the provider says that the token is not active';

/**
 * Lets so many be under way at once. When a request is cancelled nothing of it goes on, not even its `finally`: whoever
 * began too long ago does not count.
 * @throws ProviderUnavailable for one too many
 */
function turnstile(maximum: number) {
  const begun = new Map<symbol, number>();
  return async <T>(use: () => Promise<T>): Promise<T> => {
    const now = Date.now();
    for (const [one, at] of begun) {
      if (begun.size < maximum || at > now - LONGEST_MILLISECONDS) break;
      begun.delete(one);
    }
    if (begun.size >= maximum) throw new ProviderUnavailable('too many questions at once');
    const own = Symbol();
    begun.set(own, now);
    try {
      return await use();
    } finally {
      begun.delete(own);
    }
  };
}

/** What an answer makes of a token. */
function judge(answer: IntrospectionAnswer, issuer: string, askedAt: number): Introspection {
  const { active, iss, exp, token_use } = answer;
  const isOver = exp !== undefined && !(typeof exp === 'number' && exp * 1000 > askedAt);
  if (!active || isOver) return { kind: 'refused', why: notActive };
  if (iss !== undefined && iss !== issuer)
    return { kind: 'refused', why: 'the token is from another issuer' };
  // Some say by this that it is a refresh token.
  if (token_use !== undefined && token_use !== 'access_token')
    return { kind: 'refused', why: 'the token is no access token' };
  if (JSON.stringify(answer).length > MAXIMUM_ANSWER)
    return { kind: 'refused', why: 'the provider says more of the token than a gate keeps' };
  return { kind: 'active', answer, askedAt };
}

/**
 * Makes a function that asks the provider about an access token.
 * @param ask answers with undefined where nobody can be asked.
 * @returns a function that throws ProviderUnavailable when there is no answer, or there are too many questions already.
 */
export function createIntrospection(
  issuer: string,
  ask: (token: string) => Promise<IntrospectionAnswer | undefined>,
) {
  const lanes = { known: turnstile(MAXIMUM_AT_ONCE.known), stranger: turnstile(MAXIMUM_AT_ONCE.stranger) };
  return (token: string, asker: Asker): Promise<Introspection> =>
    lanes[asker](async () => {
      const askedAt = Date.now();
      const answer = await ask(token);
      return answer
        ? judge(answer, issuer, askedAt)
        : {
            kind: 'impossible',
            why: 'this gate cannot ask about tokens; it takes JWTs, where their word is enough',
          };
    });
}

export type Introspect = ReturnType<typeof createIntrospection>;
