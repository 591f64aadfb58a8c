import type { JSONWebKeySet } from 'jose';
import type { FetchedKeys, JwksPolicy } from './jwks.ts';

/**
 * The keys of an issuer, as they are known now. A set that has not changed is the same object again.
 * @param unknownKid a key that a token names and that the set had not: there may be a newer set by now.
 * @throws Error when there is no set that may be used.
 */
export type KeySet = (unknownKid?: string) => Promise<JSONWebKeySet>;

/** A set, and when it was fetched, in milliseconds since the epoch. */
export interface Copy {
  keys: JSONWebKeySet;
  fetchedAt: number;
  maxAgeSeconds: number | undefined;
}

/** Fetches have been tried at `at`, and how many in a row went wrong. */
export interface Attempts {
  at: number;
  failures: number;
}

export interface Standing {
  /** Young enough to be used without asking. */
  fresh: boolean;
  /** Old, but better than nothing while no newer one can be had. */
  usable: boolean;
  /** Whether a fetch may be tried at this moment. */
  due: boolean;
}

/**
 * What a copy is worth now, and whether the issuer may be asked. With a fresh copy the only reason to ask is an unknown
 * key, and it waits for the cooldown; without one, failures are retried after 1, 2, 4, ... seconds, up to the cooldown.
 */
export function standing(
  copy: Copy | undefined,
  attempts: Attempts,
  now: number,
  policy: JwksPolicy,
): Standing {
  const age = copy ? now - copy.fetchedAt : Number.POSITIVE_INFINITY;
  // An issuer that says 0 would be asked for every token.
  const shortened = Math.max(copy?.maxAgeSeconds ?? Number.POSITIVE_INFINITY, policy.cooldownSeconds);
  const fresh = age < Math.min(policy.maxAgeSeconds, shortened) * 1000;
  const backOff = attempts.failures === 0 ? 0 : 2 ** (attempts.failures - 1);
  const wait = fresh ? policy.cooldownSeconds : Math.min(policy.cooldownSeconds, backOff);
  const last = Math.max(attempts.at, copy?.fetchedAt ?? Number.NEGATIVE_INFINITY);
  return { fresh, usable: age < policy.maxStaleSeconds * 1000, due: now >= last + wait * 1000 };
}

/** A place that several caches share. It answers with nothing where it fails, and nobody waits until it has written. */
export interface SharedStore {
  read(): Promise<Copy | undefined>;
  write(copy: Copy): void;
}

export interface JwksCacheOptions {
  /** Fetches the set, with public members only. The signal ends it in time. */
  load: (signal: AbortSignal) => Promise<FetchedKeys>;
  policy: JwksPolicy;
  shared?: SharedStore | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** What `promise` comes to, if it does within so many milliseconds. */
async function within<T>(promise: Promise<T>, milliseconds: number): Promise<T | 'late'> {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

const names = ({ keys }: JSONWebKeySet, kid: string): boolean => keys.some((key) => key.kid === kid);

/** The part of a renewal's time that the shared store may take: the rest is enough for a fetch. */
const SHARED_SHARE = 1 / 4;

/** Longer than a fetch takes at most: who started one that is under way for longer is gone. */
const MARGIN_MILLISECONDS = 500;

/**
 * Keeps an issuer's keys: memory, then the shared store, then a fetch. One fetch at a time; while there is a copy that
 * may be used, nobody but the one who fetches waits for it. Whatever comes back that is no JWK Set changes nothing.
 */
export function jwksCache({ load, policy, shared, now }: JwksCacheOptions): KeySet {
  let copy: Copy | undefined;
  let attempts: Attempts = { at: Number.NEGATIVE_INFINITY, failures: 0 };
  let fault: unknown;
  let flight: { ended: Promise<unknown>; until: number } | undefined;

  /** An unchanged set stays the same object, and so keeps whatever was made of it. */
  function adopt(newer: Copy): void {
    const same = copy && JSON.stringify(copy.keys) === JSON.stringify(newer.keys);
    copy = same && copy ? { ...newer, keys: copy.keys } : newer;
  }

  /** @returns the copy that others should have, too. */
  async function renew(started: number, unknownKid: string | undefined, signal: AbortSignal) {
    const found = shared && (await within(shared.read(), policy.timeoutMilliseconds * SHARED_SHARE));
    if (
      found &&
      found !== 'late' &&
      found.fetchedAt > (copy?.fetchedAt ?? Number.NEGATIVE_INFINITY) &&
      found.fetchedAt <= started
    ) {
      adopt(found);
      // Another one has asked in the meantime: its answer will do.
      const { fresh, due } = standing(found, attempts, started, policy);
      if (fresh && (unknownKid === undefined || !due || names(found.keys, unknownKid))) return undefined;
    }
    // A failure until it turns out otherwise: whoever started this may be gone before the end.
    attempts = { at: started, failures: attempts.failures + 1 };
    const { keys, maxAgeSeconds } = await load(signal);
    // Too late: somebody else may have fetched a newer set.
    signal.throwIfAborted();
    adopt({ keys, fetchedAt: started, maxAgeSeconds });
    attempts = { at: started, failures: 0 };
    return copy;
  }

  async function fly(started: number, unknownKid: string | undefined): Promise<void> {
    const controller = new AbortController();
    const renewal = within(renew(started, unknownKid, controller.signal), policy.timeoutMilliseconds);
    const own = {
      ended: renewal.catch(() => {}),
      until: started + policy.timeoutMilliseconds + MARGIN_MILLISECONDS,
    };
    flight = own;
    try {
      const renewed = await renewal;
      if (renewed === 'late') throw new Error(`no answer within ${policy.timeoutMilliseconds} ms`);
      if (renewed) shared?.write(renewed);
    } catch (error) {
      fault = error;
    } finally {
      controller.abort();
      if (flight === own) flight = undefined;
    }
  }

  return async (unknownKid) => {
    for (let missing = unknownKid; ; ) {
      const time = now();
      const { fresh, usable, due } = standing(copy, attempts, time, policy);
      // Asked for again, the key may have come in the meantime.
      if (copy && missing !== undefined && names(copy.keys, missing)) missing = undefined;
      if (copy && fresh && missing === undefined) return copy.keys;
      if (flight && time < flight.until) {
        if (copy && usable && missing === undefined) return copy.keys;
        await within(flight.ended, flight.until - time);
        missing = undefined;
      } else if (due) {
        await fly(time, missing);
        missing = undefined;
      } else if (copy && usable) {
        return copy.keys;
      } else {
        throw new Error("the issuer's keys cannot be had", { cause: fault });
      }
    }
  };
}
