/** OpenID Connect Core §2: 255 characters. What JSON has to escape counts as it is written, for the cookie's sake. */
const MAXIMUM_SUBJECT = 255;

/** Whether a provider's name for a person is one (OpenID Connect Core §2: ASCII, never reassigned). */
export const isSubject = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^[\x20-\x7e]+$/.test(value) &&
  JSON.stringify(value).length <= MAXIMUM_SUBJECT + 2;
