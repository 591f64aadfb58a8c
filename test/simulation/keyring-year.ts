import {
  acknowledge,
  add,
  advance,
  type Creation,
  type Policy,
  publicationDue,
  revoke,
  rotateNow,
} from '../../src/core/keyring/plan.ts';
import { type Ring, type RingKey, signerAt } from '../../src/core/keyring/ring.ts';
import {
  CLOCK_SKEW_SECONDS,
  ISOLATE_REFRESH_SECONDS,
  ISOLATE_SECONDS,
  KV_SECONDS,
  LEASE_SECONDS,
  PROPAGATION_SECONDS,
  REPUBLISH_SECONDS,
} from '../../src/core/keyring/timing.ts';
import { type Check, type Copy, type Isolate, Violation, Witness } from './keyring-witness.ts';
import { Random } from './model/random.ts';
import { Timeline } from './model/timeline.ts';

// A year of the ring: its object with alarms that come late, twice or not at all, crashes and failing puts; KV that
// lags; isolates with clocks of their own. The plan is the real one. What is around it follows src/keys/object.ts and
// src/keys/keys.ts.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

const SPACING = 1_100;
const RETRY = minute;

export type SimulateYear = (
  seed: number,
  count?: (what: string) => void,
  trace?: (line: string) => void,
) => { check: Check | 'an exception'; message: string } | undefined;

/** Plays the year of one seed. @returns what went wrong, if anything */
export const simulateYear: SimulateYear = (seed, count = () => {}, trace) => {
  try {
    new Year(new Random(seed), count, trace).run();
    return undefined;
  } catch (error) {
    if (error instanceof Violation) return { check: error.check, message: error.message };
    return { check: 'an exception', message: error instanceof Error ? (error.stack ?? '') : String(error) };
  }
};

const START = 1_700_000_000_000;
const LOCATIONS = 3;
const ISOLATES = 5;

class Year {
  readonly #random: Random;
  readonly #count: (what: string) => void;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #timeline = new Timeline(START);
  readonly #end = START + 365 * day;
  readonly #policy: Policy;

  // The object. The ring is what is durable; the rest is lost with a crash.
  #ring: Ring = { version: 1, keys: [], revoked: [], published: null };
  #running = false;
  #incarnation = 0;
  #alarmAt: number | null = null;
  #made = 0;

  /** What each location of KV shows. */
  readonly #kv: ({ copy: Copy; order: number } | undefined)[] = Array.from({ length: LOCATIONS });
  #puts = 0;
  #kvAwayUntil = 0;
  #readOnlyUntil = 0;
  #objectAwayUntil = 0;
  #quietUntil = 0;

  readonly #isolates: Isolate[];
  #changedAt = START;

  readonly #witness: Witness;

  constructor(random: Random, count: (what: string) => void, trace?: (line: string) => void) {
    this.#random = random;
    this.#count = count;
    this.#trace = trace;
    this.#policy = {
      algorithms: ['ES256'],
      period: random.pick([30 * day, 10 * day]),
      tokenLifetime: random.pick([5 * minute, hour, day]),
      propagation: PROPAGATION_SECONDS * second,
      republish: REPUBLISH_SECONDS * second,
    };
    this.#isolates = Array.from({ length: ISOLATES }, (_, index) => ({
      name: `isolate ${index}`,
      location: index % LOCATIONS,
      ahead: random.between(-CLOCK_SKEW_SECONDS * 500, CLOCK_SKEW_SECONDS * 500),
      held: undefined,
    }));
    const shown = () => this.#kv.flatMap((place) => (place ? [place.copy] : []));
    this.#witness = new Witness({
      isolates: this.#isolates,
      shown,
      tokenLifetime: this.#policy.tokenLifetime,
      count,
    });
  }

  run(): void {
    for (const isolate of this.#isolates)
      this.#later(this.#random.between(0, minute), () => this.#act(isolate));
    this.#disturb();
    this.#timeline.run();
  }

  #later(delay: number, run: () => void): void {
    if (this.#timeline.now + delay < this.#end) this.#timeline.after(delay, run);
  }

  #say(line: string): void {
    const elapsed = this.#timeline.now - START;
    this.#trace?.(
      `day ${Math.floor(elapsed / day)} ${new Date(this.#timeline.now).toISOString().slice(11, 23)} ${line}`,
    );
  }

  // What the world does to it.

  #disturb(): void {
    const random = this.#random;
    const { now } = this.#timeline;
    this.#later(random.between(2 * hour, 12 * day), () => this.#disturb());
    // Troubles come together: what has just been changed is what KV does not take.
    if (random.chance(0.2)) this.#readOnlyUntil = now + random.between(minute, 8 * hour);
    switch (random.between(0, 8)) {
      case 0:
        this.#kvAwayUntil = now + random.between(minute, 2 * day);
        this.#happens('KV is away');
        break;
      case 1:
        this.#objectAwayUntil = now + random.between(minute, 10 * hour);
        this.#happens('the object is away');
        break;
      case 2:
        this.#quietUntil = now + random.between(day, 100 * day);
        this.#happens('nobody comes for a long time');
        break;
      case 3:
      case 4:
        if (now < this.#objectAwayUntil) return;
        this.#happens('rotate now');
        this.#change((ring) => rotateNow(ring, now));
        this.#settle();
        break;
      case 5:
        this.#readOnlyUntil = now + random.between(minute, day);
        this.#happens('KV takes no writes');
        break;
      case 6:
        if (now >= this.#objectAwayUntil) this.#leak();
        break;
      default:
        this.#alarmAt = now;
        this.#happens('an alarm out of turn');
        this.#alarm();
    }
  }

  #happens(what: string): void {
    this.#count(what);
    this.#say(what);
  }

  #leak(): void {
    this.#change((ring) => ring);
    const [first, ...others] = this.#ring.keys;
    if (!first) return;
    const leaked = this.#random.pick([first, ...others]);
    this.#happens(`a ${leaked.state} key leaks`);
    const { now } = this.#timeline;
    this.#change((ring) => revoke(ring, leaked.kid, now));
    this.#witness.leaked(leaked.kid, this.#ring.version, now);
    const heir = this.#ring.keys.find(({ activeFrom, state }) => state === 'active' && activeFrom === now);
    if (heir && leaked.state === 'active') this.#witness.emergency(heir.kid, this.#ring.version);
    this.#settle();
  }

  // The object: src/keys/object.ts.

  #change(change: (ring: Ring) => Ring): Creation[] {
    const { now } = this.#timeline;
    const before = this.#ring;
    const { ring, create } = advance(change(before), this.#policy, now);
    this.#ring = ring;
    if (ring.version !== before.version) {
      this.#changedAt = now;
      this.#say(
        `ring ${ring.version}: ${ring.keys.map((key) => `${key.kid} ${key.state} ${key.activeFrom}`).join(', ')}`,
      );
    }
    for (const alg of this.#policy.algorithms) {
      const active = ring.keys.filter((key) => key.alg === alg && key.state === 'active');
      if (active.length > 1) throw new Violation('one key signs', active.map(({ kid }) => kid).join());
    }
    return create;
  }

  #make(which: (creation: Creation) => boolean): void {
    const asked = this.#change((ring) => ring);
    if (!asked.some(which)) return;
    const { now } = this.#timeline;
    const fresh = this.#ring.keys.length === 0;
    const keys = asked.map(({ alg, state }): RingKey => {
      this.#made += 1;
      const kid = `k${this.#made}`;
      if (state === 'active' && !fresh) this.#witness.emergency(kid, this.#ring.version);
      return {
        kid,
        alg,
        state,
        createdAt: now,
        activeFrom: state === 'active' ? now : null,
        endsAt: null,
        publishedAt: null,
        tokenLifetime: 0,
      };
    });
    this.#change((ring) => keys.reduce((into, key) => add(into, key), ring));
  }

  #alarm(): void {
    if (this.#alarmAt === null || this.#timeline.now < this.#alarmAt) return;
    if (this.#timeline.now < this.#objectAwayUntil) this.#later(minute, () => this.#alarm());
    else this.#settle();
  }

  #setAlarm(at: number): void {
    const random = this.#random;
    this.#alarmAt = at;
    let late = random.between(0, 2 * second);
    if (random.chance(0.02)) late = random.between(minute, hour);
    if (random.chance(0.002)) late = random.between(hour, 60 * day);
    if (late > minute) this.#count('an alarm is late');
    const wait = Math.max(0, at - this.#timeline.now) + late;
    this.#later(wait, () => this.#alarm());
    if (random.chance(0.05)) {
      this.#count('an alarm comes twice');
      this.#later(wait + random.between(0, minute), () => this.#alarm());
    }
  }

  /** Each step may be the last one: then the object starts anew with what is durable. */
  #settle(): void {
    if (this.#running) return;
    this.#running = true;
    const incarnation = this.#incarnation;
    const random = this.#random;
    const step = (delay: number, run: () => void) =>
      this.#later(delay, () => {
        if (incarnation !== this.#incarnation) return;
        if (!random.chance(0.03)) return run();
        this.#happens('the object crashes');
        this.#incarnation += 1;
        this.#running = false;
        // The alarm is still there, unless it is lost with everything that could have said so.
        if (random.chance(0.95)) this.#setAlarm(this.#timeline.now + random.between(second, minute));
      });
    const finish = (failed: boolean) => {
      this.#make(() => true);
      const { now } = this.#timeline;
      this.#running = false;
      const { wakeAt } = advance(this.#ring, this.#policy, now);
      this.#setAlarm(Math.max(failed ? now + RETRY : wakeAt, now + SPACING));
    };
    step(random.between(0, 5 * second), () => {
      this.#make(({ state }) => state === 'active');
      if (!publicationDue(this.#ring, this.#policy, this.#timeline.now)) return finish(false);
      this.#put((outcome) => step(0, () => finish(outcome === 'failed')));
    });
  }

  #put(done: (outcome: 'acknowledged' | 'failed') => void): void {
    const random = this.#random;
    const incarnation = this.#incarnation;
    const { now } = this.#timeline;
    const copy = this.#copy();
    this.#puts += 1;
    const order = this.#puts;
    const takes = random.between(10, 10 * second);
    if (now < this.#kvAwayUntil || now < this.#readOnlyUntil || random.chance(0.1)) {
      this.#count('a put fails');
      this.#later(takes, () => done('failed'));
      return;
    }
    for (let location = 0; location < LOCATIONS; location += 1) {
      this.#later(takes + random.between(0, KV_SECONDS * second), () => {
        if ((this.#kv[location]?.order ?? 0) < order) this.#kv[location] = { copy, order };
      });
    }
    const lost = random.chance(0.1);
    this.#later(takes, () => {
      if (lost) {
        this.#count('a put is not acknowledged');
        return done('failed');
      }
      if (incarnation === this.#incarnation) {
        this.#change((ring) => acknowledge(ring, copy.version, this.#timeline.now));
        this.#witness.acknowledged(copy.version, this.#timeline.now);
      }
      done('acknowledged');
    });
  }

  #copy(): Copy {
    const { version, keys } = this.#ring;
    return { version, keys, staleAt: this.#timeline.now + LEASE_SECONDS * second };
  }

  /** The RPC of that name. */
  #ringOfObject(): Copy | undefined {
    const { now } = this.#timeline;
    if (now < this.#objectAwayUntil || this.#random.chance(0.02)) return undefined;
    this.#count('an isolate asks the object');
    if (this.#ring.keys.length === 0) this.#make(() => true);
    const create = this.#change((ring) => ring);
    if (create.length > 0 || this.#alarmAt === null || this.#random.chance(0.5)) this.#settle();
    return this.#copy();
  }

  // Isolates: src/keys/keys.ts.

  #act(isolate: Isolate): void {
    const { now } = this.#timeline;
    this.#later(this.#pause(), () => this.#act(isolate));
    if (now < this.#quietUntil) return;
    const clock = now + isolate.ahead;
    const age = isolate.held ? clock - isolate.held.asOf : Number.POSITIVE_INFINITY;
    if (!isolate.held || age >= ISOLATE_SECONDS * second || clock >= isolate.held.copy.staleAt) {
      this.#refresh(isolate, clock);
    } else if (age >= ISOLATE_REFRESH_SECONDS * second && this.#random.chance(0.5)) {
      this.#refresh(isolate, clock);
    }
    if (!isolate.held) {
      this.#count('an isolate refuses to sign');
      return;
    }
    this.#witness.serves(isolate.held.copy, now);
    const key = signerAt(isolate.held.copy.keys, 'ES256', clock);
    if (key) this.#witness.signs(key.kid, isolate, now);
  }

  #pause(): number {
    const { now } = this.#timeline;
    if (now < this.#quietUntil) return this.#quietUntil - now + this.#random.between(0, minute);
    const next =
      this.#ring.keys.find(({ state }) => state === 'next')?.activeFrom ?? Number.POSITIVE_INFINITY;
    const soon = next - now < 5 * minute && now - next < 20 * minute;
    if (soon || now - this.#changedAt < 45 * minute) return this.#random.between(second, 40 * second);
    const pause = this.#random.between(10 * minute, 12 * hour);
    return next > now ? Math.min(pause, Math.max(second, next - now - 4 * minute)) : pause;
  }

  #refresh(isolate: Isolate, clock: number): void {
    const { held } = isolate;
    const { now } = this.#timeline;
    // It may have served what it held until just before this, or until it could not any more.
    if (held)
      this.#witness.served(held.copy, Math.min(now, held.asOf - isolate.ahead + ISOLATE_SECONDS * second));
    const away = now < this.#kvAwayUntil || this.#random.chance(0.05);
    const shown = away ? undefined : this.#kv[isolate.location]?.copy;
    const usable = shown && shown.staleAt > clock && shown.version >= (held?.copy.version ?? 0);
    const copy = usable ? shown : this.#ringOfObject();
    if (copy) isolate.held = { copy, asOf: clock };
    else if (held && clock - held.asOf >= ISOLATE_SECONDS * second) isolate.held = undefined;
    else if (held && clock >= held.copy.staleAt) isolate.held = undefined;
  }
}
