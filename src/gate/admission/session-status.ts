import { type AccessTokens, isRevoked } from '../../grants/access-tokens.ts';
import { inTime } from '../../http/in-time.ts';
import type { Identity, KnownAnswer, TokenAnswer } from '../identity/identity.ts';
import type { OwnCaller } from './caller.ts';

/** Whether what a caller stands for is still there. */
export type Standing =
  | TokenAnswer
  /** It is, but this request comes from where, or with what, it should not. Asked anew each time. */
  | { kind: 'step_up'; why: string };

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
    case 'step_up_required':
      return { kind: 'step_up', why: 'the request comes from an unusual place or browser' };
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
  circumstances = () => '',
}: {
  identity: Pick<Identity, 'status' | 'accessTokens'>;
  accessTokens: Pick<AccessTokens, 'status'>;
  /** No answer about a browser's session is used for longer: whoever keeps it learns of its use by being asked. */
  longestAgeSeconds?: number;
  /**
   * Where the request comes from, and with what: an answer is for those alone, so that a copied cookie does not ride on what
   * was answered to its owner. Default nowhere.
   */
  circumstances?: () => string;
}) {
  const known = new Map<string, Dated>();
  let characters = 0;
  const asking = new Map<string, { askedAt: number; dated: Promise<Dated> }>();

  function keep(key: string, dated: Dated): void {
    const before = known.get(key);
    // Whoever signs in again is not to be asked for it again.
    if (dated.standing.kind === 'step_up') return;
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

  /** By which an answer is remembered. A program that speaks for itself may do so from anywhere. */
  const keyOf = (caller: OwnCaller): string =>
    caller.kind === 'session' || caller.kind === 'token' ? `${caller.key} ${circumstances()}` : caller.key;

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
    // What was exchanged for is sent by a server, wherever its person is.
    const isUse = caller.kind === 'session' || caller.familyId !== undefined;
    const asked = { sessionId, handleId, ...belonging, isUse };
    return standingOf(await identity.status(userId, asked, maximumAgeSeconds));
  }

  async function ask(caller: OwnCaller, key: string, maximumAgeSeconds: number): Promise<Dated> {
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

  async function find(
    caller: OwnCaller,
    key: string,
    maximumAgeSeconds: number,
    oldest: number,
  ): Promise<Standing> {
    const flight = asking.get(key);
    // Under `strict` (0 seconds) no question that was asked before this request will do.
    if (flight && flight.askedAt > oldest) {
      const shared = await inTime(flight.dated, SHARED_PATIENCE_MILLISECONDS);
      if (shared && shared.askedAt > Date.now() - maximumAgeSeconds * 1000)
        return forCaller(caller, shared.standing);
    }
    return forCaller(caller, (await ask(caller, key, maximumAgeSeconds)).standing);
  }

  return (caller: OwnCaller, freshness: number): Standing | Promise<Standing> => {
    const maximumAgeSeconds = caller.kind === 'session' ? Math.min(freshness, longestAgeSeconds) : freshness;
    const key = keyOf(caller);
    const before = known.get(key);
    if (before?.standing.kind === 'ended') return before.standing;
    const oldest = Date.now() - maximumAgeSeconds * 1000;
    if (before && before.askedAt > oldest) return forCaller(caller, before.standing);
    return find(caller, key, maximumAgeSeconds, oldest);
  };
}

export type SessionStatus = ReturnType<typeof createSessionStatus>;
