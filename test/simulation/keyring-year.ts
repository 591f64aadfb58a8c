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
  JWKS_MAXIMUM_AGE_SECONDS,
  JWKS_STALE_WHILE_REVALIDATE_SECONDS,
  KV_SECONDS,
  LEASE_SECONDS,
  PROPAGATION_SECONDS,
  REPUBLISH_SECONDS,
  VERIFIER_SECONDS,
} from '../../src/core/keyring/timing.ts';
import { Random } from './model/random.ts';
import { Timeline } from './model/timeline.ts';

// A year of the ring: its object with alarms that come late, twice or not at all, crashes and failing puts; KV that
// lags; isolates with clocks of their own; and every cache and verifier that keeps to the rules, at once: a set that
// was served may be held by somebody until its last allowed second. The plan is the real one. What is around it
// follows src/keys/object.ts and src/keys/keys.ts.

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** For how long somebody may verify with a set that an isolate served: HTTP caches, then the verifier's own. */
const HELD = (JWKS_MAXIMUM_AGE_SECONDS + JWKS_STALE_WHILE_REVALIDATE_SECONDS + VERIFIER_SECONDS) * second;
/** From KV's acknowledgement until no isolate uses an older ring. */
const REACHED = (KV_SECONDS + ISOLATE_SECONDS + CLOCK_SKEW_SECONDS) * second;
const SPACING = 1_100;
const RETRY = minute;

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

interface Copy {
  version: number;
  staleAt: number;
  keys: readonly RingKey[];
}

interface Isolate {
  name: string;
  location: number;
  /** Its clock is ahead of the true one by so much. */
  ahead: number;
  held: { copy: Copy; asOf: number } | undefined;
}

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

  /** Every set that somebody may still verify with: its keys, and when an isolate last served it. */
  #served = new Map<string, { kids: Set<string>; at: number }>();
  /** When the last token of a key expires. */
  readonly #tokens = new Map<string, number>();
  /** When a key that took over in an emergency is known to every isolate: until then verifiers may have to refetch. */
  readonly #emergencies = new Map<string, { version: number; knownAt: number }>();
  readonly #leaks = new Map<string, { version: number; goneAt: number }>();

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
  }

  run(): void {
    for (const isolate of this.#isolates) this.#later(this.#random.between(0, minute), () => this.#act(isolate));
    this.#disturb();
    this.#timeline.run();
  }

  #later(delay: number, run: () => void): void {
    if (this.#timeline.now + delay < this.#end) this.#timeline.after(delay, run);
  }

  #say(line: string): void {
    const elapsed = this.#timeline.now - START;
    this.#trace?.(`day ${Math.floor(elapsed / day)} ${new Date(this.#timeline.now).toISOString().slice(11, 23)} ${line}`);
  }

  // What the world does to it.

  #disturb(): void {
    const random = this.#random;
    const { now } = this.#timeline;
    this.#later(random.between(2 * hour, 20 * day), () => this.#disturb());
    switch (random.between(0, 8)) {
      case 0:
        this.#kvAwayUntil = now + random.between(minute, 2 * day);
        return this.#happens('KV is away');
      case 1:
        this.#objectAwayUntil = now + random.between(minute, 10 * hour);
        return this.#happens('the object is away');
      case 2:
        this.#quietUntil = now + random.between(day, 100 * day);
        return this.#happens('nobody comes for a long time');
      case 3:
      case 4:
        if (now < this.#objectAwayUntil) return;
        this.#happens('rotate now');
        this.#change((ring) => rotateNow(ring, now));
        return this.#settle();
      case 5:
        this.#readOnlyUntil = now + random.between(minute, day);
        return this.#happens('KV takes no writes');
      case 6:
        if (now < this.#objectAwayUntil) return;
        return this.#leak();
      default:
        this.#alarmAt = now;
        this.#happens('an alarm out of turn');
        return this.#alarm();
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
    this.#leaks.set(leaked.kid, { version: this.#ring.version, goneAt: now + LEASE_SECONDS * second + REACHED });
    this.#tokens.delete(leaked.kid);
    const heir = this.#ring.keys.find(({ activeFrom, state }) => state === 'active' && activeFrom === now);
    if (heir && leaked.state === 'active') this.#emergency(heir.kid);
    this.#settle();
  }

  #emergency(kid: string): void {
    this.#count('a key takes over in an emergency');
    this.#emergencies.set(kid, { version: this.#ring.version, knownAt: Number.POSITIVE_INFINITY });
  }

  // The object: src/keys/object.ts.

  #change(change: (ring: Ring) => Ring): Creation[] {
    const { now } = this.#timeline;
    const before = this.#ring;
    const { ring, create } = advance(change(before), this.#policy, now);
    this.#ring = ring;
    if (ring.version !== before.version) {
      this.#changedAt = now;
      this.#say(`ring ${ring.version}: ${ring.keys.map((key) => `${key.kid} ${key.state} ${key.activeFrom}`).join(', ')}`);
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
      if (state === 'active' && !fresh) this.#emergency(kid);
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
    if (this.#timeline.now < this.#objectAwayUntil) return this.#later(minute, () => this.#alarm());
    this.#settle();
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
      return this.#later(takes, () => done('failed'));
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
        this.#acknowledged(copy.version);
      }
      done('acknowledged');
    });
  }

  /** From now on the bounds count. */
  #acknowledged(version: number): void {
    const { now } = this.#timeline;
    for (const leak of this.#leaks.values()) {
      if (version >= leak.version) leak.goneAt = Math.min(leak.goneAt, now + REACHED);
    }
    for (const emergency of this.#emergencies.values()) {
      if (version >= emergency.version) emergency.knownAt = Math.min(emergency.knownAt, now + REACHED);
    }
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
    if (!isolate.held) return this.#count('an isolate refuses to sign');
    this.#serve(isolate.held.copy, now);
    const key = signerAt(isolate.held.copy.keys, 'ES256', clock);
    if (key) this.#sign(key.kid, isolate);
  }

  #pause(): number {
    const { now } = this.#timeline;
    if (now < this.#quietUntil) return this.#quietUntil - now + this.#random.between(0, minute);
    const next = this.#ring.keys.find(({ state }) => state === 'next')?.activeFrom ?? Number.POSITIVE_INFINITY;
    const soon = next - now < 5 * minute && now - next < 20 * minute;
    if (soon || now - this.#changedAt < 45 * minute) return this.#random.between(second, 40 * second);
    const pause = this.#random.between(10 * minute, 12 * hour);
    return next > now ? Math.min(pause, Math.max(second, next - now - 4 * minute)) : pause;
  }

  #refresh(isolate: Isolate, clock: number): void {
    const { held } = isolate;
    const { now } = this.#timeline;
    // It may have served what it held until just before this, or until it could not any more.
    if (held) this.#record(held.copy, Math.min(now, held.asOf - isolate.ahead + ISOLATE_SECONDS * second));
    const away = now < this.#kvAwayUntil || this.#random.chance(0.05);
    const shown = away ? undefined : this.#kv[isolate.location]?.copy;
    const usable = shown && shown.staleAt > clock && shown.version >= (held?.copy.version ?? 0);
    const copy = usable ? shown : this.#ringOfObject();
    if (copy) isolate.held = { copy, asOf: clock };
    else if (held && clock - held.asOf >= ISOLATE_SECONDS * second) isolate.held = undefined;
    else if (held && clock >= held.copy.staleAt) isolate.held = undefined;
  }

  // What must hold.

  #record(copy: Copy, at: number): Set<string> {
    const kids = new Set(copy.keys.map(({ kid }) => kid));
    const name = [...kids].join();
    const known = this.#served.get(name);
    this.#served.set(name, { kids, at: Math.max(at, known?.at ?? 0) });
    return kids;
  }

  #serve(copy: Copy, at: number): void {
    const kids = this.#record(copy, at);
    for (const [kid, expires] of this.#tokens) {
      if (expires < at - HELD) this.#tokens.delete(kid);
      else if (expires > at && !kids.has(kid) && !this.#mayBeUnknown(kid, at)) {
        throw new Violation(
          'every token verifies until it expires, everywhere',
          `${kid} has a token until ${new Date(expires).toISOString()}, ring ${copy.version} was served without it`,
        );
      }
    }
    for (const [kid, { goneAt }] of this.#leaks) {
      if (at > goneAt && kids.has(kid)) {
        throw new Violation('a revoked key is gone within the bound', `${kid} was served in ring ${copy.version}`);
      }
    }
  }

  #mayBeUnknown(kid: string, at: number): boolean {
    return at < (this.#emergencies.get(kid)?.knownAt ?? 0);
  }

  #sign(kid: string, isolate: Isolate): void {
    const { now } = this.#timeline;
    const leak = this.#leaks.get(kid);
    if (leak) {
      if (now > leak.goneAt) throw new Violation('a revoked key is gone within the bound', `${kid} signed`);
      return this.#count('a revoked key signs within the bound');
    }
    this.#count('a token is signed');
    const emergency = this.#emergencies.get(kid);
    if (!emergency || now >= emergency.knownAt + HELD) this.#requireKnown(kid, isolate);
    this.#tokens.set(kid, now + this.#policy.tokenLifetime);
  }

  /** By every set in any cache, by every isolate, and by whatever KV may still give to one. */
  #requireKnown(kid: string, by: Isolate): void {
    const { now } = this.#timeline;
    const lacks = (where: string) =>
      new Violation(
        'no token is signed by a key that some cache does not hold',
        `${by.name} signs with ${kid}, ${where} lacks it`,
      );
    for (const [name, { kids, at }] of this.#served) {
      if (at + HELD < now) this.#served.delete(name);
      else if (!kids.has(kid)) throw lacks(`the set ${name}, last served ${new Date(at).toISOString()},`);
    }
    for (const { held, ahead, name } of this.#isolates) {
      if (!held || now + ahead - held.asOf >= ISOLATE_SECONDS * second) continue;
      if (!held.copy.keys.some((key) => key.kid === kid)) throw lacks(name);
    }
    this.#kv.forEach((shown, location) => {
      if (!shown || shown.copy.staleAt <= now - CLOCK_SKEW_SECONDS * second) return;
      if (!shown.copy.keys.some((key) => key.kid === kid)) throw lacks(`KV in location ${location}`);
    });
  }
}
