/** The longest input that may be a code of an authenticator app: with a space in the middle, as apps show it. */
export const MAXIMUM_TYPED_CODE_LENGTH = 16;

/** The six digits that somebody typed, or undefined. */
export function normalTotpCode(typed: string): string | undefined {
  if (typed.length > MAXIMUM_TYPED_CODE_LENGTH) return undefined;
  const code = typed.normalize('NFKC').replace(/[\s-]/g, '');
  return /^[0-9]{6}$/.test(code) ? code : undefined;
}
