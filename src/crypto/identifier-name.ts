import { base64url, sha256 } from './bytes.ts';

/**
 * What the object of an email address is called. It depends on no key: it must be found again after every secret has been
 * replaced. @param email in its normal form, see core/account/email.ts
 */
export const emailIdentifierName = async (email: string): Promise<string> =>
  `email:${base64url.encode(await sha256(email))}`;
