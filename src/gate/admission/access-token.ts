import { decodeJwt } from 'jose';
import type { OtherIssuer, Route } from '../../config/schema.ts';
import { looksLikeOurs } from '../../crypto/token-form.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { AccessTokens } from '../../grants/access-tokens.ts';
import { tokenPolicy } from '../../grants/resource.ts';
import { type Claims, claimsFault } from '../../verify/claims.ts';
import { memory } from '../../verify/memory.ts';
import { type Refusal, refuse } from '../../verify/refusal.ts';
import { tokenReader } from '../../verify/verifier.ts';
import type { ProviderAccessTokens, ProviderToken } from '../identity/identity.ts';

/** A token that is good at a route, but for what it is bound to. */
export interface ReadToken {
  ok: true;
  /** The same object each time that the same token comes. */
  claims: Readonly<Claims>;
  /** What the configuration calls its issuer; undefined for ours, and for the provider of a gate alone. */
  issuerName: string | undefined;
  /** Of a token of that provider's. */
  ofProvider?: Pick<ProviderToken, 'key' | 'isOfClient'>;
}

type TokenDependencies = Pick<Dependencies, 'config' | 'keys' | 'issuerKeys'> & {
  accessTokens: Pick<AccessTokens, 'read'>;
  /** Those of the provider of a gate alone, which has none of its own. */
  providerTokens?: Pick<ProviderAccessTokens, 'read'> | undefined;
};

const ACCESS_TOKEN_TYPE = 'at+jwt';
/** Of tokens whose seal or issuer has been found out. */
const MAXIMUM_REMEMBERED = 1000;

/** Any of ours is longer, by its signature alone: nobody makes us look into thousands of short words. */
const SHORTEST_JWT = 100;

/** Who is said to have issued a token. Nothing of it is verified. */
function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

/** Whether an Authorization header holds a token of ours, valid or not: such a one is no business of an origin's. */
export const isOurToken = (authorization: string, issuer: string): boolean =>
  // Wherever it stands: an origin may read a header that we cannot.
  authorization
    .split(/[\s,;="]+/)
    .some((part) => looksLikeOurs(part) || (part.length > SHORTEST_JWT && claimedIssuer(part) === issuer));

/**
 * Makes a function that reads a token for a route: as one of ours, JWT or opaque, or of another issuer that the route
 * takes. Whoever uses it must check what the token is bound to. It throws when that cannot be found out.
 */
export function createTokenReading({
  config,
  keys,
  issuerKeys,
  accessTokens,
  providerTokens,
}: TokenDependencies) {
  const ours = (audience: string) =>
    tokenReader({
      issuer: config.issuer,
      audience,
      typ: ACCESS_TOKEN_TYPE,
      algorithms: [tokenPolicy(config, [audience], 0).accessTokenSigningAlg],
      keys: (kid) => keys.jwks(kid),
      // Issuer and gate share a clock: `exp` means what it says.
      clockToleranceSeconds: 0,
    });
  const others = ({ jwksUri, audience, ...other }: OtherIssuer, resource: string) =>
    tokenReader({
      ...other,
      audience: audience ?? resource,
      keys: issuerKeys({ issuer: other.issuer, jwksUri }),
    });

  const readers = new Map<string, ReturnType<typeof ours>>();
  const issuerOf = memory<string>(MAXIMUM_REMEMBERED);

  /** Of a gate alone the provider's opaque ones as well: only asking tells what they are. */
  async function readSigned(token: string, { issuers, resource }: Route): Promise<ReadToken | Refusal> {
    // The token chooses among those that the route names, and is then held to the one it chose.
    const claimed = issuers.length > 0 ? (issuerOf.get(token) ?? claimedIssuer(token)) : undefined;
    const issuerName = issuers.find((name) => config.issuers[name]?.issuer === claimed);
    const other = issuerName === undefined ? undefined : config.issuers[issuerName];
    if (!other && providerTokens) {
      const provided = await providerTokens.read(token, resource);
      return provided.ok ? { ...provided, issuerName: undefined, ofProvider: provided } : provided;
    }
    // No issuer's name is empty (src/config/schema.ts).
    const key = issuerName === undefined ? resource : `${issuerName} ${resource}`;
    const read = readers.get(key) ?? (other ? others(other, resource) : ours(resource));
    readers.set(key, read);
    const answer = await read(token);
    if (!answer.ok) return answer;
    if (claimed !== undefined) issuerOf.set(token, claimed);
    return { ok: true, claims: answer.claims, issuerName };
  }

  const opened = memory<Claims>(MAXIMUM_REMEMBERED);
  const unreadable: Refusal = {
    ...refuse('malformed'),
    description: 'the token is no access token of ours, or has expired',
  };

  async function readOpaque(token: string, { resource }: Route): Promise<ReadToken | Refusal> {
    const known = opened.get(token);
    const claims = known ?? (await accessTokens.read(token));
    if (!claims) return unreadable;
    if (!known) opened.set(token, claims);
    const rules = {
      typ: ACCESS_TOKEN_TYPE,
      issuer: config.issuer,
      audience: [resource],
      toleranceSeconds: 0,
    };
    const fault = claimsFault(ACCESS_TOKEN_TYPE, claims, rules, Math.floor(Date.now() / 1000));
    return fault ? refuse(fault) : { ok: true, claims, issuerName: undefined };
  }

  return (token: string, route: Route): Promise<ReadToken | Refusal> =>
    looksLikeOurs(token) && !providerTokens ? readOpaque(token, route) : readSigned(token, route);
}
