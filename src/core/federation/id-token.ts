import { TENANT } from './presets.ts';
import { isSubject } from './subject.ts';

/** Who somebody is at a provider: for good, whatever their name or address become. */
export interface Identity {
  issuer: string;
  subject: string;
}

type Claims = Readonly<Record<string, unknown>>;

const tenantForm = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The issuer that an ID token has to have; undefined where its tenant is none, or none that may sign in. A provider of many
 * tenants has an issuer for each, told by the claim `tid`; whoever took the issuer of just any of them would let each tenant
 * say who the people of all others are.
 */
export function expectedIssuer(issuer: string, { tid }: Claims): string | undefined {
  if (!issuer.includes(TENANT)) return issuer;
  return typeof tid === 'string' && tenantForm.test(tid) ? issuer.replace(TENANT, tid) : undefined;
}

export type JudgedIdToken =
  | { kind: 'identity'; identity: Identity }
  | {
      kind: 'refused';
      reason: 'wrong_issuer' | 'wrong_audience' | 'wrong_key' | 'no_subject' | 'old_sign_in';
    };

/** How far a provider's clock may be behind ours. */
const CLOCK_SKEW_SECONDS = 5 * 60;

/**
 * Whom an ID token names whose signature is right, and whose times and nonce are (OpenID Connect Core §3.1.3.7).
 * @param issuer as the provider's metadata has it
 * @param keyIssuer whose tokens the key signs, where its set says so
 * @param signedInSince where the person had to sign in anew: since when, in seconds since the epoch
 */
export function judgeIdToken(
  claims: Claims,
  {
    issuer,
    clientId,
    keyIssuer,
    signedInSince,
  }: { issuer: string; clientId: string; keyIssuer: unknown; signedInSince?: number | undefined },
): JudgedIdToken {
  const expected = expectedIssuer(issuer, claims);
  if (expected === undefined || claims.iss !== expected) return { kind: 'refused', reason: 'wrong_issuer' };
  // Microsoft publishes the keys of all tenants in one set: each says which tenants' tokens it signs.
  if (keyIssuer !== undefined && keyIssuer !== expected && keyIssuer !== issuer)
    return { kind: 'refused', reason: 'wrong_key' };
  // A token for one audience may name whose it is as well.
  if (![claims.aud].flat().includes(clientId)) return { kind: 'refused', reason: 'wrong_audience' };
  if (claims.azp !== undefined && claims.azp !== clientId)
    return { kind: 'refused', reason: 'wrong_audience' };
  // A session that the provider has had for long proves nothing of who sits there now. One that does not say when is believed.
  const { auth_time } = claims;
  if (signedInSince !== undefined && auth_time !== undefined) {
    if (typeof auth_time !== 'number' || auth_time < signedInSince - CLOCK_SKEW_SECONDS)
      return { kind: 'refused', reason: 'old_sign_in' };
  }
  if (!isSubject(claims.sub)) return { kind: 'refused', reason: 'no_subject' };
  return { kind: 'identity', identity: { issuer: expected, subject: claims.sub } };
}
