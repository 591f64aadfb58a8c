import { normalEmail } from '../account/email.ts';

/** What a provider says of somebody, as far as a new account is filled in with it. */
export interface FederatedPerson {
  /** In its normal form. */
  email?: string | undefined;
  /** Only where the provider says so and keeps the mailbox itself. */
  emailVerified: boolean;
  name?: string | undefined;
}

type Claims = Readonly<Record<string, unknown>>;

export interface EmailAuthority {
  emailDomains: readonly string[];
  hostedDomainClaim?: string | undefined;
}

const MAXIMUM_NAME = 100;

/** A name as our own form would have it; undefined where there is none. */
export function shownName(text: unknown): string | undefined {
  if (typeof text !== 'string') return undefined;
  const name = text
    .replace(/[\s\p{C}]+/gu, ' ')
    .trim()
    .slice(0, MAXIMUM_NAME)
    // Half a surrogate pair is no character.
    .replace(/[\uD800-\uDBFF]$/, '')
    .trim();
  return name === '' ? undefined : name;
}

/**
 * Whether a provider's "verified" says that the mailbox is the person's now. It can only where the provider keeps the
 * mailbox: elsewhere the domain, or the mailbox, may have another owner since, or the provider takes anybody's word for it.
 */
function isAuthoritative(email: string, claims: Claims, authority: EmailAuthority): boolean {
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (authority.emailDomains.includes(domain)) return true;
  const hosted = authority.hostedDomainClaim === undefined ? undefined : claims[authority.hostedDomainClaim];
  return typeof hosted === 'string' && hosted.toLowerCase() === domain;
}

/** Reads the claims of a person. @param userInfo what UserInfo says, which is newer than the ID token */
export function federatedPerson(
  idClaims: Claims,
  userInfo: Claims,
  authority: EmailAuthority,
): FederatedPerson {
  // An address and whether it is verified belong together, whoever says them.
  const { email: text, email_verified: verified } = typeof userInfo.email === 'string' ? userInfo : idClaims;
  const email = typeof text === 'string' ? normalEmail(text) : undefined;
  const given = [userInfo, idClaims].map(
    ({ name, given_name, family_name }) =>
      shownName(name) ?? shownName([given_name, family_name].filter(Boolean).join(' ')),
  );
  return {
    email,
    // Apple writes it as a text.
    emailVerified:
      email !== undefined &&
      (verified === true || verified === 'true') &&
      isAuthoritative(email, { ...idClaims, ...userInfo }, authority),
    name: given.find((name) => name !== undefined),
  };
}
