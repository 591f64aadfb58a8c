import Bowser from 'bowser';
import type { Sighting } from '../core/risk/sighting.ts';
import type { Device } from '../user/types.ts';
import { memory } from '../verify/memory.ts';

/** What the edge says of where a request came from. Nothing of it is the caller's own word. */
type Edge = Partial<Record<'country' | 'city' | 'asn' | 'latitude' | 'longitude', unknown>>;

const edgeOf = (request: Request): Edge => (request.cf ?? {}) as Edge;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const degrees = (value: unknown): number | null => {
  const number = Number.parseFloat(text(value));
  return Number.isFinite(number) ? Math.round(number) : null;
};

const MAXIMUM_USER_AGENT = 300;

const userAgentOf = (request: Request): string =>
  (request.headers.get('User-Agent') ?? '').slice(0, MAXIMUM_USER_AGENT);

/** Taking a header apart costs more than the rest of a refresh but its signature, and few of them differ. */
const kinds = memory<Pick<Sighting, 'browser' | 'system'>>(2000);

function kindOf(userAgent: string): Pick<Sighting, 'browser' | 'system'> {
  if (userAgent === '') return { browser: '', system: '' };
  const known = kinds.get(userAgent);
  if (known) return known;
  const { browser, os } = Bowser.parse(userAgent);
  const kind = { browser: browser.name ?? '', system: os.name ?? '' };
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

/** The same, as it is compared. */
export function sightingOf(request: Request): Sighting {
  const { country, asn, latitude, longitude } = edgeOf(request);
  return {
    country: text(country),
    network: typeof asn === 'number' ? asn : 0,
    latitude: degrees(latitude),
    longitude: degrees(longitude),
    ...kindOf(userAgentOf(request)),
  };
}
