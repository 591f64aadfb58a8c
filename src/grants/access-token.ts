import type { JWTPayload } from 'jose';
import type { Client } from '../config/schema.ts';
import { acrOf } from '../core/oauth/acr.ts';
import { HANDLE_LINEAGE, lineageOfHandle } from '../core/oauth/handle-lineage.ts';
import { sealToken } from '../crypto/sealed-token.ts';
import { newRecordId } from '../crypto/token.ts';
import type { Dependencies } from '../dependencies.ts';
import type { Grant, Profile } from '../user/types.ts';
import { type TokenResponse, tokenTypeOf } from './grant.ts';
import { profileClaims } from './profile-claims.ts';
import { meaningfulScope, sharingOne, tokenPolicy } from './resource.ts';

/** Who acts for the subject, and for whom that one acts (RFC 8693 §4.1). */
export interface Actor {
  sub: string;
  act?: Actor;
}

/** What an access token of ours says, as a JWT (RFC 9068 §2.2) or sealed. */
export interface AccessTokenClaims extends JWTPayload {
  iss: string;
  sub: string;
  aud: string | string[];
  exp: number;
  iat: number;
  /**
   * `<family>.<random>`, and one more `.<random>` for each exchange; `gate~<handle>` in the place of the family where a
   * browser's session at the gate was exchanged; of a client's own token only `<random>`.
   */
  jti: string;
  client_id: string;
  scope?: string;
  /** The session. Absent from a client's own token: nobody has signed in. */
  sid?: string;
  auth_time?: number;
  acr?: string;
  amr?: string[];
  cnf?: { jkt: string };
  act?: Actor;
}

/** A person, as signed in; for a family, or, where the gate speaks to an origin for a browser, for its handle. */
export type Subject = Pick<Grant, 'userId' | 'sessionId' | 'authTime' | 'amr'> & {
  familyId: Grant['familyId'] | undefined;
  handleId?: string | undefined;
};

export interface NewAccessToken {
  client: Client;
  /**
   * Whom the token speaks for; undefined when the client speaks for itself. Without `profile` where `saysOfPerson` says
   * that nothing of it can be in the token.
   */
  person: { subject: Subject; profile: Profile | undefined } | undefined;
  scope: readonly string[];
  /** What it is for; those that cannot share a token with the first are left out. */
  resource: readonly string[];
  dpopJkt: string | undefined;
  /** Of the token that it is exchanged for. */
  exchanged?: { sub: string; jti: string; exp: number; act: Actor | undefined };
}

/**
 * Issues an access token in the format of its resource: a signature or a seal, and nothing stored.
 * With `openid` its audience includes the issuer, whose UserInfo endpoint is a resource too.
 * @returns the members of the token response (RFC 6749 §5.1) that come with it.
 */
export async function issueAccessToken(
  { config, keys, secrets }: Pick<Dependencies, 'config' | 'keys' | 'secrets'>,
  { client, person, dpopJkt, exchanged, ...asked }: NewAccessToken,
): Promise<Pick<TokenResponse, 'access_token' | 'token_type' | 'expires_in' | 'scope'>> {
  const resource = sharingOne(config, asked.resource);
  const scope = meaningfulScope(config, asked.scope, resource);
  const policy = tokenPolicy(config, resource, client.accessTokenSeconds);
  const audience =
    scope.includes('openid') || resource.length === 0 ? [...resource, config.issuer] : resource;
  const iat = Math.floor(Date.now() / 1000);
  const exp = Math.min(iat + policy.seconds, exchanged?.exp ?? Number.POSITIVE_INFINITY);
  // Names the family or the handle, so that whoever wants a fresh answer can ask whether it still lives; and the token that
  // it was exchanged for, so that revoking that one reaches it.
  const lineage = exchanged?.jti ?? (person && rootOf(person.subject));
  const claims: AccessTokenClaims = {
    iss: config.issuer,
    sub: exchanged?.sub ?? person?.subject.userId ?? client.clientId,
    aud: audience.length === 1 ? String(audience[0]) : audience,
    exp,
    iat,
    jti: lineage === undefined ? newRecordId() : `${lineage}.${newRecordId()}`,
    client_id: client.clientId,
    ...(scope.length > 0 && { scope: scope.join(' ') }),
    ...(person && signInClaims(person.subject)),
    ...(person?.profile && profileClaims(person.profile, policy.claims)),
    // RFC 9449 §6.1.
    ...(dpopJkt !== undefined && { cnf: { jkt: dpopJkt } }),
    ...(exchanged?.act && { act: exchanged.act }),
  };
  return {
    access_token:
      policy.accessTokenFormat === 'opaque'
        ? await sealToken(secrets, claims)
        : await keys.sign(policy.accessTokenSigningAlg, 'at+jwt', claims),
    token_type: tokenTypeOf(dpopJkt),
    expires_in: exp - iat,
    ...(scope.length > 0 && { scope: scope.join(' ') }),
  };
}

/** When and how somebody signed in (RFC 9068 §2.2.1, OpenID Connect Core §2). */
export function signInClaims({ sessionId, authTime, amr }: Subject) {
  const acr = acrOf(amr);
  return { sid: sessionId, auth_time: authTime, amr, ...(acr !== undefined && { acr }) };
}

const rootOf = ({ familyId, handleId }: Subject): string | undefined =>
  familyId ?? (handleId === undefined ? undefined : lineageOfHandle(handleId));

/** Whether a client's own token was exchanged for that of another client. */
export const isExchanged = (jti: string): boolean => jti.includes('.');

const firstOf = (jti: string | undefined): string | undefined =>
  jti !== undefined && isExchanged(jti) ? jti.slice(0, jti.indexOf('.')) : undefined;

/** The family that a person's access token belongs to, read from its `jti`. */
export function familyIdOf(jti: string | undefined): string | undefined {
  const first = firstOf(jti);
  return first?.startsWith(HANDLE_LINEAGE) ? undefined : first;
}

/** The gate's handle that a person's access token belongs to, which is then of no family. */
export function handleIdOf(jti: string | undefined): string | undefined {
  const first = firstOf(jti);
  return first?.startsWith(HANDLE_LINEAGE) ? first.slice(HANDLE_LINEAGE.length) : undefined;
}

/** What a person's access token belongs to, as whoever keeps the session is asked about it. */
export function belongingOf(jti: string | undefined): { familyId?: string; handleId?: string } {
  const [familyId, handleId] = [familyIdOf(jti), handleIdOf(jti)];
  return { ...(familyId !== undefined && { familyId }), ...(handleId !== undefined && { handleId }) };
}
