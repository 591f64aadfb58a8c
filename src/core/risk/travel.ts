import type { Sighting } from './sighting.ts';

/** A point as it is kept: whole degrees. */
export interface Place {
  latitude: number;
  longitude: number;
}

const EARTH_RADIUS_KILOMETRES = 6371;
const HOUR = 60 * 60 * 1000;

/** Rounding moves each end by up to 80 km, and a database of addresses is often wrong by a town or two. */
const ERROR_KILOMETRES = 200;
/** Below this nobody has travelled: a phone's network comes to the surface in another city than the café's. */
const SHORT_KILOMETRES = 800;

/** Where a sighting was, unless it says nothing of the person. */
export function placeOf({ latitude, longitude, trusted }: Sighting): Place | null {
  return latitude === null || longitude === null || trusted ? null : { latitude, longitude };
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The great-circle distance, by the haversine formula, which is exact enough for small ones too. */
export function kilometresBetween(one: Place, other: Place): number {
  const latitudes = radians(other.latitude - one.latitude) / 2;
  const longitudes = radians(other.longitude - one.longitude) / 2;
  const square =
    Math.sin(latitudes) ** 2 +
    Math.cos(radians(one.latitude)) * Math.cos(radians(other.latitude)) * Math.sin(longitudes) ** 2;
  return 2 * EARTH_RADIUS_KILOMETRES * Math.asin(Math.min(1, Math.sqrt(square)));
}

/** Whether nobody gets from one place to the other in that time. @param maximumSpeed kilometres per hour */
export function isImpossibleTravel(
  before: Place | null,
  after: Place | null,
  milliseconds: number,
  maximumSpeed: number,
): boolean {
  if (!before || !after) return false;
  const kilometres = kilometresBetween(before, after);
  if (kilometres < SHORT_KILOMETRES) return false;
  // Clocks of two machines may differ: time never runs backwards here.
  const hours = Math.max(0, milliseconds) / HOUR;
  return kilometres - ERROR_KILOMETRES > maximumSpeed * hours;
}
