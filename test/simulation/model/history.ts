import { sameBytes } from '../../../src/core/bytes.ts';
import type { FamilyRow } from '../../../src/user/tables/family.ts';
import type { RefreshAnswer } from '../../../src/user/types.ts';
import { type Check, Violation } from './checks.ts';
import type { Ending } from './object.ts';
import { nameOf } from './secrets.ts';
import type { State } from './storage.ts';
import type { Presentation } from './witness.ts';
import type { Profile } from './world.ts';

/** What really happened to a family: the secrets themselves, and times that no rule has touched. */
export interface History {
  /** The name of each generation's secret; the last one is current. */
  secrets: readonly number[];
  /** Of the last rotation, or the birth. */
  rotatedAt: number;
  rotatedBy: Presentation | undefined;
  /** Whether whoever made the last rotation held the cookie of the family's session, which was live then. */
  rotatedInSession: boolean;
  /** The name of the secret of that cookie. */
  cookie: number;
  absoluteExpiresAt: number;
  ended: boolean;
}

/** Where a presented token stands, by what really happened. */
export type Place =
  | 'ended before'
  | 'session over'
  | 'expired'
  | 'of another client'
  | 'without its key'
  | 'too wide'
  | 'current'
  | 'previous, in its grace'
  | 'previous, in its browser'
  | 'the same attempt, made again'
  | 'stale'
  | 'unknown';

/** Whether a request brings the cookie of the very session that its family belongs to, while that is live. */
export function isInSession({ request }: Presentation, state: State, now: number): boolean {
  const { cookie, token } = request;
  const row = state.families[token.family];
  const session = state.sessions.find(({ sessionId }) => sessionId === row?.sessionId);
  return (
    session !== undefined &&
    session.endedAt === null &&
    now < session.absoluteExpiresAt &&
    cookie?.sessionId === session.sessionId &&
    nameOf(cookie.secret) === state.histories[token.family]?.cookie
  );
}

export function placeOf(presentation: Presentation, state: State, profile: Profile, now: number): Place {
  const { request, refresh } = presentation;
  const { family, generation, secret } = request.token;
  const history = state.histories[family];
  const row = state.families[family];
  const session = state.sessions.find(({ sessionId }) => sessionId === row?.sessionId);
  if (!history || !row || !session) throw new Error('no such family');

  if (history.ended) return 'ended before';
  if (!row.offline && (session.endedAt !== null || now >= session.absoluteExpiresAt)) return 'session over';
  if (now >= history.absoluteExpiresAt || now >= history.rotatedAt + profile.idleSeconds * 1000)
    return 'expired';
  if (refresh.clientId !== row.clientId) return 'of another client';
  if (refresh.dpopJkt !== row.dpopJkt) return 'without its key';
  if (refresh.scope?.some((item) => !row.scope.includes(item))) return 'too wide';
  if (refresh.resource?.some((item) => !row.resource.includes(item))) return 'too wide';

  const current = history.secrets.length - 1;
  if (history.secrets[generation] !== nameOf(secret)) return 'unknown';
  if (generation === current) return 'current';
  if (generation < current - 1) return 'stale';
  if (row.dpopJkt !== null || now < history.rotatedAt + profile.graceSeconds * 1000) {
    return 'previous, in its grace';
  }
  // The browser that made the successor asks again, and nobody has used it: whoever has that cookie needs no token.
  if (history.rotatedInSession && isInSession(presentation, state, now)) return 'previous, in its browser';
  return history.rotatedBy === presentation ? 'the same attempt, made again' : 'stale';
}

/** Whether a family may be over after such a token: then its client is not signed out for nothing. */
export const mayEnd = (place: Place): boolean =>
  place === 'session over' || place === 'expired' || place === 'stale' || place === 'unknown';

/** Whether a family is among those that an ending is meant for. */
export function endedBy(ending: Ending, row: FamilyRow, family: number, state: State, now: number): boolean {
  // What ended before keeps its own cause and time, and so does what had expired without anybody asking.
  if (row.endedAt !== null || now >= Math.min(row.idleExpiresAt, row.absoluteExpiresAt)) return false;
  const own = state.sessions.find(({ sessionId }) => sessionId === row.sessionId);
  const sessionOver = !own || own.endedAt !== null || now >= own.absoluteExpiresAt;
  switch (ending.kind) {
    case 'sign-out everywhere':
      return true;
    case 'sign-out':
      return !sessionOver && row.sessionId === ending.sessionId && !row.offline;
    case 'revocation': {
      const { token, clientId } = ending;
      if (token.family !== family || clientId !== row.clientId || (sessionOver && !row.offline)) return false;
      const secrets = state.histories[family]?.secrets ?? [];
      // Any older token will do: whoever holds one may want the chain gone.
      return token.generation !== secrets.length - 1 || secrets[token.generation] === nameOf(token.secret);
    }
  }
}

interface Outcome {
  row: FamilyRow;
  after: FamilyRow;
  answer: RefreshAnswer | undefined;
  history: History;
  profile: Profile;
  now: number;
}

/** The checks that one transaction can fail. Rows are never changed in place: the same row is an untouched one. */
export function required(place: Place, outcome: Outcome): void {
  const { row, after, answer, history, profile, now } = outcome;
  const granted = answer?.kind === 'rotated' || answer?.kind === 'replayed';
  const demand = (condition: boolean, check: Check, detail: string): void => {
    if (!condition) throw new Violation(check, detail);
  };
  const untouched = (check: Check): void => {
    demand(!granted, check, `a token ${place} was granted`);
    demand(after === row, check, `a token ${place} changed the family`);
  };
  const ends = (check: Check): void => {
    demand(!granted, check, `a token was granted that is ${place}`);
    demand(
      after.endedAt !== null && answer?.kind === 'ended',
      check,
      `a token that is ${place} left the family alive`,
    );
  };

  switch (place) {
    case 'ended before':
      untouched('ended is for ever');
      break;
    case 'session over':
      demand(!granted, 'nothing outlives its expiry', 'a token was granted after its session');
      break;
    case 'expired': {
      ends('nothing outlives its expiry');
      const [idle, absolute] = [history.rotatedAt + profile.idleSeconds * 1000, history.absoluteExpiresAt];
      const cause = after.endCause;
      demand(
        (cause === 'idle_expiry' && now >= idle) || (cause === 'absolute_expiry' && now >= absolute),
        'the cause is true',
        `${cause} at ${now}, idle ${idle}, absolute ${absolute}`,
      );
      break;
    }
    case 'of another client':
      untouched('only its own client');
      break;
    case 'without its key':
      untouched('a stolen bound token is useless');
      break;
    case 'too wide':
      untouched('never wider');
      break;
    case 'current':
      demand(
        answer?.kind === 'rotated' && after.generation === row.generation + 1 && after.endedAt === null,
        'a retry in the grace signs nobody out',
        'the current token did not rotate',
      );
      break;
    case 'previous, in its grace':
    case 'previous, in its browser':
    case 'the same attempt, made again':
      demand(granted, 'a retry in the grace signs nobody out', 'the previous token was refused in its grace');
      demand(
        answer?.kind === 'replayed' &&
          sameBytes(answer.hash, row.currentHash) &&
          after.generation === row.generation,
        'one successor',
        'the previous token got another successor',
      );
      demand(after === row, 'a replay changes nothing', 'a replay wrote the family');
      break;
    case 'stale':
      ends('theft is caught');
      demand(after.endCause === 'reuse', 'the cause is true', `reuse was kept as ${after.endCause}`);
      break;
    case 'unknown':
      ends('an unknown secret ends the family');
      break;
  }
}
