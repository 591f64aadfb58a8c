import { type Copy, endOf, type Held } from '../../../src/core/keyring/copy.ts';
import type { RingKey } from '../../../src/core/keyring/ring.ts';
import {
  CLOCK_SKEW_SECONDS,
  ISOLATE_SECONDS,
  JWKS_MAXIMUM_AGE_SECONDS,
  JWKS_STALE_WHILE_REVALIDATE_SECONDS,
  KV_SECONDS,
  LEASE_SECONDS,
  VERIFIER_SECONDS,
} from '../../../src/core/keyring/timing.ts';
import { Violation } from './checks.ts';

/** The ring as it leaves the object. */
export interface RingCopy extends Copy {
  keys: readonly RingKey[];
}

export interface Isolate {
  name: string;
  location: number;
  /** Its clock is ahead of the true one by so many milliseconds. */
  ahead: number;
  /** The longest life of a token that it makes. */
  tokenLifetime: number;
  held: Held<RingCopy> | undefined;
}

const second = 1_000;
/** For how long somebody may verify with a set that an isolate served: HTTP caches, then the verifier's own. */
const HELD = (JWKS_MAXIMUM_AGE_SECONDS + JWKS_STALE_WHILE_REVALIDATE_SECONDS + VERIFIER_SECONDS) * second;
/** From KV's acknowledgement until no isolate uses an older ring. */
const REACHED = (KV_SECONDS + ISOLATE_SECONDS + CLOCK_SKEW_SECONDS) * second;
/** From then on no cache lacks a key. */
export const MARGIN = REACHED + HELD;

const sets = new WeakMap<readonly RingKey[], { kids: ReadonlySet<string>; name: string }>();

/** What is published of it. */
function setOf({ keys }: RingCopy) {
  const known = sets.get(keys);
  if (known) return known;
  const kids = new Set(keys.map(({ kid }) => kid));
  const set = { kids, name: [...kids].join() };
  sets.set(keys, set);
  return set;
}

interface Surroundings {
  isolates: readonly Isolate[];
  /** What KV shows at this moment, somewhere. */
  shown: () => RingCopy[];
  count: (what: string) => void;
}

/** Since which version a ring is what it is, and from when on no isolate uses an older one. */
interface Change {
  version: number;
  reachedAt: number;
}

/**
 * Every cache and every verifier that keeps to the rules, at once: whatever set an isolate served is held by somebody
 * until the last moment that is allowed, and somebody else fetches at any moment. A check that fails throws.
 *
 * One thing is excused, and no more: a key that had to sign before its margin, because the one before it leaked, may be
 * lacking in a ring that is older than the key, for as long as isolates may use such a ring, and in the sets that were
 * served from it until then.
 */
export class Witness {
  readonly #around: Surroundings;
  /** Every set that somebody may still verify with: its keys, when an isolate last served it, and its last version. */
  readonly #sets = new Map<string, { kids: ReadonlySet<string>; at: number; version: number }>();
  /** When the last token of a key expires. */
  readonly #tokens = new Map<string, number>();
  readonly #births = new Map<string, Change>();
  readonly #leaks = new Map<string, Change>();
  readonly #emergencies = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Without an acknowledgement a change is felt when the last snapshot of before is over. */
  born(kid: string, version: number, now: number): void {
    this.#births.set(kid, { version, reachedAt: now + LEASE_SECONDS * second + REACHED });
  }

  leaked(kid: string, version: number, now: number): void {
    this.#leaks.set(kid, { version, reachedAt: now + LEASE_SECONDS * second + REACHED });
    this.#tokens.delete(kid);
  }

  /** The key before it leaked, and it has to sign though it has not been public for the margin. */
  emergency(kid: string): void {
    this.#around.count('a key takes over before its margin in an emergency');
    this.#emergencies.add(kid);
  }

  /** KV has `version`: from now on the bounds count. */
  acknowledged(version: number, now: number): void {
    for (const change of [...this.#births.values(), ...this.#leaks.values()]) {
      if (version >= change.version) change.reachedAt = Math.min(change.reachedAt, now + REACHED);
    }
  }

  /** Some isolate may have served this until `at`, which may be a while ago. */
  served(copy: RingCopy, at: number): ReadonlySet<string> {
    const { kids, name } = setOf(copy);
    const known = this.#sets.get(name);
    this.#sets.set(name, {
      kids,
      at: Math.max(at, known?.at ?? 0),
      version: Math.max(copy.version, known?.version ?? 0),
    });
    return kids;
  }

  /** An isolate serves this now. */
  serves(copy: RingCopy, now: number): void {
    const kids = this.served(copy, now);
    for (const [kid, expires] of this.#tokens) {
      if (expires <= now) this.#tokens.delete(kid);
      else if (!kids.has(kid) && !this.#isExcused(kid, copy.version, now)) {
        throw new Violation(
          'every token verifies until it expires, everywhere',
          `${kid} has a token until ${new Date(expires).toISOString()}, ring ${copy.version} was served without it`,
        );
      }
    }
    for (const [kid, { reachedAt }] of this.#leaks) {
      if (now <= reachedAt || !kids.has(kid)) continue;
      throw new Violation(
        'a revoked key is gone within the bound',
        `${kid} was served in ring ${copy.version}`,
      );
    }
  }

  signs({ kid, alg }: RingKey, by: Isolate, now: number): void {
    const leak = this.#leaks.get(kid);
    if (leak && now > leak.reachedAt) {
      throw new Violation('a revoked key is gone within the bound', `${by.name} signed with ${kid}`);
    }
    this.#around.count(leak ? 'a revoked key signs within the bound' : `a token is signed with ${alg}`);
    if (leak) return;
    this.#requireKnown(kid, by, now);
    this.#tokens.set(kid, Math.max(now + by.tokenLifetime, this.#tokens.get(kid) ?? 0));
  }

  #isExcused(kid: string, version: number, at: number): boolean {
    const birth = this.#births.get(kid);
    if (!birth || !this.#emergencies.has(kid) || version >= birth.version || at > birth.reachedAt)
      return false;
    this.#around.count('a cache is excused');
    return true;
  }

  /** In every set in any cache, in every isolate, and in whatever KV may still give to one. */
  #requireKnown(kid: string, by: Isolate, now: number): void {
    const lacks = (where: string, version: number, at: number): void => {
      if (this.#isExcused(kid, version, at)) return;
      throw new Violation(
        'no token is signed by a key that some cache does not hold',
        `${by.name} signs with ${kid}, ${where} lacks it`,
      );
    };
    const has = (copy: RingCopy) => setOf(copy).kids.has(kid);
    for (const [name, { kids, at, version }] of this.#sets) {
      if (at + HELD < now) this.#sets.delete(name);
      else if (!kids.has(kid)) lacks(`the set ${name} of ${new Date(at).toISOString()}`, version, at);
    }
    for (const { held, ahead, name } of this.#around.isolates) {
      if (held && now + ahead < endOf(held) && !has(held.copy)) lacks(name, held.copy.version, now);
    }
    for (const copy of this.#around.shown()) {
      if (copy.staleAt <= now - CLOCK_SKEW_SECONDS * second || has(copy)) continue;
      lacks(`ring ${copy.version} in KV`, copy.version, now);
    }
  }
}
