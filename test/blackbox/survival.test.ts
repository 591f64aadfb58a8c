import { test } from 'vitest';
import { accounts } from './accounts.ts';
import { families } from './families.ts';
import { ROUND_MILLISECONDS, ROUNDS, survive } from './rounds.ts';

// The process is killed with SIGKILL in the middle of a load and started again on the same storage. Whatever was
// acknowledged before is still true. PORTCULLIS_SURVIVAL_ROUNDS says how often, PORTCULLIS_SEED repeats the moments.

const timeout = 60_000 + ROUNDS * ROUND_MILLISECONDS;

test('acknowledged refreshes and revocations survive, and the keys', { timeout }, () => survive(families()));

test('acknowledged sign-ups, sign-ins and sign-outs survive', { timeout }, () => survive(accounts()));
