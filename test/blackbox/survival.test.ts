import { test } from 'vitest';
import { accounts } from './accounts.ts';
import { families } from './families.ts';
import { ROUND_MILLISECONDS, roundsOr, survive } from './rounds.ts';

// The process is killed with SIGKILL in the middle of a load and started again on the same storage. Whatever was
// acknowledged before is still true. PORTCULLIS_SURVIVAL_ROUNDS says how often, PORTCULLIS_SEED repeats the moments.

test.each([
  { what: 'refreshes and revocations survive, and the keys', work: families, rounds: roundsOr(50) },
  { what: 'sign-ups, sign-ins and sign-outs survive', work: accounts, rounds: roundsOr(5) },
])('acknowledged $what', { timeout: 60_000 + roundsOr(50) * ROUND_MILLISECONDS }, ({ work, rounds }) =>
  survive(work(rounds), rounds),
);
