import { sameBytes } from '../bytes.ts';

// The family rule: what happens when a refresh token is presented. A pure function of its four arguments; the
// user's object loads the family, asks, and stores the answer in one synchronous transaction.
// All times are milliseconds since the epoch.

/** The constant-size state of one chain of refresh tokens. */
export interface Family {
  clientId: string;
  scope: readonly string[];
  resource: readonly string[];
  /** Thumbprint of the DPoP key it is bound to (RFC 9449 §5), or null for a bearer family. */
  dpopJkt: string | null;
  /** The current token's place in the chain; the first is 0. */
  generation: number;
  currentHash: Uint8Array;
  /** Null until the first rotation. */
  previousHash: Uint8Array | null;
  /** From which, with the previous secret, the current secret is derived. Null until the first rotation. */
  salt: Uint8Array | null;
  rotatedAt: number;
  /** Whether the request that made the current token proved the family's session as well. False until the first rotation. */
  sessionProved: boolean;
  idleExpiresAt: number;
  absoluteExpiresAt: number;
  endedAt: number | null;
}

/** A presented token whose tag was valid, and the successor to adopt if it may rotate. */
export interface Presented {
  generation: number;
  secretHash: Uint8Array;
  clientId: string;
  dpopJkt: string | null;
  /** The request proved, besides the token, the live session that the family belongs to. */
  provesSession: boolean;
  /** What the request asks for; null for all that was granted. */
  scope: readonly string[] | null;
  resource: readonly string[] | null;
  candidate: { salt: Uint8Array; hash: Uint8Array };
}

export interface FamilyPolicy {
  /** For how long after a rotation the previous token gets the same successor again. */
  graceMilliseconds: number;
  idleMilliseconds: number;
  /**
   * False for clients that prove who they are and keep their token (FAPI 2.0 §5.3.2.1): a thief cannot use it, and
   * nothing would tell of one. Default true.
   */
  rotates?: boolean;
}

export type Refusal = 'ended' | 'wrong_client' | 'wrong_key' | 'scope_exceeded' | 'resource_exceeded';
export type FamilyEnd = 'reuse' | 'token_mismatch' | 'idle_expiry' | 'absolute_expiry';

export type Decision =
  /** Adopt the candidate: `family` is the new state. */
  | { kind: 'rotate'; family: Family }
  /** The token stays the current one; only its idle expiry moves. */
  | { kind: 'keep'; idleExpiresAt: number }
  /** The successor was made before: derive it again from this salt. Nothing changes. */
  | { kind: 'replay'; salt: Uint8Array; hash: Uint8Array }
  /** The family ends now, for this cause; the caller gets invalid_grant. */
  | { kind: 'end'; cause: FamilyEnd; endedAt: number }
  /** Nothing changes. */
  | { kind: 'refuse'; refusal: Refusal };

/** When and why a family that nobody ended is over, or null while it lives. */
export function expiry(family: Family, now: number): { cause: FamilyEnd; endedAt: number } | null {
  // Whichever came first is the cause, however late somebody asks.
  const { idleExpiresAt: idle, absoluteExpiresAt: absolute } = family;
  if (idle < absolute && now >= idle) return { cause: 'idle_expiry', endedAt: idle };
  if (now >= absolute) return { cause: 'absolute_expiry', endedAt: absolute };
  return null;
}

const within = (asked: readonly string[] | null, granted: readonly string[]): boolean =>
  asked === null || asked.every((item) => granted.includes(item));

export function decide(family: Family, presented: Presented, policy: FamilyPolicy, now: number): Decision {
  if (family.endedAt !== null) return { kind: 'refuse', refusal: 'ended' };
  const expired = expiry(family, now);
  if (expired) return { kind: 'end', ...expired };

  // A mistake of the client's, or a thief without the key: the honest holder must not pay for it.
  if (presented.clientId !== family.clientId) return { kind: 'refuse', refusal: 'wrong_client' };
  if (presented.dpopJkt !== family.dpopJkt) return { kind: 'refuse', refusal: 'wrong_key' };
  // RFC 6749 §6: narrower may be asked for and does not narrow the family; wider never.
  if (!within(presented.scope, family.scope)) return { kind: 'refuse', refusal: 'scope_exceeded' };
  if (!within(presented.resource, family.resource)) return { kind: 'refuse', refusal: 'resource_exceeded' };

  if (presented.generation === family.generation && sameBytes(presented.secretHash, family.currentHash)) {
    // No successor, and no token that is kept, outlives the absolute expiry.
    const idleExpiresAt = Math.min(now + policy.idleMilliseconds, family.absoluteExpiresAt);
    if (policy.rotates === false) return { kind: 'keep', idleExpiresAt };
    return {
      kind: 'rotate',
      family: {
        ...family,
        generation: family.generation + 1,
        previousHash: family.currentHash,
        currentHash: presented.candidate.hash,
        salt: presented.candidate.salt,
        rotatedAt: now,
        sessionProved: presented.provesSession,
        idleExpiresAt,
      },
    };
  }

  const { previousHash, salt } = family;
  if (presented.generation === family.generation - 1 && previousHash && salt) {
    if (!sameBytes(presented.secretHash, previousHash))
      return { kind: 'end', cause: 'token_mismatch', endedAt: now };
    // The thief of a bound token has no key, so its grace lasts until the successor is first used: by then the
    // presented generation is two behind.
    const bound = family.dpopJkt !== null;
    // The same for a browser that proves the session: whoever has that needs no refresh token, since codes and new
    // families are to be had with it, so nothing is given away. It must have made the successor too: one that was made
    // without the session may be in the hands of a thief, and its owner, coming later, is how that is noticed.
    const sameBrowser = family.sessionProved && presented.provesSession;
    const inGrace = bound || sameBrowser || now < family.rotatedAt + policy.graceMilliseconds;
    // The candidate is random: the one that was adopted can only be this very attempt, made again by the Worker
    // because the answer was lost on its way from the object.
    const retried = sameBytes(presented.candidate.hash, family.currentHash);
    if (inGrace || retried) return { kind: 'replay', salt, hash: family.currentHash };
  }

  if (presented.generation < family.generation) return { kind: 'end', cause: 'reuse', endedAt: now };
  // A valid tag with a generation or a secret that we do not know: storage went back, or a key leaked.
  return { kind: 'end', cause: 'token_mismatch', endedAt: now };
}
