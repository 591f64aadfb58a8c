import { openSignedBy } from '../clients/signature.ts';
import type { Client } from '../config/schema.ts';
import type { Dependencies } from '../dependencies.ts';
import { isOfType } from '../verify/claims.ts';
import { asymmetric, jwsOpener, payloadOf, readObject } from '../verify/jws.ts';

/** RFC 7521 §4.2, RFC 7523 §2.2. */
export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** What may sign an assertion: whatever is asymmetric. A key that has `alg` is held to it. */
export const assertionAlgorithms = asymmetric;

const MAXIMUM_ID_LENGTH = 256;
/** An assertion must be remembered until it expires; and one that was lost should not be good for long. */
const MAXIMUM_LIFETIME_SECONDS = 60 * 60;
/** How far a client's clock may be ahead. FAPI 2.0 §5.3.2.1 asks for at least 10 and at most 60 seconds. */
const AHEAD_SECONDS = 30;

/** A request object or a DPoP proof of the same key is no assertion (RFC 8725 §3.11). */
const types = ['JWT', 'client-authentication+jwt'];

/** How many headers of clients' assertions are remembered with their keys. */
const open = jwsOpener(assertionAlgorithms, 500);

/** What an assertion says in `sub`: the client, until the signature shows that it lied. */
export function claimedClient(assertion: string): string | undefined {
  const sub = payloadOf(assertion)?.sub;
  return typeof sub === 'string' ? sub : undefined;
}

type Needed = Pick<Dependencies, 'issuerKeys'> & { replays: Pick<Dependencies['replays'], 'firstUse'> };

const isSeconds = (value: unknown): value is number => Number.isFinite(value);

/**
 * What is wrong with a client's assertion (RFC 7523 §3, OpenID Connect Core §9), or nothing. One that is right is used
 * up, in every isolate: one object call. Only who has the client's key gets to know more than `unsigned`.
 * @param audience the names that we go by.
 */
export async function assertionFault(
  dependencies: Needed,
  client: Client,
  assertion: string,
  audience: readonly string[],
): Promise<'unsigned' | string | undefined> {
  const opened = await openSignedBy(client, assertion, open, dependencies.issuerKeys);
  // Keys that cannot be had are the client's to mend, and nobody else's to learn of.
  const claims = opened.ok && readObject(opened.payload);
  if (!opened.ok || !claims) return 'unsigned';
  const { typ } = opened.header;
  const { iss, sub, aud, exp, iat, nbf, jti } = claims;
  if (typ !== undefined && !types.some((type) => isOfType(typ, type))) return 'typ is another than JWT';
  if (iss !== client.clientId || sub !== client.clientId) return 'iss and sub must be the client_id';
  // Every one of them, not one of them: else it could be meant for another server as well, which could use it here.
  const audiences: unknown[] = [aud].flat();
  if (audiences.length === 0 || !audiences.every((one) => typeof one === 'string' && audience.includes(one)))
    return 'aud must be the issuer, and nobody else';
  const now = Date.now() / 1000;
  if (!isSeconds(exp) || exp <= now || exp > now + MAXIMUM_LIFETIME_SECONDS)
    return `exp must be a time within the next ${MAXIMUM_LIFETIME_SECONDS} seconds`;
  for (const time of [iat, nbf]) {
    if (time !== undefined && !(isSeconds(time) && time <= now + AHEAD_SECONDS))
      return 'iat and nbf must be times in the past';
  }
  if (typeof jti !== 'string' || jti === '' || jti.length > MAXIMUM_ID_LENGTH)
    return `jti must be text of 1 to ${MAXIMUM_ID_LENGTH} characters`;
  // Last, so that only what is right takes up room.
  const isFirst = await dependencies.replays.firstUse(client.clientId, `client_assertion ${jti}`, exp * 1000);
  return isFirst ? undefined : 'jti was used before';
}
