import { endOf, suffices, supersedes } from '../../../src/core/keyring/copy.ts';
import { signerAt } from '../../../src/core/keyring/ring.ts';
import { CLOCK_SKEW_SECONDS, ISOLATE_REFRESH_SECONDS } from '../../../src/core/keyring/timing.ts';
import { algorithms } from './configuration.ts';
import type { RingObject } from './object.ts';
import type { Isolate, RingCopy, Witness } from './witness.ts';
import { hour, LOCATIONS, minute, second, type World } from './world.ts';

const ISOLATES = 5;

export const makeIsolates = (world: World, tokenLifetime: number): Isolate[] =>
  Array.from({ length: ISOLATES }, (_, index) => ({
    name: `isolate ${index}`,
    location: index % LOCATIONS,
    ahead: world.random.between(-CLOCK_SKEW_SECONDS * 500, CLOCK_SKEW_SECONDS * 500),
    tokenLifetime,
    held: undefined,
  }));

/** An isolate at work, after src/keys/keys.ts: it signs with every algorithm that its ring has a key for. */
export class Worker {
  readonly #world: World;
  readonly #witness: Witness;
  readonly #object: RingObject;
  readonly #isolate: Isolate;

  constructor(world: World, witness: Witness, object: RingObject, isolate: Isolate) {
    this.#world = world;
    this.#witness = witness;
    this.#object = object;
    this.#isolate = isolate;
    world.later(world.random.between(0, minute), () => this.#act());
  }

  get #clock(): number {
    return this.#world.now + this.#isolate.ahead;
  }

  #act(): void {
    const { random, now, quietUntil } = this.#world;
    const { held } = this.#isolate;
    this.#world.later(this.#pause(), () => this.#act());
    if (now < quietUntil) return;
    if (!held || this.#clock >= endOf(held)) {
      this.#refresh(() => this.#use());
      return;
    }
    if (this.#clock >= held.asOf + ISOLATE_REFRESH_SECONDS * second && random.chance(0.5)) this.#refresh();
    // Somebody presented a kid that the ring lacks.
    if (random.chance(0.05)) this.#askObject(this.#clock);
    this.#use();
  }

  #use(): void {
    const { held } = this.#isolate;
    if (!held || this.#clock >= endOf(held)) {
      this.#world.count('an isolate refuses to sign');
      return;
    }
    this.#witness.serves(held.copy, this.#world.now);
    for (const alg of algorithms) {
      const key = signerAt(held.copy.keys, alg, this.#clock);
      if (key) this.#witness.signs(key, this.#isolate, this.#world.now);
    }
  }

  /** Sooner where something changes. */
  #pause(): number {
    const { random, now, quietUntil } = this.#world;
    if (now < quietUntil) return quietUntil - now + random.between(0, minute);
    const { changedAt, changesAt } = this.#object;
    if (changesAt - now < 5 * minute || now - changedAt < 45 * minute)
      return random.between(second, 40 * second);
    return Math.min(random.between(10 * minute, 12 * hour), changesAt - now - 4 * minute);
  }

  /** Answers take their time, and another question may be answered in between. */
  #takes(): number {
    const { random } = this.#world;
    return random.chance(0.05) ? random.between(0, 50 * second) : random.between(0, 200);
  }

  #refresh(then = () => {}): void {
    const asOf = this.#clock;
    this.#world.later(this.#takes(), () => {
      const shown = this.#world.read(this.#isolate.location);
      if (!shown || !suffices(shown, this.#isolate.held, asOf)) return this.#askObject(asOf, then);
      this.#world.later(this.#takes(), () => {
        this.#hold(shown, asOf);
        then();
      });
    });
  }

  #askObject(asOf: number, then = () => {}): void {
    const answer = this.#object.ring();
    this.#world.later(this.#takes(), () => {
      if (answer) this.#hold(answer, asOf);
      then();
    });
  }

  #hold(copy: RingCopy, asOf: number): void {
    const { held, ahead } = this.#isolate;
    const found = { copy, asOf };
    if (!supersedes(found, held)) {
      this.#world.count('an answer comes too late to be taken');
      return;
    }
    // It may have served what it held until just before this, or until it could not any more.
    if (held) this.#witness.served(held.copy, Math.min(this.#world.now, endOf(held) - ahead));
    this.#isolate.held = found;
  }
}
