// Every duration by which a change of the ring reaches those who hold a copy of it, in one place. Seconds.

/** An isolate that is in use looks for a newer ring when what it holds is this old, while it goes on signing. */
export const ISOLATE_REFRESH_SECONDS = 30;
/** No isolate signs or publishes with a ring that it read longer ago than this. */
export const ISOLATE_SECONDS = 60;
/** Until every location sees what Workers KV has acknowledged: it says "60 seconds or more". */
export const KV_SECONDS = 120;
/** Cache-Control of the JWKS (RFC 9111 §5.2.2.1, RFC 5861 §3). */
export const JWKS_MAXIMUM_AGE_SECONDS = 300;
export const JWKS_STALE_WHILE_REVALIDATE_SECONDS = 60;
/** What verifiers keep on top, whatever the headers say: jose's `createRemoteJWKSet` keeps a set for ten minutes. */
export const VERIFIER_SECONDS = 600;
/** How far two clocks of the platform may be apart. */
export const CLOCK_SKEW_SECONDS = 30;

/** Once KV has acknowledged a ring, nobody who keeps to the rules holds an older one after this many seconds. */
export const PROPAGATION_SECONDS =
  KV_SECONDS +
  ISOLATE_SECONDS +
  JWKS_MAXIMUM_AGE_SECONDS +
  JWKS_STALE_WHILE_REVALIDATE_SECONDS +
  VERIFIER_SECONDS +
  CLOCK_SKEW_SECONDS;

/** No token lives longer, whatever is configured: so a retired key need not know what its tokens were given. */
export const MAXIMUM_TOKEN_SECONDS = 24 * 60 * 60;

/**
 * A snapshot is good for this long, whatever KV still has: the bound on a revoked key if KV takes no writes. It is
 * also for how long the issuer does without the ring's object.
 */
export const LEASE_SECONDS = 6 * 60 * 60;
/** The snapshot in KV is renewed this often. */
export const REPUBLISH_SECONDS = 60 * 60;

const FIRST_RETRY_SECONDS = 2;
const LAST_RETRY_SECONDS = 60;

/** How long the object waits after so many failures in a row. Bounded by what a leak can wait for KV to return. */
export const retryAfterSeconds = (failures: number): number =>
  Math.min(FIRST_RETRY_SECONDS * 2 ** (failures - 1), LAST_RETRY_SECONDS);
