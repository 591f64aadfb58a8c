import { Random } from '../model/random.ts';
import { type SimulateYear, Violation } from './checks.ts';
import { type Deployment, firstDeployment, nextDeployment } from './configuration.ts';
import { makeIsolates, Worker } from './isolates.ts';
import { RingObject } from './object.ts';
import { type Isolate, Witness } from './witness.ts';
import { day, hour, minute, World } from './world.ts';

// A year of the ring: three algorithms and a configuration that changes; the object with alarms that come late, twice
// or not at all; KV that lags, fails or loses acknowledgements; isolates with clocks of their own. The plan, the policy
// and what an isolate holds are the real ones. Keys are names: nothing here signs.

export const simulateYear: SimulateYear = (seed, count = () => {}, trace) => {
  try {
    new Year(new World(new Random(seed), count, trace)).run();
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return { check: error.check, message: error.message };
    return { check: 'an exception', message: error instanceof Error ? (error.stack ?? '') : String(error) };
  }
};

class Year {
  readonly #world: World;
  readonly #object: RingObject;
  readonly #isolates: Isolate[];
  #deployment: Deployment;

  constructor(world: World) {
    this.#world = world;
    this.#deployment = firstDeployment(world.random);
    this.#isolates = makeIsolates(world, this.#deployment.tokenLifetime);
    const witness = new Witness({ isolates: this.#isolates, shown: () => world.shown(), count: world.count });
    this.#object = new RingObject(world, witness, this.#deployment);
    for (const isolate of this.#isolates) new Worker(world, witness, this.#object, isolate);
  }

  run(): void {
    this.#disturb();
    this.#world.timeline.run();
  }

  #disturb(): void {
    const world = this.#world;
    const { random, now } = world;
    world.later(random.between(2 * hour, 10 * day), () => this.#disturb());
    // Troubles come together: what has just been changed is what KV does not take.
    if (random.chance(0.2)) world.readOnlyUntil = now + random.between(minute, 8 * hour);
    const objectIsThere = now >= world.objectAwayUntil;
    switch (random.between(0, 12)) {
      case 0:
        world.kvAwayUntil = now + random.between(minute, 2 * day);
        world.happens('KV is away');
        break;
      case 1:
        world.objectAwayUntil = now + random.between(minute, 10 * hour);
        world.happens('the object is away');
        break;
      case 2:
        world.quietUntil = now + random.between(day, 100 * day);
        world.happens('nobody comes for a long time');
        break;
      case 3:
      case 4:
        if (!objectIsThere) break;
        world.happens('rotate now');
        this.#object.rotate();
        break;
      case 5:
        world.readOnlyUntil = now + random.between(minute, day);
        world.happens('KV takes no writes');
        break;
      case 6:
      case 7:
        if (objectIsThere) this.#leak();
        break;
      case 8:
      case 9:
      case 10:
        this.#deploy();
        break;
      default:
        world.happens('an alarm out of turn');
        this.#object.alarmNow();
    }
  }

  /** One key, or those of an algorithm that could sign: the one that waits first, as docs/keys.md has it. */
  #leak(): void {
    const { random } = this.#world;
    const [first, ...others] = this.#object.keys;
    if (!first) return;
    const one = random.pick([first, ...others]);
    if (random.chance(0.5)) {
      this.#object.leak(one.kid);
      return;
    }
    const own = this.#object.keys.filter(({ alg }) => alg === one.alg);
    for (const state of ['next', 'active']) {
      for (const { kid } of own.filter((key) => key.state === state)) this.#object.leak(kid);
    }
  }

  /** It reaches the object and each isolate in its own time. Many a deployment is taken back soon after. */
  #deploy(): void {
    const world = this.#world;
    const { random } = world;
    const before = this.#deployment;
    const { what, deployment } = nextDeployment(before, random);
    world.happens(what);
    this.#reach(deployment);
    if (!random.chance(0.5)) return;
    world.later(random.between(10 * minute, 12 * hour), () => {
      if (this.#deployment !== deployment) return;
      world.happens('a deployment is taken back');
      this.#reach(before);
    });
  }

  #reach(deployment: Deployment): void {
    const { random } = this.#world;
    this.#deployment = deployment;
    const soon = (run: () => void) => this.#world.later(random.between(0, 2 * minute), run);
    // The latest that was deployed, even if this one is overtaken.
    soon(() => this.#object.deploy(this.#deployment));
    for (const isolate of this.#isolates) {
      soon(() => {
        isolate.tokenLifetime = this.#deployment.tokenLifetime;
      });
    }
  }
}
