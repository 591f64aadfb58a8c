import * as v from 'valibot';
import type { Environment } from '../environment.ts';

/**
 * What somebody may do instead of waiting, where sign-ins from their address look like an attack. Default `off`: they wait,
 * which costs an attacker more than any puzzle that an old telephone can solve.
 */
export const challenge = v.optional(
  v.variant('kind', [
    v.strictObject({ kind: v.literal('off') }),
    /** The browser computes for some seconds. Nothing of it leaves for anywhere else. */
    v.strictObject({
      kind: v.literal('proof-of-work'),
      /** Bits: each more doubles the work. Default 16, some 65,000 hashes, one to five seconds. */
      difficulty: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(22)), 16),
    }),
    /** Cloudflare's. Its script runs on that one page; its secret is PORTCULLIS_TURNSTILE_SECRET. */
    v.strictObject({ kind: v.literal('turnstile'), siteKey: v.pipe(v.string(), v.nonEmpty()) }),
  ]),
  { kind: 'off' },
);

/** What is not there that `challenge` needs. */
export const challengeFault = (
  { challenge: { kind } }: { challenge: v.InferOutput<typeof challenge> },
  { PORTCULLIS_TURNSTILE_SECRET }: Pick<Environment, 'PORTCULLIS_TURNSTILE_SECRET'>,
): string | undefined =>
  kind === 'turnstile' && !PORTCULLIS_TURNSTILE_SECRET
    ? 'PORTCULLIS_TURNSTILE_SECRET: is not set, and challenge needs it; `wrangler secret put PORTCULLIS_TURNSTILE_SECRET`, or write it into .dev.vars'
    : undefined;
