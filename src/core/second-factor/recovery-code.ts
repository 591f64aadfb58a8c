import { base32, CROCKFORD } from '../base32.ts';

/** How many are made at once. */
export const RECOVERY_CODES = 10;
/** 80 bits: nobody guesses one, so they need no slow hash and no lock. */
export const RECOVERY_CODE_BYTES = 10;
/** More than anybody types, whatever they put between the letters. */
export const MAXIMUM_TYPED_RECOVERY_CODE_LENGTH = 64;

const LENGTH = (RECOVERY_CODE_BYTES * 8) / 5;
const GROUP = 4;
const form = new RegExp(`^[${CROCKFORD}]{${LENGTH}}$`);

/** @param random RECOVERY_CODE_BYTES random bytes. */
export const recoveryCodeOf = (random: Uint8Array): string => base32(random, CROCKFORD);

/** As people read it: four groups of four. */
export const shownRecoveryCode = (code: string): string =>
  Array.from({ length: LENGTH / GROUP }, (_, index) => code.slice(index * GROUP, (index + 1) * GROUP)).join(
    '-',
  );

/**
 * The recovery code that somebody typed, or undefined: in any case, with anything between the letters, and with the
 * letters that Crockford leaves out for looking like digits.
 */
export function normalRecoveryCode(typed: string): string | undefined {
  if (typed.length > MAXIMUM_TYPED_RECOVERY_CODE_LENGTH) return undefined;
  const code = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1');
  return form.test(code) ? code : undefined;
}
