import type { EndCause } from './types.ts';

const suspicious: ReadonlySet<EndCause> = new Set<EndCause>([
  'reuse',
  'code_reuse',
  'token_mismatch',
  'suspicious',
]);

/** Whether somebody else may have had a hand in it. The words for each cause are `texts.endCauses`. */
export const isSuspicious = (cause: EndCause): boolean => suspicious.has(cause);
