// What makes a password easy to guess, by itself. NIST SP 800-63B-4 §3.1.1.2: long enough, not a common one, not made of what
// is known of the service and the person; no rules on which characters there must be.

/** No password is longer, and none is ever cut. Characters as people count them, and UTF-16 units as forms count them. */
export const LONGEST_PASSWORD = 256;

export interface PasswordContext {
  /** In characters. */
  minimumLength: number;
  /** The name of the service, the person's name and address: the first things that are guessed. */
  words: readonly string[];
}

export type PasswordFault = 'too_short' | 'too_long' | 'pattern' | 'context';

/** The form in which passwords are compared with what is known: as hashed, in small letters. */
export const plainPassword = (password: string): string => password.normalize('NFC').toLowerCase();

/** What is wrong with a password, or undefined. Whether it is a common one, a list has to say. */
export function passwordFault(
  password: string,
  { minimumLength, words }: PasswordContext,
): PasswordFault | undefined {
  const characters = [...password.normalize('NFC')];
  // Counted in characters as people see them, not in UTF-16 units.
  if (characters.length < minimumLength) return 'too_short';
  if (characters.length > LONGEST_PASSWORD || password.length > LONGEST_PASSWORD) return 'too_long';
  const plain = plainPassword(password);
  if (isPattern([...plain])) return 'pattern';
  return isOfContext(plain, words) ? 'context' : undefined;
}

/** Of a text that repeats itself to its end, what it repeats; else the text. */
export function repeatedPart(text: string): string {
  const characters = [...text];
  for (let length = 1; length <= characters.length / 2; length += 1) {
    if (characters.every((character, index) => character === characters[index % length]))
      return characters.slice(0, length).join('');
  }
  return text;
}

const SHORT_PART = 4;
const rows = ['1234567890', 'qwertyuiop', 'qwertzuiop', 'azertyuiop', 'asdfghjkl', 'zxcvbnm', 'yxcvbnm'];

function isPattern(characters: readonly string[]): boolean {
  if ([...repeatedPart(characters.join(''))].length <= Math.min(SHORT_PART, characters.length / 2))
    return true;
  // `abcdefgh`, `87654321`, `qwertyuiop`, or two of them: a handful of runs is all there is to guess.
  let runs = 1;
  let step: number | undefined;
  for (let index = 1; index < characters.length; index += 1) {
    const next = stepBetween(characters[index - 1] ?? '', characters[index] ?? '');
    if (next === undefined || (step !== undefined && next !== step)) {
      runs += 1;
      step = undefined;
    } else {
      step = next;
    }
  }
  return runs <= characters.length / 5;
}

/** 0 for the same character, 1 or -1 for neighbours in the alphabet or on a keyboard. */
function stepBetween(one: string, other: string): number | undefined {
  const distance = (other.codePointAt(0) ?? 0) - (one.codePointAt(0) ?? 0);
  if (Math.abs(distance) <= 1) return distance;
  for (const row of rows) {
    const [from, to] = [row.indexOf(one), row.indexOf(other)];
    if (from >= 0 && to >= 0 && Math.abs(to - from) === 1) return to - from;
  }
  return undefined;
}

/** A shorter word may well stand in a good password by chance. */
const SHORTEST_WORD = 4;
/** Characters that must be left once what everybody knows is taken away. */
const LEFT = 8;

function isOfContext(plain: string, words: readonly string[]): boolean {
  let rest = plain;
  const known = words
    .flatMap((word) => [word, ...word.split(/[^\p{L}\p{N}]+/u)])
    .map(plainPassword)
    .filter((word) => [...word].length >= SHORTEST_WORD)
    .sort((one, other) => other.length - one.length);
  for (const word of known) rest = rest.split(word).join(' ');
  return rest !== plain && rest.replace(/[^\p{L}\p{N}]/gu, '').length < LEFT;
}
