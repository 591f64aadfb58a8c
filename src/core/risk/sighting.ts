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
}
