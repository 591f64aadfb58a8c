type Claims = Readonly<Record<string, unknown>>;

/** A grant without a person, as Auth0 and Microsoft Entra mark it. */
const marksClient = ({ gty, idtyp }: Claims): boolean => gty === 'client-credentials' || idtyp === 'app';

/**
 * Only a sign-in has one of these. Not `acr`: Keycloak writes it into the tokens of its service accounts as well.
 */
const tellsOfSignIn = ({ sid, auth_time, amr, scope }: Claims): boolean =>
  (typeof sid === 'string' && sid !== '') ||
  typeof auth_time === 'number' ||
  (Array.isArray(amr) && amr.length > 0) ||
  (typeof scope === 'string' && scope.split(' ').includes('openid'));

/** The client that another issuer's token was issued to: RFC 9068 §2.2, or as many write it. */
export const clientIdIn = ({ client_id, azp }: Claims): string | undefined =>
  typeof client_id === 'string' ? client_id : typeof azp === 'string' ? azp : undefined;

/**
 * Whether a token that is not ours stands for a person. RFC 9068 §2.2 has a client that speaks for itself as its own
 * subject, but many issuers call it something else there: without a word of a sign-in nobody says that it is a person.
 * @param trusted the operator says that all of this issuer's tokens stand for people
 */
export function standsForPerson(claims: Claims, trusted: boolean): boolean {
  const { sub, client_id, azp } = claims;
  if (sub === client_id || sub === azp || marksClient(claims)) return false;
  return trusted || tellsOfSignIn(claims);
}
