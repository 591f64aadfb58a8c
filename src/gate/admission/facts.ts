import { personalClaims } from '../../core/account/claims.ts';
import type { Facts } from '../../core/gate/decision.ts';
import { acrsMet } from '../../core/oauth/acr.ts';
import type { KnownSession } from '../identity/identity.ts';
import type { ForeignCaller, IdentifiedCaller } from './caller.ts';

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** What a session says of its person, by the names of claims. */
export const personClaims = ({ profile }: KnownSession) => ({
  ...profile.claims,
  groups: profile.groups,
  sub: profile.userId,
  name: profile.name,
  email: profile.email,
  email_verified: profile.emailVerified,
});

/** What a token says that is about the token. What it said of the person may not be so any more. */
const tokenClaims = (claims: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !personalClaims.includes(name)));

const isPerson = (caller: IdentifiedCaller): boolean =>
  caller.kind === 'foreign' ? caller.isPerson : caller.kind !== 'client';

/** Of another issuer: whatever names it gives out, with its own before them. */
const nameOf = ({ issuerName }: ForeignCaller, name: string): string => `${issuerName}:${name}`;

/** What another issuer's token says. An email is somebody's only as far as one trusts the issuer for its domain. */
function foreignClaims(caller: ForeignCaller): Facts['claims'] {
  const { email: _, email_verified: __, azp: ___, ...claims } = caller.claims;
  const { clientId } = caller;
  return {
    ...claims,
    sub: nameOf(caller, caller.subject),
    ...(clientId !== undefined && { client_id: nameOf(caller, clientId) }),
  };
}

function clientIdOf(caller: Exclude<IdentifiedCaller, { kind: 'session' }>): string | undefined {
  const { clientId } = caller;
  return clientId !== undefined && caller.kind === 'foreign' ? nameOf(caller, clientId) : clientId;
}

/**
 * What is known of a caller when the route's conditions are judged; worked out when a condition reads it. What the
 * session says of the person goes before what a token said when it was issued.
 * @param session absent where nobody was asked.
 */
export function factsOf(caller: IdentifiedCaller, session: KnownSession | undefined): Facts {
  const token = caller.kind === 'session' ? undefined : caller;
  return {
    person: isPerson(caller),
    clientId: token && clientIdOf(token),
    scope: token?.scope,
    get groups() {
      return session ? (session.profile.groups ?? []) : texts(token?.claims.groups);
    },
    get claims() {
      if (caller.kind === 'foreign') return foreignClaims(caller);
      if (!session) return token?.claims ?? {};
      return { ...(token && tokenClaims(token.claims)), ...personClaims(session) };
    },
    // The sign-in behind a token is what the token says of it: a newer one of its session is not its own.
    get acr() {
      const { acr, amr } = token?.claims ?? session ?? {};
      return [...(typeof acr === 'string' ? [acr] : []), ...acrsMet(texts(amr))];
    },
    authTime: token ? token.authTime : session?.authTime,
  };
}
