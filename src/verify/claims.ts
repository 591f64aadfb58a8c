import type { JWTPayload } from 'jose';
import type { RefusalCode } from './refusal.ts';

/** The claims of a verified token: the registered ones are there and have their form. Frozen. */
export interface Claims extends JWTPayload {
  iss: string;
  sub: string;
  aud: string | string[];
  /** Seconds since the epoch. */
  exp: number;
}

export interface ClaimRules {
  typ: string;
  issuer: string;
  audience: readonly string[];
  toleranceSeconds: number;
}

const mediaType = (typ: string): string => (typ.includes('/') ? typ : `application/${typ}`).toLowerCase();

/** RFC 7515 §4.1.9: a media type, compared without regard to case; `application/` may be left out. */
export const isOfType = (typ: unknown, expected: string): boolean =>
  typ === expected || (typeof typ === 'string' && mediaType(typ) === mediaType(expected));

/** RFC 7519 §2: a number of seconds. 1e999 is JSON, too, and read as infinity. */
const isDate = (value: unknown): value is number => Number.isFinite(value);

/**
 * What is wrong with the claims of a token whose signature is right (RFC 9068 §4, RFC 8725 §3.8 to §3.12), or nothing.
 * @param now seconds since the epoch
 */
export function claimsFault(
  typ: unknown,
  { iss, sub, aud, exp, nbf, iat }: Record<string, unknown>,
  rules: ClaimRules,
  now: number,
): RefusalCode | undefined {
  if (!isOfType(typ, rules.typ)) return 'type_mismatch';
  if (iss === undefined || sub === undefined || aud === undefined || exp === undefined)
    return 'claim_missing';
  if (iss !== rules.issuer) return 'issuer_mismatch';
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (!rules.audience.some((one) => audiences.includes(one))) return 'audience_mismatch';
  if (typeof sub !== 'string' || !isDate(exp)) return 'claim_invalid';
  if ((nbf !== undefined && !isDate(nbf)) || (iat !== undefined && !isDate(iat))) return 'claim_invalid';
  if (nbf !== undefined && nbf > now + rules.toleranceSeconds) return 'not_yet_valid';
  if (exp <= now - rules.toleranceSeconds) return 'expired';
  return undefined;
}
