import { type Remembered, type RiskMemory, remember, remembers } from './memory.ts';
import { asBefore, isOtherBrowser, isSameSighting, type Sighting } from './sighting.ts';
import { isKnownPlace } from './sign-in.ts';
import { type Signal, signals } from './signal.ts';
import { isImpossibleTravel, placeOf } from './travel.ts';

// What a session or a chain of refresh tokens was last used with, and what is unusual about its next use. All times are
// milliseconds since the epoch.

/** Kept in the row of a session or a family, in bounded space. */
export interface Seen {
  sighting: Sighting;
  /** When that was. */
  at: number;
  /** Where it has been before, beside where its person signs in. */
  countries: Remembered;
  networks: Remembered;
  /** How often in a row a chain was refreshed much sooner than any access token is over. */
  quick: number;
  /** Networks from which a use was refused until a new sign-in: nobody tries one browser after the other there. */
  refused?: Remembered;
  /** Which sets of signals were told of it lately: nobody fills the storage by being refused. */
  told: Remembered;
}

const MAXIMUM_PLACES = 8;
const MAXIMUM_REFUSED = 4;
/** Sets of signals that are told within an hour. */
const MAXIMUM_TOLD = 8;
const TOLD_FOR = 60 * 60 * 1000;

/** Nobody's access token is that short; a page that is loaded again refreshes sooner, but not for minutes on end. */
const QUICK_MILLISECONDS = 15_000;
const MANY_QUICK = 60;

export const firstSeen = (sighting: Sighting, at: number): Seen => ({
  sighting,
  at,
  countries: [],
  networks: [],
  quick: 0,
  told: [],
});

/** What is unusual about a use. @param memory what is known of the person; asked for only where something differs */
export function useSignals(
  before: Seen,
  sighting: Sighting,
  memory: () => RiskMemory,
  { now, maximumSpeed }: { now: number; maximumSpeed: number },
): Signal[] {
  if (isSameSighting(before.sighting, sighting)) return [];
  const found: Signal[] = [];
  if (isOtherBrowser(before.sighting, sighting)) found.push('browser_changed');
  if (sighting.trusted) return found;
  const { country, network } = sighting;
  const known = memory();
  const isKnown = (here: Remembered, anywhere: Remembered, what: string) =>
    remembers(here, what) || remembers(anywhere, what);
  // From a trusted network nobody came anywhere: what was seen there is no place of the person's.
  const from = before.sighting;
  const isNewCountry =
    country !== '' &&
    (from.trusted || from.country !== '') &&
    (from.trusted || from.country !== country) &&
    !isKnown(before.countries, known.countries, country);
  const isNewNetwork =
    network !== 0 &&
    (from.trusted || from.network !== 0) &&
    (from.trusted || from.network !== network) &&
    !isKnown(before.networks, known.networks, String(network));
  // Where nothing is known of the person but what they had in the trusted network, any place would be new.
  const nowhereYet = from.trusted && before.countries.length + known.countries.length === 0;
  if (isNewCountry && !nowhereYet) found.push('new_country');
  if (isNewNetwork && !nowhereYet) found.push('new_network');
  // Whoever was refused there and has the right browser now has found out which one it is.
  const wasRefused = isNewNetwork && remembers(before.refused ?? [], String(network));
  if (wasRefused && !found.includes('browser_changed')) found.unshift('browser_changed');
  const wasHere = remembers(before.countries, country) && remembers(before.networks, String(network));
  if (
    !wasHere &&
    !isKnownPlace(known, sighting) &&
    isImpossibleTravel(placeOf(from), placeOf(sighting), now - before.at, maximumSpeed)
  )
    found.push('impossible_travel');
  return found;
}

/** How often in a row it was too soon, with this refresh. */
export const quickAfter = ({ quick }: Seen, milliseconds: number): number =>
  milliseconds < QUICK_MILLISECONDS ? Math.min(quick + 1, MANY_QUICK) : 0;

export const isOutOfCadence = (quick: number): boolean => quick >= MANY_QUICK;

/** What is kept of a use that was granted. */
export function seenAfter(before: Seen, used: Sighting, quick: number, now: number): Seen {
  // Nobody passes for whatever they like by saying nothing in between.
  const sighting = asBefore(before.sighting, used);
  if (isSameSighting(before.sighting, sighting)) return { ...before, at: now, quick };
  const { sighting: from } = before;
  const places = [from, sighting].filter(({ trusted }) => !trusted);
  let { countries, networks } = before;
  for (const { country, network } of places) {
    countries = remember(countries, country, now, MAXIMUM_PLACES);
    networks = remember(networks, network === 0 ? '' : String(network), now, MAXIMUM_PLACES);
  }
  return { ...before, sighting, at: now, countries, networks, quick };
}

/** What is kept of a use that was not. */
export const refusedAt = (before: Seen, { network }: Sighting, now: number): Seen =>
  network === 0
    ? before
    : { ...before, refused: remember(before.refused ?? [], String(network), now, MAXIMUM_REFUSED) };

/** A set as one number: the names of many would be long. */
const nameOf = (set: readonly Signal[]): string =>
  String(signals.reduce((bits, signal, index) => (set.includes(signal) ? bits + 2 ** index : bits), 0));

/** The same list with this set of signals told, or undefined where it was told within the hour, or too much was. */
export function telling(told: Remembered, set: readonly Signal[], now: number): Remembered | undefined {
  const lately = told.filter(([, at]) => at > now - TOLD_FOR);
  const name = nameOf(set);
  if (remembers(lately, name) || lately.length >= MAXIMUM_TOLD) return undefined;
  return remember(lately, name, now, MAXIMUM_TOLD);
}
