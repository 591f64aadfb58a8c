import type { Route } from '../../config/schema.ts';
import { inTime } from '../../http/in-time.ts';
import { askedWithin, type IdentifiedCaller } from '../admission/caller.ts';

/** Whether somebody who was let in may still be there: what a connection that goes on is held to. */
export interface Vigil {
  /** Whether the caller may still pass, by an answer that is asked now. Throws when there is none. */
  check(): boolean | Promise<boolean>;
  /** The most seconds that a session may be over while the connection is open. Absent when nobody is to be asked. */
  boundSeconds: number | undefined;
  /** Whether each message waits for an answer that was asked after it came. */
  perMessage: boolean;
  /** When the caller's token expires, in milliseconds since the epoch. Absent for a session. */
  endsAt: number | undefined;
}

/** Why a connection may not go on. */
export type VigilEnd = 'session_over' | 'token_expired' | 'unanswered';

/** What whoever is at the other end is told. */
export const vigilEnds: Record<VigilEnd, string> = {
  session_over: 'You are signed out, or may not be here any more.',
  token_expired: 'The access token has expired.',
  unanswered: 'Whether you may still be here cannot be checked right now.',
};

/** Under `strict` nothing passes unasked; what is silent is closed within this. */
const STRICT_BOUND_SECONDS = 5;

/** What a connection of an admitted caller is held to. @param check whether the caller would be admitted now */
export function vigilOf(
  caller: IdentifiedCaller,
  route: Route,
  check: () => boolean | Promise<boolean>,
): Vigil {
  const endsAt = caller.kind === 'session' ? undefined : caller.expiresAt * 1000;
  const age = askedWithin(caller, route);
  const perMessage = age === 0;
  return { check, boundSeconds: perMessage ? STRICT_BOUND_SECONDS : age, perMessage, endsAt };
}

/** How long before the bound the next answer is asked for, at most: it must be there in time. */
const LEAD_SECONDS = 5;
const MAXIMUM_TIMER_MILLISECONDS = 2 ** 31 - 1;

/** Asks once. @returns why the connection may not go on, or undefined */
export async function whyOver(vigil: Vigil, patienceMilliseconds: number): Promise<VigilEnd | undefined> {
  try {
    const passes = await inTime(Promise.resolve(vigil.check()), patienceMilliseconds);
    if (passes === undefined) return 'unanswered';
    return passes ? undefined : 'session_over';
  } catch {
    return 'unanswered';
  }
}

/**
 * Watches until the caller may not be there any more, and calls `end` then, once: no later than `boundSeconds` after
 * the session is over, and when the token expires. An answer that does not come in time ends it too.
 * @returns stops watching
 */
export function keepVigil(vigil: Vigil, end: (why: VigilEnd) => void): () => void {
  const { boundSeconds, endsAt } = vigil;
  let asking: number | null = null;
  let expiring: number | null = null;
  let over = false;
  const stop = () => {
    over = true;
    clearTimeout(asking);
    clearTimeout(expiring);
  };
  const finish = (why: VigilEnd) => {
    if (over) return;
    stop();
    end(why);
  };
  if (endsAt !== undefined) {
    // A longer wait would be none at all.
    const left = Math.min(endsAt - Date.now(), MAXIMUM_TIMER_MILLISECONDS);
    expiring = setTimeout(() => finish('token_expired'), left);
  }
  if (boundSeconds !== undefined) {
    const lead = Math.min(boundSeconds / 2, LEAD_SECONDS);
    const ask = async () => {
      const askedAt = Date.now();
      const why = await whyOver(vigil, lead * 1000);
      // From this question to the end of the next one's patience it is `boundSeconds`, however late the answer was: the
      // session may have ended right after it was asked about.
      const next = askedAt + (boundSeconds - lead) * 1000;
      if (why) finish(why);
      else if (!over) asking = setTimeout(ask, Math.max(next - Date.now(), 0));
    };
    // At once: the answer that let the caller in may be as old as the route allows, and the origin took its time.
    void ask();
  }
  return stop;
}
