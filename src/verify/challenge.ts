/** RFC 6750 §3: a quoted value is printable ASCII without quotes and backslashes. */
const quoted = (value: string): string => `"${value.replace(/[^\x20-\x7e]|["\\]/g, "'")}"`;

/** The parameters of a challenge. Those that are left out do not appear. */
export interface Challenge {
  /** Absent when the request carried no credentials (RFC 6750 §3.1). */
  error?: string | undefined;
  error_description?: string | undefined;
  scope?: readonly string[] | undefined;
  /** RFC 9470 §3: what the next sign-in must be. */
  acr_values?: readonly string[] | undefined;
  /** RFC 9470 §3, in seconds. */
  max_age?: number | undefined;
  /** RFC 9449 §7.1: the algorithms of proofs. */
  algs?: readonly string[] | undefined;
  /** RFC 9728 §5.1. */
  resource_metadata?: string | undefined;
}

/** One value of WWW-Authenticate (RFC 9110 §11.6.1). */
export function challengeHeader(scheme: 'Bearer' | 'DPoP', challenge: Challenge): string {
  const parameters = Object.entries(challenge)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${quoted([value].flat().join(' '))}`);
  return [scheme, parameters.join(', ')].join(' ').trimEnd();
}
