import { base64url, sha256 } from '../crypto/bytes.ts';
import { boundedBytes } from '../http/bounded.ts';
import { report } from '../report.ts';
import type { Challenge } from './challenge.ts';

/** Where the widget's script and its frame come from. */
export const TURNSTILE_ORIGIN = 'https://challenges.cloudflare.com';
/** The one script that is not ours on any page, where an operator asks for it. */
export const TURNSTILE_SCRIPT = `${TURNSTILE_ORIGIN}/turnstile/v0/api.js`;
const TIMEOUT_MILLISECONDS = 5_000;
/** What Cloudflare says that a token has at most. */
const MAXIMUM_TOKEN_LENGTH = 2048;
const MAXIMUM_ANSWER_BYTES = 8 * 1024;

/** Asks Cloudflare whether it gave this token out for our site. It says yes once. */
async function isGenuine(secret: string, token: string): Promise<boolean> {
  const response = await fetch(`${TURNSTILE_ORIGIN}/turnstile/v0/siteverify`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ secret, response: token }),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  });
  const bytes = await boundedBytes(response.body, MAXIMUM_ANSWER_BYTES);
  const verdict: unknown = JSON.parse(new TextDecoder().decode(bytes));
  return typeof verdict === 'object' && verdict !== null && 'success' in verdict && verdict.success === true;
}

export const turnstile = (siteKey: string, secret: string): Challenge => ({
  ask: async () => ({ kind: 'turnstile', siteKey }),
  async judge(_caller, answer) {
    if (answer.length === 0 || answer.length > MAXIMUM_TOKEN_LENGTH) return undefined;
    try {
      if (!(await isGenuine(secret, answer))) return undefined;
    } catch (error) {
      // Without an answer nobody gets through sooner; waiting is still open to everybody.
      report('challenge.turnstile_unavailable', error);
      return undefined;
    }
    return { answerId: base64url.encode((await sha256(answer)).subarray(0, 16)) };
  },
});
