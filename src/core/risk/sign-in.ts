import { hourOf, type RiskMemory, remembers, signInsIn } from './memory.ts';
import { deviceKind, type Sighting } from './sighting.ts';
import type { Signal } from './signal.ts';
import { isImpossibleTravel, placeOf } from './travel.ts';

/** A sign-in whose factors are right, and what is known of the person. */
export interface SignInSeen {
  sighting: Sighting;
  memory: RiskMemory;
  now: number;
  /** Whether this browser proves that the person signed in in it before. */
  knownBrowser: boolean;
  /** Wrong passwords that were tried at the same door lately. */
  failures: number;
  /** Whether the address that it comes from has failed at many accounts lately. */
  stuffing: boolean;
  /** Kilometres per hour. */
  maximumSpeed: number;
}

/** Everybody mistypes a password a few times, and then looks it up. */
const MANY_FAILURES = 5;
/** Below this many sign-ins the hours of a person are no habit yet. */
const ENOUGH_SIGN_INS = 20;
/** So far from any hour that was usual. */
const HOURS_AROUND = 2;

/** Whether nothing was ever seen of the person at this hour or near it. */
function isUnusualHour(memory: RiskMemory, now: number): boolean {
  if (signInsIn(memory) < ENOUGH_SIGN_INS) return false;
  const hour = hourOf(now);
  return memory.hours.every((count, other) => {
    const apart = Math.abs(other - hour);
    return count === 0 || Math.min(apart, 24 - apart) > HOURS_AROUND;
  });
}

/** Whether a person was known to be in this country and in this network before. */
export const isKnownPlace = ({ countries, networks }: RiskMemory, { country, network }: Sighting): boolean =>
  remembers(countries, country) && remembers(networks, String(network));

/** What is unusual about a sign-in. Of somebody of whom nothing is known nothing is. */
export function signInSignals(seen: SignInSeen): Signal[] {
  const { sighting, memory, now, knownBrowser, failures, stuffing, maximumSpeed } = seen;
  const { countries, networks, devices, last } = memory;
  const found: Signal[] = [];
  const kind = deviceKind(sighting);
  const isKnownPerson = devices.length + countries.length + networks.length > 0 || signInsIn(memory) > 0;
  // The proof may have been copied to another machine: a browser of a kind that was never seen is new, whatever it brings.
  const isNewKind = kind !== '' && devices.length > 0 && !remembers(devices, kind);
  if (isKnownPerson && (!knownBrowser || isNewKind)) found.push('new_device');
  if (!sighting.trusted) {
    const { country, network } = sighting;
    if (country !== '' && countries.length > 0 && !remembers(countries, country)) found.push('new_country');
    if (network !== 0 && networks.length > 0 && !remembers(networks, String(network)))
      found.push('new_network');
    // Between two places of one's own there is a VPN, or a phone beside a computer.
    const isTravel =
      last !== null &&
      !isKnownPlace(memory, sighting) &&
      isImpossibleTravel(last, placeOf(sighting), now - last.at, maximumSpeed);
    if (isTravel) found.push('impossible_travel');
  }
  if (isUnusualHour(memory, now)) found.push('unusual_hour');
  if (failures >= MANY_FAILURES) found.push('failures_before_success');
  if (stuffing) found.push('credential_stuffing');
  return found;
}
