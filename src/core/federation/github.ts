import type { Identity } from './id-token.ts';
import { type EmailAuthority, type FederatedPerson, federatedPerson } from './person.ts';

// GitHub has no ID token: who signed in is whoever its API says the access token is of.

/** The issuer of GitHub's people in an identity. */
export const GITHUB_ISSUER = 'https://github.com';

const recordOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};

/**
 * Reads `GET /user`; undefined where it names nobody. The name of the identity is the number: a login can be changed, and
 * taken by somebody else afterwards.
 */
export function githubIdentity(user: unknown): Identity | undefined {
  const { id } = recordOf(user);
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0
    ? { issuer: GITHUB_ISSUER, subject: String(id) }
    : undefined;
}

/** Reads `GET /user` and `GET /user/emails`: of the addresses only the primary one counts, and only if it was verified. */
export function githubPerson(user: unknown, emails: unknown, authority: EmailAuthority): FederatedPerson {
  const { name, login } = recordOf(user);
  const primary = (Array.isArray(emails) ? emails : [])
    .map(recordOf)
    .find((one) => one.primary === true && one.verified === true);
  return federatedPerson({ email: primary?.email, email_verified: true, name: name ?? login }, {}, authority);
}
