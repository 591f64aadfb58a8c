import { claimNames, personalClaims, personalScopes } from '../account/claims.ts';

/** What a client asks a person for: as an authorization request has it, and its code. */
export interface Asked {
  scope: readonly string[];
  /** Resource indicators (RFC 8707). */
  resource: readonly string[];
  /** Claims asked for one by one (OpenID Connect Core §5.5). */
  claims?: { idToken: readonly string[]; userinfo: readonly string[] } | undefined;
}

/**
 * What a person agreed to, or what they have not agreed to yet. A scope counts for the resource that it was asked for
 * at, since the same word may open more elsewhere; the person's own data have the resource ''.
 */
export interface Agreement {
  scopes: { resource: string; scope: string[] }[];
  claims: string[];
}

const asAgreement = ({ scope, resource, claims }: Asked): Agreement => {
  const own = scope.filter((token) => personalScopes.has(token));
  const rest = scope.filter((token) => !personalScopes.has(token));
  const elsewhere = resource.map((uri) => ({ resource: uri, scope: rest }));
  const here = elsewhere.length > 0 ? own : [...own, ...rest];
  const brought = new Set(claimNames(scope));
  const named = [...new Set([...(claims?.idToken ?? []), ...(claims?.userinfo ?? [])])];
  return {
    scopes: [...(here.length > 0 ? [{ resource: '', scope: here }] : []), ...elsewhere],
    claims: named.filter((name) => personalClaims.includes(name) && !brought.has(name)),
  };
};

const scopeAt = (agreement: Agreement | undefined, resource: string): string[] | undefined =>
  agreement?.scopes.find((entry) => entry.resource === resource)?.scope;

/** What of a request its person has not agreed to before; undefined when that is nothing. */
export function newlyAsked(asked: Asked, agreed: Agreement | undefined): Agreement | undefined {
  const wanted = asAgreement(asked);
  const scopes = wanted.scopes.flatMap(({ resource, scope }) => {
    const before = scopeAt(agreed, resource);
    const added = scope.filter((token) => !before?.includes(token));
    // A resource that no scope is asked for at is something new as well: the client is let in there.
    return added.length > 0 || !before ? [{ resource, scope: added }] : [];
  });
  const brought = claimNames(scopeAt(agreed, '') ?? []);
  const known = new Set([...brought, ...(agreed?.claims ?? [])]);
  const claims = wanted.claims.filter((name) => !known.has(name));
  return scopes.length > 0 || claims.length > 0 ? { scopes, claims } : undefined;
}

/** What a person has agreed to once they agree to a request as well. */
export function agreedTo(asked: Asked, agreed: Agreement | undefined): Agreement {
  const wanted = asAgreement(asked);
  const resources = new Set([...(agreed?.scopes ?? []), ...wanted.scopes].map(({ resource }) => resource));
  return {
    scopes: [...resources].map((resource) => ({
      resource,
      scope: [...new Set([...(scopeAt(agreed, resource) ?? []), ...(scopeAt(wanted, resource) ?? [])])],
    })),
    claims: [...new Set([...(agreed?.claims ?? []), ...wanted.claims])],
  };
}

/** Whether a client may see the person's email by what they agreed to. */
export const seesEmail = (agreed: Agreement | undefined): boolean =>
  scopeAt(agreed, '')?.includes('email') === true || agreed?.claims.includes('email') === true;

/**
 * Whether the person is asked: not at all, for what is new to them, or every time.
 * @param request its `prompt` values, and the redirect URI that was found to be registered.
 */
export function consentRule(
  client: { firstParty: boolean; tokenEndpointAuthMethod: string },
  request: { prompt: readonly string[]; redirectUri: string },
): 'never' | 'when_new' | 'always' {
  // OpenID Connect Core §3.1.2.1: prompt consent is for asking, whatever is remembered.
  if (request.prompt.includes('consent')) return 'always';
  if (client.firstParty) return 'never';
  // Any program on the device can take the name of a public client that is no website, and listen where it listens: only
  // the person can tell (RFC 6749 §10.2, RFC 8252 §8.6).
  const known = client.tokenEndpointAuthMethod !== 'none' || /^https:/i.test(request.redirectUri);
  return known ? 'when_new' : 'always';
}
