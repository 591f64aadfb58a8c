import type { RefusalCode } from './refusal.ts';

/** How an access token is sent (RFC 6750 §2.1, RFC 9449 §7.1). */
export type Scheme = 'Bearer' | 'DPoP';

export interface Credentials {
  scheme: Scheme;
  token: string;
}

/**
 * The access token of an Authorization header. `missing` where there is none, a header of another scheme included.
 * RFC 9110 §11.6.2: several Authorization headers are one with commas, and no token.
 */
export function readCredentials(
  authorization: string | null,
): Credentials | Extract<RefusalCode, 'missing' | 'authorization_malformed'> {
  const scheme = /^(bearer|dpop)(?: |$)/i.exec(authorization ?? '')?.[1]?.toLowerCase();
  if (authorization === null || scheme === undefined) return 'missing';
  const token = /^\w+ +([\w.~+/-]+=*)$/.exec(authorization)?.[1];
  if (token === undefined) return 'authorization_malformed';
  return { scheme: scheme === 'dpop' ? 'DPoP' : 'Bearer', token };
}
