import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { isKnownDoor, type Proven } from '../middleware/session.ts';
import type { ResetQuestion } from '../user/types.ts';
import { readEmailStep } from './email-step.ts';
import { keepProven } from './proven.ts';
import { secondFactorDemand } from './second-factor.ts';

/** The `flow` of somebody who sets a new password: it ends there, and not in a session. */
export const RESET_FLOW = 'reset';

/** What the object is asked: for the code that this browser asked for, and what was proved since. */
export async function resetQuestion(
  c: Context,
  dependencies: Dependencies,
  { userId, amr }: Proven,
): Promise<ResetQuestion | undefined> {
  const { config } = dependencies;
  const step = await readEmailStep(c, dependencies);
  if (step?.purpose !== 'reset' || step.userId !== userId) return undefined;
  const { rule } = secondFactorDemand(config, undefined);
  return {
    codeId: step.codeId,
    known: isKnownDoor(step.door),
    amr,
    secondFactor: { rule, groups: config.secondFactor.groups },
  };
}

/** On to the new password, or to the second factor before it. */
export async function proceedToReset(
  c: Context,
  dependencies: Dependencies,
  proven: Proven,
): Promise<Response> {
  const question = await resetQuestion(c, dependencies, proven);
  const answer = question && (await dependencies.users.resetStep(proven.userId, question));
  if (!answer || answer.kind === 'over') return c.redirect('/reset', 303);
  await keepProven(c, dependencies, proven, RESET_FLOW);
  const page = answer.kind === 'ready' ? '/reset/password' : `/signin/second-factor?flow=${RESET_FLOW}`;
  return c.redirect(page, 303);
}
