import { boundedBytes } from '../http/bounded.ts';

const ADDRESS = 'https://api.pwnedpasswords.com/range/';
const TIMEOUT_MILLISECONDS = 2_000;
/** A padded answer has about a thousand lines of 40 bytes. */
const MAXIMUM_BYTES = 256 * 1024;
const PREFIX = 5;

/**
 * Whether a password is in Have I Been Pwned's collection of breached ones, by its range API: only the first five of the 40
 * figures of its SHA-1 leave, and the answer is padded, so that neither its content nor its length tells which it is about.
 * @returns undefined when there was no answer in time
 */
export async function isBreachedPassword(password: string): Promise<boolean | undefined> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(password.normalize('NFC')));
  const hash = [...new Uint8Array(digest)]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
    .toUpperCase();
  try {
    const response = await fetch(ADDRESS + hash.slice(0, PREFIX), {
      headers: { 'Add-Padding': 'true' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const text = new TextDecoder().decode(await boundedBytes(response.body, MAXIMUM_BYTES));
    const suffix = hash.slice(PREFIX);
    // Padding has the count 0.
    return text.split(/\r?\n/).some((line) => line.startsWith(`${suffix}:`) && Number(line.slice(36)) > 0);
  } catch {
    return undefined;
  }
}
