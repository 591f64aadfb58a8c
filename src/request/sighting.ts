import Bowser from 'bowser';
import { isInNetworks, type Network, parseNetwork } from '../core/risk/network.ts';
import type { Sighting } from '../core/risk/sighting.ts';
import { memory } from '../verify/memory.ts';

/** Where a request came from, as coarse as it is useful. */
export interface Device {
  /** The User-Agent header, cut to 300 characters. */
  userAgent: string;
  /** City and country as the edge saw them, or empty. */
  place: string;
}

/** What the edge says of where a request came from. Nothing of it is the caller's own word. */
type Edge = Partial<Record<'country' | 'city' | 'asn' | 'latitude' | 'longitude', unknown>>;

const edgeOf = (request: Request): Edge => (request.cf ?? {}) as Edge;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const degrees = (value: unknown): number | null => {
  const number = Number.parseFloat(text(value));
  return Number.isFinite(number) ? Math.round(number) : null;
};

const MAXIMUM_USER_AGENT = 300;
const MAXIMUM_NAME = 30;

const userAgentOf = (request: Request): string =>
  (request.headers.get('User-Agent') ?? '').slice(0, MAXIMUM_USER_AGENT);

/** Taking a header apart costs more than the rest of a refresh but its signature, and few of them differ. */
const kinds = memory<Pick<Sighting, 'browser' | 'system'>>(2000);

/** Of a header that it does not know it takes the first word for a name, however long. */
const shortened = (name: string | undefined): string => (name ?? '').slice(0, MAXIMUM_NAME);

function kindOf(userAgent: string): Pick<Sighting, 'browser' | 'system'> {
  if (userAgent === '') return { browser: '', system: '' };
  const known = kinds.get(userAgent);
  if (known) return known;
  const { browser, os } = Bowser.parse(userAgent);
  const kind = { browser: shortened(browser.name), system: shortened(os.name) };
  kinds.set(userAgent, kind);
  return kind;
}

/** Where a request came from: the browser's own word for itself, and the edge's for its place. */
export function deviceOf(request: Request): Device {
  const { city, country } = edgeOf(request);
  return {
    userAgent: userAgentOf(request),
    place: [city, country].filter((part) => typeof part === 'string' && part !== '').join(', '),
  };
}

/** What the operator calls their own networks, read once. Those that could not be read are faults of the configuration. */
const trustedNetworksOf = (written: readonly string[]): Network[] =>
  written.flatMap((network) => parseNetwork(network) ?? []);

/**
 * Makes what tells the same as it is compared. The address is looked at here, and goes nowhere.
 * @param trustedNetworks as in the configuration
 */
export function createSightings(trustedNetworks: readonly string[]): (request: Request) => Sighting {
  const networks = trustedNetworksOf(trustedNetworks);
  return (request) => sightingOf(request, networks);
}

function sightingOf(request: Request, networks: readonly Network[]): Sighting {
  const { country, asn, latitude, longitude } = edgeOf(request);
  const network = typeof asn === 'number' ? asn : 0;
  return {
    country: text(country).slice(0, 2),
    network,
    trusted: isInNetworks(networks, request.headers.get('CF-Connecting-IP') ?? '', network),
    latitude: degrees(latitude),
    longitude: degrees(longitude),
    ...kindOf(userAgentOf(request)),
  };
}
