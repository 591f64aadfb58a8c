import {
  acknowledge,
  add,
  advance,
  type Creation,
  type Plan,
  publicationDue,
  revoke,
  rotateNow,
} from '../../../src/core/keyring/plan.ts';
import type { Ring, RingKey } from '../../../src/core/keyring/ring.ts';
import { LEASE_SECONDS, retryAfterSeconds } from '../../../src/core/keyring/timing.ts';
import { type RingPolicy, ringPolicy } from '../../../src/keys/policy.ts';
import { Violation } from './checks.ts';
import { MARGIN, type RingCopy, type Witness } from './witness.ts';
import { day, hour, minute, second, type World } from './world.ts';

const SPACING = 1_100;

export type Configuration = Parameters<typeof ringPolicy>[0];

/** The object, after src/keys/object.ts: with alarms that come late, twice or not at all, and crashes. */
export class RingObject {
  readonly #world: World;
  readonly #witness: Witness;
  #policy: RingPolicy;
  /** When what isolates see, or may rely on, was last changed, and when it will be next. */
  changedAt: number;
  changesAt = Number.POSITIVE_INFINITY;

  // The ring and the alarm are what is durable; the rest is lost with a crash.
  #ring: Ring = { version: 1, keys: [], revoked: [], orphaned: [], published: null };
  #alarmAt: number | null = null;
  #running = false;
  #failures = 0;
  #retryAt = 0;
  #incarnation = 0;
  #made = 0;
  /** Algorithms whose signing key leaked while none waited: what follows may sign before its margin. */
  readonly #bereft = new Set<string>();

  constructor(world: World, witness: Witness, configuration: Configuration) {
    this.#world = world;
    this.#witness = witness;
    this.#policy = ringPolicy(configuration);
    this.changedAt = world.now;
  }

  get keys(): readonly RingKey[] {
    return this.#ring.keys;
  }

  /** The RPC of that name. */
  ring(): RingCopy | undefined {
    const world = this.#world;
    if (world.now < world.objectAwayUntil || world.random.chance(0.02)) return undefined;
    world.count('an isolate asks the object');
    if (this.#ring.keys.length === 0) this.#make(() => true);
    const { create } = this.#change((ring) => ring);
    const due = world.now >= this.#retryAt && (create.length > 0 || world.random.chance(0.5));
    if (due || this.#alarmAt === null) this.#settle(false);
    return this.#copy();
  }

  deploy(configuration: Configuration): void {
    this.#policy = ringPolicy(configuration);
    this.#restart();
  }

  rotate(): void {
    const { now } = this.#world;
    this.#change((ring) => rotateNow(ring, now));
    this.#settle(true);
  }

  leak(kid: string): void {
    const world = this.#world;
    const { now } = world;
    this.#change((ring) => ring);
    const leaked = this.#ring.keys.find((key) => key.kid === kid);
    if (!leaked) return;
    const waiting = this.#ring.keys.find(({ alg, state }) => alg === leaked.alg && state === 'next');
    world.happens(`a ${leaked.state} key leaks`);
    if (leaked.state === 'active' && !waiting) {
      world.happens('nothing is left to sign with');
      this.#bereft.add(leaked.alg);
    }
    if (leaked.state === 'active' && waiting) {
      const known = waiting.publishedAt !== null && waiting.publishedAt + MARGIN <= now;
      if (known) world.count('a key that every cache knows takes the place of one that leaked');
      else this.#witness.emergency(waiting.kid);
    }
    this.#change((ring) => revoke(ring, kid, now));
    this.#witness.leaked(kid, this.#ring.version, now);
    this.#settle(true);
  }

  alarm(): void {
    const world = this.#world;
    if (this.#alarmAt === null || world.now < this.#alarmAt) return;
    if (world.now < world.objectAwayUntil) world.later(minute, () => this.alarm());
    else this.#settle(false);
  }

  alarmNow(): void {
    this.#alarmAt = this.#world.now;
    this.alarm();
  }

  #change(change: (ring: Ring) => Ring): Plan<RingKey> {
    const { now } = this.#world;
    const before = this.#ring;
    const plan = advance(change(before), this.#policy, now);
    this.#ring = plan.ring;
    this.changesAt = plan.changesAt;
    for (const alg of this.#bereft) {
      if (!this.#policy.algorithms.some((wanted) => wanted === alg)) this.#bereft.delete(alg);
    }
    const { keys, version } = plan.ring;
    if (version === before.version) return plan;
    this.changedAt = now;
    this.#world.say(
      `ring ${version}: ${keys.map(({ kid, state, activeFrom }) => `${kid} ${state} ${activeFrom}`).join(', ')}`,
    );
    for (const { kid } of keys) {
      if (!before.keys.some((key) => key.kid === kid)) this.#witness.born(kid, version, now);
    }
    const active = keys.filter(({ state }) => state === 'active').map(({ alg }) => alg);
    if (new Set(active).size < active.length) throw new Violation('one key signs', active.join());
    return plan;
  }

  #make(which: (creation: Creation) => boolean): void {
    const { create } = this.#change((ring) => ring);
    if (!create.some(which)) return;
    const { now } = this.#world;
    const keys = create.map(({ alg, state }): RingKey => {
      this.#made += 1;
      const kid = `${alg}-${this.#made}`;
      if (state === 'active' && this.#bereft.delete(alg)) this.#witness.emergency(kid);
      const activeFrom = state === 'active' ? now : null;
      return {
        kid,
        alg,
        state,
        createdAt: now,
        activeFrom,
        endsAt: null,
        publishedAt: null,
        tokenLifetime: 0,
      };
    });
    this.#change((ring) => keys.reduce((into, key) => add(into, key), ring));
  }

  #setAlarm(): void {
    const { random, now } = this.#world;
    const { changesAt, workAt } = this.#change((ring) => ring);
    const at = Math.max(Math.min(changesAt, this.#failures > 0 ? this.#retryAt : workAt), now + SPACING);
    this.#alarmAt = at;
    let late = random.between(0, 2 * second);
    if (random.chance(0.02)) late = random.between(minute, hour);
    if (random.chance(0.002)) late = random.between(hour, 60 * day);
    if (late > minute) this.#world.count('an alarm is late');
    const wait = at - now + late;
    this.#world.later(wait, () => this.alarm());
    if (random.chance(0.05)) {
      this.#world.count('an alarm comes twice');
      this.#world.later(wait + random.between(0, minute), () => this.alarm());
    }
  }

  #restart(): void {
    this.#incarnation += 1;
    this.#running = false;
    this.#failures = 0;
    this.#retryAt = 0;
  }

  /** Each step may be the last one: then the object starts anew with what is durable. */
  #settle(urgent: boolean): void {
    const world = this.#world;
    const { random } = world;
    if (this.#running) return;
    if (world.now < this.#retryAt && !urgent) {
      this.#setAlarm();
      return;
    }
    this.#running = true;
    const incarnation = this.#incarnation;
    const step = (delay: number, run: () => void) =>
      world.later(delay, () => {
        if (incarnation !== this.#incarnation) return;
        if (!random.chance(0.03)) return run();
        world.happens('the object crashes');
        this.#restart();
        // The alarm is still there, unless it is lost with everything that could have said so.
        if (random.chance(0.95)) this.#setAlarm();
      });
    const finish = (failed: boolean) => {
      this.#make(() => true);
      this.#running = false;
      this.#failures = failed ? this.#failures + 1 : 0;
      this.#retryAt = failed ? world.now + retryAfterSeconds(this.#failures) * second : 0;
      this.#setAlarm();
    };
    step(random.between(0, 5 * second), () => {
      this.#make(({ state }) => state === 'active');
      if (!publicationDue(this.#ring, this.#policy, world.now)) return finish(false);
      const copy = this.#copy();
      world.put(copy, (outcome) => {
        if (outcome === 'acknowledged' && incarnation === this.#incarnation) {
          if (this.#ring.published?.version !== copy.version) this.changedAt = world.now;
          this.#change((ring) => acknowledge(ring, copy.version, world.now));
          this.#witness.acknowledged(copy.version, world.now);
        }
        step(0, () => finish(outcome === 'failed'));
      });
    });
  }

  #copy(): RingCopy {
    const { version, keys } = this.#ring;
    return { version, keys, staleAt: this.#world.now + LEASE_SECONDS * second };
  }
}
