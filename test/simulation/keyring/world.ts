import { KV_SECONDS } from '../../../src/core/keyring/timing.ts';
import type { Random } from '../model/random.ts';
import { Timeline } from '../model/timeline.ts';
import type { RingCopy } from './witness.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

const START = 1_700_000_000_000;
export const LOCATIONS = 3;

/** Time, chance, KV, and what is away at the moment. */
export class World {
  readonly random: Random;
  readonly count: (what: string) => void;
  readonly timeline = new Timeline(START);
  kvAwayUntil = 0;
  readOnlyUntil = 0;
  objectAwayUntil = 0;
  /** Nobody asks anything of any isolate. */
  quietUntil = 0;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #end = START + 365 * day;
  /** What each location of KV shows. */
  readonly #places: ({ copy: RingCopy; order: number } | undefined)[] = Array.from({ length: LOCATIONS });
  #puts = 0;

  constructor(random: Random, count: (what: string) => void, trace?: (line: string) => void) {
    this.random = random;
    this.count = count;
    this.#trace = trace;
  }

  get now(): number {
    return this.timeline.now;
  }

  later(delay: number, run: () => void): void {
    if (this.now + delay < this.#end) this.timeline.after(delay, run);
  }

  happens(what: string): void {
    this.count(what);
    this.say(what);
  }

  say(line: string): void {
    const elapsed = this.now - START;
    this.#trace?.(
      `day ${Math.floor(elapsed / day)} ${new Date(this.now).toISOString().slice(11, 23)} ${line}`,
    );
  }

  /** What KV shows somewhere. */
  shown(): RingCopy[] {
    return this.#places.flatMap((place) => (place ? [place.copy] : []));
  }

  read(location: number): RingCopy | undefined {
    const away = this.now < this.kvAwayUntil || this.random.chance(0.05);
    return away ? undefined : this.#places[location]?.copy;
  }

  /** Every location shows it in its own time. An acknowledgement can be lost, and the write have been made. */
  put(copy: RingCopy, done: (outcome: 'acknowledged' | 'failed') => void): void {
    const { random } = this;
    this.#puts += 1;
    const order = this.#puts;
    const takes = random.between(10, 10 * second);
    if (this.now < this.kvAwayUntil || this.now < this.readOnlyUntil || random.chance(0.1)) {
      this.count('a put fails');
      this.later(takes, () => done('failed'));
      return;
    }
    for (let location = 0; location < LOCATIONS; location += 1) {
      this.later(takes + random.between(0, KV_SECONDS * second), () => {
        if ((this.#places[location]?.order ?? 0) < order) this.#places[location] = { copy, order };
      });
    }
    const lost = random.chance(0.1);
    if (lost) this.count('a put is not acknowledged');
    this.later(takes, () => done(lost ? 'failed' : 'acknowledged'));
  }
}
