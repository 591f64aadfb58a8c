import type { Identity } from '../core/federation/id-token.ts';
import { base64url, sha256 } from './bytes.ts';

/**
 * What the object of an email address is called. It depends on no key: it must be found again after every secret has been
 * replaced. @param email in its normal form, see core/account/email.ts
 */
export const emailIdentifierName = async (email: string): Promise<string> =>
  `email:${base64url.encode(await sha256(email))}`;

/** The same of who somebody is at a provider. As JSON: no issuer can end where a subject begins. */
export const identityName = async ({ issuer, subject }: Identity): Promise<string> =>
  `identity:${base64url.encode(await sha256(JSON.stringify([issuer, subject])))}`;
