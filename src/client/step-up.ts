import type { PageOptions, StepUpChallenge } from './auth.ts';
import { timer } from './clock.ts';

/** A challenge that was just answered and comes again is not answered by going round once more, in milliseconds. */
const shortestRound = 60_000;

/**
 * Answers challenges to step up by leaving for a sign-in.
 * @param leave begins the sign-in that is asked for.
 */
export function createStepUp(
  onStepUp: PageOptions['onStepUp'],
  leave: (to: StepUpChallenge) => Promise<never>,
) {
  let answered = '';
  let lapsed = timer(0);
  const keyOf = ({ acrValues, maxAge }: StepUpChallenge) => `${acrValues} ${maxAge}`;

  return {
    /** A sign-in came back that had been asked for. A strong one stays so; a recent one does not stay recent. */
    done(challenge: StepUpChallenge): void {
      answered = keyOf(challenge);
      const { maxAge = Number.POSITIVE_INFINITY } = challenge;
      lapsed = timer(Math.max(maxAge * 1000, shortestRound));
    },

    /** @returns the response where the page stays; otherwise it is about to leave, and nothing is returned any more. */
    async meet(challenge: StepUpChallenge, response: Response): Promise<Response> {
      const inVain = keyOf(challenge) === answered && !lapsed();
      if (inVain || (await onStepUp?.(challenge)) === false) return response;
      return leave(challenge);
    },
  };
}
