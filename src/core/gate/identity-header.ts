/** The claims of an assertion that can stand in a plain header. */
export const plainClaims = [
  'sub',
  'sid',
  'email',
  'email_verified',
  'name',
  'groups',
  'auth_time',
  'acr',
  'amr',
  'client_id',
  'scope',
] as const;

/** Servers refuse headers much longer than this; half a list of groups would be another list. */
const MAXIMUM_LENGTH = 4096;

/** What a header cannot carry as it is, and the percent sign, so that whoever decodes gets back what was encoded. */
const unsafe = /[^\x20-\x7e]|%/gu;
/** In a list a comma separates. Spaces at the ends would be lost on the way. */
const unsafeInList = /[^\x20-\x7e]|[%,]/gu;

const encoded = (text: string, characters: RegExp): string =>
  text
    // A lone half of a surrogate pair has no UTF-8.
    .toWellFormed()
    .replace(characters, encodeURIComponent)
    .replace(/^ | $/g, '%20');

/**
 * A claim as the value of a header: what is not printable ASCII, and `%`, percent-encoded as UTF-8; a list joined by
 * commas, those inside its members encoded. Undefined for what is absent, empty or too long: then there is no header.
 */
export function identityHeaderValue(claim: unknown): string | undefined {
  const text = Array.isArray(claim)
    ? claim.map((one) => encoded(String(one), unsafeInList)).join(',')
    : ['string', 'number', 'boolean'].includes(typeof claim)
      ? encoded(String(claim), unsafe)
      : '';
  return text === '' || text.length > MAXIMUM_LENGTH ? undefined : text;
}
