import type { SessionAnswer } from '../user/types.ts';
import type { Users } from '../user/users.ts';
import { inTime } from './in-time.ts';
import { remember } from './remember.ts';

export interface SessionQuestion {
  userId: string;
  sessionId: string;
  /** Asks about the refresh family as well: a token outlives neither. */
  familyId?: string | undefined;
}

interface Dated {
  /** Milliseconds since the epoch, taken before the question was sent: the answer is at least as old. */
  askedAt: number;
  answer: SessionAnswer;
}

const MAXIMUM_KNOWN = 10_000;
/** An object that has not answered by then is unreachable. */
const PATIENCE_MILLISECONDS = 10_000;
/** Another request's question may never be answered, when that request is cancelled: then we ask for ourselves. */
const SHARED_PATIENCE_MILLISECONDS = 2_000;

/**
 * Answers "is this session still alive?" no staler than asked for, from the isolate's memory where that is fresh
 * enough. What has ended stays ended: that is remembered for as long as there is room.
 * @returns a function of the question and the most seconds that may lie between the object's answer and now;
 *   0 asks every time. It throws when the object gives no answer.
 */
export function createSessionStatus(users: Pick<Users, 'status'>) {
  const known = new Map<string, Dated>();
  const asking = new Map<string, { askedAt: number; dated: Promise<Dated> }>();

  function keep(key: string, dated: Dated): void {
    const before = known.get(key);
    // Answers may arrive in another order than the questions went out.
    if (before && (before.answer.kind === 'ended' || before.askedAt > dated.askedAt)) return;
    remember(known, key, dated, MAXIMUM_KNOWN);
  }

  async function ask(key: string, { userId, sessionId, familyId }: SessionQuestion): Promise<Dated> {
    const askedAt = Date.now();
    const question = familyId === undefined ? { sessionId } : { sessionId, familyId };
    const dated = (async () => {
      const answer = await inTime(users.status(userId, question), PATIENCE_MILLISECONDS);
      if (!answer) throw new Error('the user object did not answer in time');
      return { askedAt, answer };
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

  return async (question: SessionQuestion, maximumAgeSeconds: number): Promise<SessionAnswer> => {
    const key = [question.userId, question.sessionId, question.familyId ?? ''].join(' ');
    const before = known.get(key);
    if (before?.answer.kind === 'ended') return before.answer;
    const oldest = Date.now() - maximumAgeSeconds * 1000;
    if (before && before.askedAt > oldest) return before.answer;
    const flight = asking.get(key);
    // Under `strict` (0 seconds) no question that was asked before this request will do.
    if (flight && flight.askedAt > oldest) {
      const shared = await inTime(flight.dated, SHARED_PATIENCE_MILLISECONDS);
      if (shared && shared.askedAt > Date.now() - maximumAgeSeconds * 1000) return shared.answer;
    }
    return (await ask(key, question)).answer;
  };
}
