import { deviceKind, type Sighting } from './sighting.ts';
import { type Place, placeOf } from './travel.ts';

// What is remembered of a person's sign-ins: as little as the signals need, in bounded space, and for a bounded time. All
// times are milliseconds since the epoch.

/** What was seen and when it was last, the newest first. */
export type Remembered = readonly (readonly [what: string, at: number])[];

export interface RiskMemory {
  countries: Remembered;
  /** Autonomous systems, as decimal text. */
  networks: Remembered;
  /** Kinds of browser. */
  devices: Remembered;
  /** How many sign-ins began in each hour of the day (UTC), older ones counting half, a quarter and so on. */
  hours: readonly number[];
  hoursHalvedAt: number;
  /** Where the newest sign-in was. Null while none said. */
  last: (Place & { at: number }) | null;
}

const MAXIMUM_REMEMBERED = 16;
const LONGEST_WORD = 64;
/** Counts are halved from here on, so that a habit of today outweighs one of last year. */
const MAXIMUM_SIGN_INS = 200;
const HOUR = 60 * 60 * 1000;

export const nothingRemembered: RiskMemory = {
  countries: [],
  networks: [],
  devices: [],
  hours: new Array<number>(24).fill(0),
  hoursHalvedAt: 0,
  last: null,
};

export const hourOf = (at: number): number => Math.floor(at / HOUR) % 24;

/** As it is remembered: what somebody may say of their own browser has no end. */
const shortened = (what: string): string => what.slice(0, LONGEST_WORD);

export const remembers = (list: Remembered, what: string): boolean =>
  list.some(([known]) => known === shortened(what));

/** The same list with one more, which is the newest; the oldest goes where there are too many. Empty is nothing to remember. */
export function remember(list: Remembered, what: string, at: number, maximum: number): Remembered {
  const word = shortened(what);
  if (word === '') return list;
  return [[word, at] as const, ...list.filter(([known]) => known !== word)].slice(0, maximum);
}

const halved = (hours: readonly number[]): number[] => hours.map((count) => Math.floor(count / 2));

const total = (hours: readonly number[]): number => hours.reduce((sum, count) => sum + count, 0);

/** How many sign-ins the counts of the hours rest on. */
export const signInsIn = ({ hours }: RiskMemory): number => total(hours);

/** What is left of it after a time. @param rememberedFor milliseconds */
export function afterForgetting(memory: RiskMemory, now: number, rememberedFor: number): RiskMemory {
  const since = now - rememberedFor;
  const still = (list: Remembered): Remembered => list.filter(([, at]) => at > since);
  const isOver = memory.hoursHalvedAt <= since;
  const isHalfOver = memory.hoursHalvedAt <= now - rememberedFor / 2;
  return {
    countries: still(memory.countries),
    networks: still(memory.networks),
    devices: still(memory.devices),
    hours: isOver ? nothingRemembered.hours : isHalfOver ? halved(memory.hours) : memory.hours,
    hoursHalvedAt: isHalfOver ? now : memory.hoursHalvedAt,
    last: memory.last && memory.last.at > since ? memory.last : null,
  };
}

/** What is known after a sign-in that is complete. */
export function learn(
  before: RiskMemory,
  sighting: Sighting,
  now: number,
  rememberedFor: number,
): RiskMemory {
  const memory = afterForgetting(before, now, rememberedFor);
  const place = placeOf(sighting);
  const counted = memory.hours.map((count, hour) => (hour === hourOf(now) ? count + 1 : count));
  const isFull = total(counted) > MAXIMUM_SIGN_INS;
  // The place and the network of a trusted network are the operator's: nobody else is known better by them.
  const { country, network } = sighting.trusted ? { country: '', network: 0 } : sighting;
  return {
    countries: remember(memory.countries, country, now, MAXIMUM_REMEMBERED),
    networks: remember(memory.networks, network === 0 ? '' : String(network), now, MAXIMUM_REMEMBERED),
    devices: remember(memory.devices, deviceKind(sighting), now, MAXIMUM_REMEMBERED),
    hours: isFull ? halved(counted) : counted,
    hoursHalvedAt: memory.hoursHalvedAt,
    last: place ? { ...place, at: now } : memory.last,
  };
}
