import type { RingKey } from '../../src/core/keyring/ring.ts';
import {
  CLOCK_SKEW_SECONDS,
  ISOLATE_SECONDS,
  JWKS_MAXIMUM_AGE_SECONDS,
  JWKS_STALE_WHILE_REVALIDATE_SECONDS,
  KV_SECONDS,
  LEASE_SECONDS,
  VERIFIER_SECONDS,
} from '../../src/core/keyring/timing.ts';

export const checks = [
  'no token is signed by a key that some cache does not hold',
  'every token verifies until it expires, everywhere',
  'a revoked key is gone within the bound',
  'one key signs',
] as const;
export type Check = (typeof checks)[number];

export class Violation extends Error {
  readonly check: Check;
  constructor(check: Check, detail: string) {
    super(`${check}: ${detail}`);
    this.check = check;
  }
}

/** The ring as it leaves the object. */
export interface Copy {
  version: number;
  staleAt: number;
  keys: readonly RingKey[];
}

export interface Isolate {
  name: string;
  location: number;
  /** Its clock is ahead of the true one by so many milliseconds. */
  ahead: number;
  held: { copy: Copy; asOf: number } | undefined;
}

const second = 1_000;
/** For how long somebody may verify with a set that an isolate served: HTTP caches, then the verifier's own. */
const HELD = (JWKS_MAXIMUM_AGE_SECONDS + JWKS_STALE_WHILE_REVALIDATE_SECONDS + VERIFIER_SECONDS) * second;
/** From KV's acknowledgement until no isolate uses an older ring. */
const REACHED = (KV_SECONDS + ISOLATE_SECONDS + CLOCK_SKEW_SECONDS) * second;

interface Surroundings {
  isolates: readonly Isolate[];
  /** What KV shows at this moment, somewhere. */
  shown: () => Copy[];
  tokenLifetime: number;
  count: (what: string) => void;
}

/**
 * Every cache and every verifier that keeps to the rules, at once: whatever set an isolate served is held by somebody
 * until the last moment that is allowed, and somebody else fetches at any moment. A check that fails throws.
 */
export class Witness {
  readonly #around: Surroundings;
  /** Every set that somebody may still verify with: its keys, and when an isolate last served it. */
  readonly #sets = new Map<string, { kids: Set<string>; at: number }>();
  /** When the last token of a key expires. */
  readonly #tokens = new Map<string, number>();
  /** When a key that took over in an emergency is known to every isolate: until then verifiers may have to refetch. */
  readonly #emergencies = new Map<string, { version: number; knownAt: number }>();
  readonly #leaks = new Map<string, { version: number; goneAt: number }>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  leaked(kid: string, version: number, now: number): void {
    this.#leaks.set(kid, { version, goneAt: now + LEASE_SECONDS * second + REACHED });
    this.#tokens.delete(kid);
  }

  emergency(kid: string, version: number): void {
    this.#around.count('a key takes over in an emergency');
    this.#emergencies.set(kid, { version, knownAt: Number.POSITIVE_INFINITY });
  }

  /** KV has `version`: from now on the bounds count. */
  acknowledged(version: number, now: number): void {
    for (const leak of this.#leaks.values()) {
      if (version >= leak.version) leak.goneAt = Math.min(leak.goneAt, now + REACHED);
    }
    for (const emergency of this.#emergencies.values()) {
      if (version >= emergency.version) emergency.knownAt = Math.min(emergency.knownAt, now + REACHED);
    }
  }

  /** Some isolate may have served this until `at`, which may be a while ago. */
  served(copy: Copy, at: number): Set<string> {
    const kids = new Set(copy.keys.map(({ kid }) => kid));
    const name = [...kids].join();
    this.#sets.set(name, { kids, at: Math.max(at, this.#sets.get(name)?.at ?? 0) });
    return kids;
  }

  /** An isolate serves this now. */
  serves(copy: Copy, now: number): void {
    const kids = this.served(copy, now);
    for (const [kid, expires] of this.#tokens) {
      if (expires <= now) this.#tokens.delete(kid);
      else if (!kids.has(kid) && now >= (this.#emergencies.get(kid)?.knownAt ?? 0)) {
        throw new Violation(
          'every token verifies until it expires, everywhere',
          `${kid} has a token until ${new Date(expires).toISOString()}, ring ${copy.version} was served without it`,
        );
      }
    }
    for (const [kid, { goneAt }] of this.#leaks) {
      if (now <= goneAt || !kids.has(kid)) continue;
      throw new Violation(
        'a revoked key is gone within the bound',
        `${kid} was served in ring ${copy.version}`,
      );
    }
  }

  signs(kid: string, by: Isolate, now: number): void {
    const leak = this.#leaks.get(kid);
    if (leak && now > leak.goneAt) {
      throw new Violation('a revoked key is gone within the bound', `${by.name} signed with ${kid}`);
    }
    this.#around.count(leak ? 'a revoked key signs within the bound' : 'a token is signed');
    if (leak) return;
    const emergency = this.#emergencies.get(kid);
    if (!emergency || now >= emergency.knownAt + HELD) this.#requireKnown(kid, by, now);
    this.#tokens.set(kid, now + this.#around.tokenLifetime);
  }

  /** In every set in any cache, in every isolate, and in whatever KV may still give to one. */
  #requireKnown(kid: string, by: Isolate, now: number): void {
    const lacks = (where: string) =>
      new Violation(
        'no token is signed by a key that some cache does not hold',
        `${by.name} signs with ${kid}, ${where} lacks it`,
      );
    for (const [name, { kids, at }] of this.#sets) {
      if (at + HELD < now) this.#sets.delete(name);
      else if (!kids.has(kid)) throw lacks(`the set ${name}, last served ${new Date(at).toISOString()},`);
    }
    for (const { held, ahead, name } of this.#around.isolates) {
      if (!held || now + ahead - held.asOf >= ISOLATE_SECONDS * second) continue;
      if (!held.copy.keys.some((key) => key.kid === kid)) throw lacks(name);
    }
    for (const { staleAt, keys, version } of this.#around.shown()) {
      if (staleAt <= now - CLOCK_SKEW_SECONDS * second) continue;
      if (!keys.some((key) => key.kid === kid)) throw lacks(`ring ${version} in KV`);
    }
  }
}
