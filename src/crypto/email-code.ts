import { EMAIL_CODE_DIGITS } from '../core/account/email-code.ts';
import { hmacSha256, randomBytes } from './bytes.ts';
import type { RootSecret, RootSecrets } from './root-secret.ts';

const CODES = 10 ** EMAIL_CODE_DIGITS;
/** The largest multiple of the number of codes that four bytes can hold: beyond it some codes would be likelier. */
const FAIR = Math.floor(2 ** 32 / CODES) * CODES;

/** A new code: eight digits, each as likely as the other. */
export function newEmailCode(): string {
  for (;;) {
    const number = new DataView(randomBytes(4).buffer).getUint32(0);
    if (number < FAIR) return String(number % CODES).padStart(EMAIL_CODE_DIGITS, '0');
  }
}

const hashWith = async (secret: RootSecret, userId: string, codeId: string, code: string) =>
  hmacSha256(await secret.hmacKey('email-code'), new TextEncoder().encode(`${userId}.${codeId}.${code}`));

/** What is stored of a code: worth nothing without the root secret, however few codes there are. */
export const hashEmailCode = (
  { current }: RootSecrets,
  userId: string,
  codeId: string,
  code: string,
): Promise<Uint8Array<ArrayBuffer>> => hashWith(current, userId, codeId, code);

/** The hashes that a code may have been stored with, one for each secret that is still read. */
export const emailCodeHashes = (
  { all }: RootSecrets,
  userId: string,
  codeId: string,
  code: string,
): Promise<Uint8Array<ArrayBuffer>[]> =>
  Promise.all(all.map((secret) => hashWith(secret, userId, codeId, code)));
