import { ISOLATE_SECONDS } from './timing.ts';

/** What every copy of the ring says about itself. All times are milliseconds since the epoch. */
export interface Copy {
  version: number;
  /** From when nobody may rely on it any more. */
  staleAt: number;
}

/** A copy in the memory of an isolate. */
export interface Held<C extends Copy = Copy> {
  copy: C;
  /** Since when: counted from before it was asked for. */
  asOf: number;
}

/** From when an isolate neither signs nor publishes with it. */
export const endOf = ({ copy, asOf }: Held): number => Math.min(asOf + ISOLATE_SECONDS * 1000, copy.staleAt);

/** Whether what KV shows will do for an isolate that asks at `asOf`. KV lags: to go back to an older version could
 * bring back a key that was revoked. */
export const suffices = (shown: Copy, held: Held | undefined, asOf: number): boolean =>
  asOf < endOf({ copy: shown, asOf }) && shown.version >= (held?.copy.version ?? 0);

/**
 * Whether `found` takes the place of what is held. Answers may land in another order than their questions were asked
 * in, so the version is looked at first: a newer ring that was asked for earlier is still the newer ring. An older
 * one is taken only when what was held is over: then the object's storage was put back to an earlier point in time.
 */
export function supersedes(found: Held, held: Held | undefined): boolean {
  if (!held || endOf(held) <= found.asOf) return true;
  if (found.copy.version !== held.copy.version) return found.copy.version > held.copy.version;
  return found.asOf >= held.asOf;
}
