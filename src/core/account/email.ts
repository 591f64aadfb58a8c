import { normalDomain } from './domain.ts';

/** One plain address: no lists, no comments, no quotes, no display name, no look-alike @. */
const form =
  /^[^\s@<>()[\]\\,;:"\p{C}＠﹫]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?$/u;

/** The part behind the @ of an address in its normal form. */
export const domainOfEmail = (email: string): string => email.slice(email.lastIndexOf('@') + 1);

/** RFC 5321 §4.5.3.1.3, less the angle brackets. */
const MAXIMUM_LENGTH = 254;

/**
 * The form in which email addresses are compared: trimmed, NFC, lower case, the domain in Unicode. Undefined for what is no
 * address, and for a domain that could be taken for another.
 * NFC and not NFKC: a compatibility form would make two different mailboxes one account.
 */
export function normalEmail(text: string): string | undefined {
  const typed = text.trim().normalize('NFC').toLowerCase();
  if (typed.length > MAXIMUM_LENGTH || !form.test(typed)) return undefined;
  const at = typed.lastIndexOf('@');
  const domain = normalDomain(typed.slice(at + 1));
  const email = domain === undefined ? '' : `${typed.slice(0, at)}@${domain}`;
  return form.test(email) ? email : undefined;
}
