import { plainPassword, repeatedPart } from '../core/account/password-rules.ts';
import { sha256 } from '../crypto/bytes.ts';
import { decodeList, includes, placeOf } from './list-form.ts';

let decoded: Promise<{ places: Uint32Array; count: number }> | undefined;

/** The list, 45 KB (35 when compressed), decoded when the first password is chosen in an isolate. */
function commonList(): Promise<{ places: Uint32Array; count: number }> {
  decoded ??= import('./common-list.ts').then(({ count, list }) => ({
    count,
    places: decodeList(
      Uint8Array.from(atob(list), (character) => character.charCodeAt(0)),
      count,
    ),
  }));
  return decoded;
}

/**
 * Whether a password is one of the most common ones, also in capitals, repeated, or with figures and signs put after it:
 * those are the first variations that are guessed.
 */
export async function isCommonPassword(password: string): Promise<boolean> {
  const { places, count } = await commonList();
  const plain = plainPassword(password);
  const forms = new Set([plain, repeatedPart(plain), plain.replace(/[^\p{L}]+$/u, '')]);
  for (const form of forms) {
    const head = new DataView((await sha256(form)).buffer).getUint32(0);
    if (includes(places, placeOf(head, count))) return true;
  }
  return false;
}
