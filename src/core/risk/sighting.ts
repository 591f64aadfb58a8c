/**
 * Where and with what somebody was seen. It is kept, so it is coarse: a place to a degree, a network and no address, a kind
 * of browser and not its header.
 */
export interface Sighting {
  /** ISO 3166-1 alpha-2, or empty where the edge does not know. */
  country: string;
  /** The autonomous system that the address belongs to; 0 where the edge does not know. */
  network: number;
  /** Whole degrees; null where the edge does not know. */
  latitude: number | null;
  longitude: number | null;
  /** The family of the browser, such as `Firefox`; empty for a program. */
  browser: string;
  /** The operating system, such as `Windows`, or empty. */
  system: string;
  /** From a network of the operator's: its place is the operator's, and says nothing of the person. */
  trusted: boolean;
}

/** The kind of browser as one word, or empty where nothing is known of it. */
export const deviceKind = ({ browser, system }: Pick<Sighting, 'browser' | 'system'>): string =>
  browser === '' || system === '' ? '' : `${browser} on ${system}`;

/**
 * Whether one browser is another: its family or its system is. Versions are not kept, so that no update counts. A program
 * that said nothing of itself may be any; but no browser falls silent, as a script does that has its cookies.
 */
export function isOtherBrowser(before: Sighting, after: Sighting): boolean {
  const one = deviceKind(before);
  return one !== '' && one !== deviceKind(after);
}

/** What says nothing of its browser is taken for the one from before. */
export function asBefore(before: Sighting, after: Sighting): Sighting {
  const { browser, system } = before;
  return deviceKind(after) === '' ? { ...after, browser, system } : after;
}

/** Whether nothing that is compared differs. */
export const isSameSighting = (before: Sighting, after: Sighting): boolean =>
  before.country === after.country &&
  before.network === after.network &&
  before.latitude === after.latitude &&
  before.longitude === after.longitude &&
  before.browser === after.browser &&
  before.system === after.system &&
  before.trusted === after.trusted;
