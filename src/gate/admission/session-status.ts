import { type AccessTokens, isRevoked } from '../../grants/access-tokens.ts';
import { inTime } from '../../http/in-time.ts';
import type { Identity, KnownAnswer, TokenAnswer } from '../identity/identity.ts';
import type { OwnCaller } from './caller.ts';

/** Whether what a caller stands for is still there. */
export type Standing = TokenAnswer;

interface Dated {
  /** Milliseconds since the epoch, taken before the question was sent: the answer is no older. */
  askedAt: number;
  standing: Standing;
  /** Of its claims, as JSON. */
  characters: number;
}

const MAXIMUM_KNOWN = 10_000;
/** Of the claims in all that is known: a provider elsewhere may say a lot of everybody, and an isolate has 128 MiB. */
const MAXIMUM_CHARACTERS = 8 * 1024 * 1024;
/** An object that has not answered by then is unreachable. */
const PATIENCE_MILLISECONDS = 10_000;
/** Another request's question may never be answered, when that request is cancelled: then we ask for ourselves. */
const SHARED_PATIENCE_MILLISECONDS = 2_000;

function charactersIn(standing: Standing): number {
  const profile = standing.kind === 'live' ? standing.session?.profile : undefined;
  const { claims, groups } = profile ?? {};
  return claims || groups ? JSON.stringify([claims, groups]).length : 0;
}

const revoked: Standing = { kind: 'ended', why: 'the token has been revoked' };

function standingOf(answer: KnownAnswer): Standing {
  switch (answer.kind) {
    case 'live':
      return { kind: 'live', session: answer };
    case 'ended':
      return { kind: 'ended', why: `the session has ended: ${answer.cause}`, cause: answer.cause };
    case 'unknown':
      return { kind: 'unknown', why: 'there is no such session' };
  }
}

/** An answer is about a session or a family, and lists the tokens of it that are worth nothing any more. */
const forCaller = (caller: OwnCaller, standing: Standing): Standing =>
  caller.kind === 'token' &&
  standing.kind === 'live' &&
  isRevoked(caller.tokenId, standing.session?.revokedTokens)
    ? revoked
    : standing;

/**
 * Answers "is this session, token family or client's token still alive?" no staler than asked for, from the isolate's
 * memory where that is fresh enough. What has ended stays ended: that is remembered for as long as there is room.
 * @returns a function of the caller and the most seconds that may lie between the object's answer and now; 0 asks
 *   every time. What is remembered it answers at once. It throws when the object gives no answer.
 */
export function createSessionStatus({
  identity,
  accessTokens,
  longestAgeSeconds = Number.POSITIVE_INFINITY,
}: {
  identity: Pick<Identity, 'status' | 'accessTokens'>;
  accessTokens: Pick<AccessTokens, 'status'>;
  /** No answer about a browser's session is used for longer: whoever keeps it learns of its use by being asked. */
  longestAgeSeconds?: number;
}) {
  const known = new Map<string, Dated>();
  let characters = 0;
  const asking = new Map<string, { askedAt: number; dated: Promise<Dated> }>();

  function keep(key: string, dated: Dated): void {
    const before = known.get(key);
    // Answers may arrive in another order than the questions went out.
    if (before && (before.standing.kind === 'ended' || before.askedAt > dated.askedAt)) return;
    characters += dated.characters - (before?.characters ?? 0);
    known.delete(key);
    known.set(key, dated);
    for (const [oldest, { characters: freed }] of known) {
      if (known.size <= MAXIMUM_KNOWN && characters <= MAXIMUM_CHARACTERS) break;
      known.delete(oldest);
      characters -= freed;
    }
  }

  async function question(caller: OwnCaller, maximumAgeSeconds: number): Promise<Standing> {
    // Where there are tokens of a provider elsewhere there are none of ours.
    if (caller.kind !== 'session' && identity.accessTokens)
      return identity.accessTokens.status(caller.claims);
    if (caller.kind === 'provider') throw new Error('a token of a provider that nobody asks');
    if (caller.kind === 'client') {
      const { kind } = await accessTokens.status(caller.claims);
      return kind === 'ended' ? revoked : { kind, session: undefined };
    }
    const { userId, sessionId } = caller;
    const { handleId } = caller;
    const belonging = caller.kind === 'token' ? { familyId: caller.familyId, ofToken: true } : {};
    const asked = { sessionId, handleId, ...belonging };
    return standingOf(await identity.status(userId, asked, maximumAgeSeconds));
  }

  async function ask(caller: OwnCaller, maximumAgeSeconds: number): Promise<Dated> {
    const { key } = caller;
    const askedAt = Date.now();
    const dated = (async () => {
      const standing = await inTime(question(caller, maximumAgeSeconds), PATIENCE_MILLISECONDS);
      if (!standing) throw new Error('the object did not answer in time');
      // What keeps the session may have asked its provider before: then its answer is as old as that one.
      const confirmedAt = standing.kind === 'live' ? standing.session?.confirmedAt : undefined;
      const answeredFor = Math.min(askedAt, confirmedAt ?? askedAt);
      return { askedAt: answeredFor, standing, characters: charactersIn(standing) };
    })();
    const flight = { askedAt, dated };
    asking.set(key, flight);
    try {
      const answered = await dated;
      keep(key, answered);
      return answered;
    } finally {
      if (asking.get(key) === flight) asking.delete(key);
    }
  }

  async function find(caller: OwnCaller, maximumAgeSeconds: number, oldest: number): Promise<Standing> {
    const flight = asking.get(caller.key);
    // Under `strict` (0 seconds) no question that was asked before this request will do.
    if (flight && flight.askedAt > oldest) {
      const shared = await inTime(flight.dated, SHARED_PATIENCE_MILLISECONDS);
      if (shared && shared.askedAt > Date.now() - maximumAgeSeconds * 1000)
        return forCaller(caller, shared.standing);
    }
    return forCaller(caller, (await ask(caller, maximumAgeSeconds)).standing);
  }

  return (caller: OwnCaller, freshness: number): Standing | Promise<Standing> => {
    const maximumAgeSeconds = caller.kind === 'session' ? Math.min(freshness, longestAgeSeconds) : freshness;
    const before = known.get(caller.key);
    if (before?.standing.kind === 'ended') return before.standing;
    const oldest = Date.now() - maximumAgeSeconds * 1000;
    if (before && before.askedAt > oldest) return forCaller(caller, before.standing);
    return find(caller, maximumAgeSeconds, oldest);
  };
}

export type SessionStatus = ReturnType<typeof createSessionStatus>;
