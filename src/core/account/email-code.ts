/** Digits of a code that is mailed. With five tries, one in 20 million guesses is right. */
export const EMAIL_CODE_DIGITS = 8;
/** Characters of one as people type it, with what they put between the digits. */
export const MAXIMUM_TYPED_EMAIL_CODE_LENGTH = 32;

/** The code in what somebody typed or pasted, or undefined. */
export function typedEmailCode(text: string): string | undefined {
  if (text.length > MAXIMUM_TYPED_EMAIL_CODE_LENGTH) return undefined;
  // Digits of other scripts are what some keyboards type.
  const digits = text.normalize('NFKC').replace(/[\s\p{Pd}\p{Cf}]/gu, '');
  return /^[0-9]{8}$/.test(digits) ? digits : undefined;
}

/** In two halves, as it is easier to read. */
export const shownEmailCode = (code: string): string => `${code.slice(0, 4)} ${code.slice(4)}`;
