import { matcher, type Pattern, parsePattern, withTexts } from './pattern.ts';

/** Where a route stands. Host and path are patterns of URLPattern without regular expressions (./pattern.ts). */
export interface Place {
  /** With a port if it needs one. */
  host: string;
  path: string;
  /** Absent for every method. */
  methods?: readonly string[] | undefined;
}

/** The name of a host, or a pattern of names, and the port as it stands there, with its colon. */
export function parseHost(text: string): { name: Pattern; port: string } | undefined {
  const [port = ''] = /:\d+$/.exec(text) ?? [];
  const name = parsePattern(text.slice(0, text.length - port.length), '.');
  return name && { name, port };
}

/** A host that stands for itself alone: most do, and those of IPv6 addresses, which no pattern has. */
export const isLiteralHost = (text: string): boolean =>
  !/[*{}?+\\(]|:(?!\d)/.test(text) || text.startsWith('[');

/** @param host as `parseTarget` has it. @throws for what is no pattern: src/config/route-pattern.ts lets none through. */
export function hostMatcher(text: string): (host: string) => boolean {
  if (isLiteralHost(text)) return (host) => host === text;
  const parsed = parseHost(text);
  if (!parsed) throw new Error('no pattern of a host');
  const { name, port } = parsed;
  const matches = matcher(name);
  return (host) => {
    const [own = ''] = /:\d+$/.exec(host) ?? [];
    return own === port && matches(host.slice(0, host.length - own.length));
  };
}

/** GET covers HEAD (RFC 9110 §9.3.2). */
export const methodsOf = ({ methods }: Place): ReadonlySet<string> | undefined =>
  methods && new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    // Half a character beside a wildcard.
    return text;
  }
};

/**
 * A text without encoding, case, look-alikes, and characters that nobody sees. Upper case first: it is what makes one
 * letter of the dotted and the dotless i. Decomposed (NFKD tells apart what NFKC tells apart), so that an accent that
 * follows the text of a pattern changes nothing in it.
 */
const folded = (text: string): string =>
  text.includes('%')
    ? decoded(text)
        .normalize('NFKD')
        .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
        .toUpperCase()
        .toLowerCase()
    : text.toLowerCase();

/** A pattern that takes what `folded` makes of the paths that it takes. */
export const foldedPattern = (pattern: Pattern): Pattern => withTexts(pattern, folded);

const eachSegment = (path: string, change: (segment: string) => string): string =>
  path.split('/').map(change).join('/');

/** Without the dots and spaces that end it. A loop: of a long run of them, a regular expression would try each as the first. */
function withoutEnd(segment: string): string {
  let end = segment.length;
  while (end > 0 && (segment[end - 1] === '.' || segment[end - 1] === ' ')) end -= 1;
  return segment.slice(0, end);
}

/** Whether there is anything that an origin could overlook. */
const overlooked = /:|[. /](?:\/|$)/;

/**
 * A folded path as forgiving origins read it: whatever slash is at its end; as Windows has it, without the dots and spaces
 * that end a segment; and without an alternate data stream.
 */
function readingsOf(text: string): string[] {
  if (!overlooked.test(text)) return [text, `${text}/`];
  const trimmed = eachSegment(text, withoutEnd);
  const named = eachSegment(text, (segment) => withoutEnd(segment.split(':', 1)[0] ?? ''));
  return [...new Set([text, trimmed, named])].flatMap((reading) => {
    const bare = reading.replace(/\/{2,}/g, '/').replace(/\/$/, '');
    return [bare, `${bare}/`];
  });
}

/**
 * What is left for an origin that first takes look-alikes for what they look like, and then ends the path at ? or # and
 * a segment at a semicolon; undefined where that changes nothing. (Slashes and dots of that kind are refused: ./path.ts.)
 */
function cutReadings(path: string): string[] | undefined {
  if (!path.includes('%')) return undefined;
  const text = folded(path);
  const cut = eachSegment(text.replace(/[?#].*$/s, ''), (segment) => segment.replace(/;.*$/s, ''));
  return cut === text ? undefined : readingsOf(cut);
}

/** Whether a forgiving reader could take the first segment of a path for one of these, as in `/%73ignin/` or `/SIGNIN`. */
export const couldBeginWith = (path: string, segments: ReadonlySet<string>): boolean =>
  [...readingsOf(folded(path)), ...(cutReadings(path) ?? [])].some((reading) =>
    segments.has(`/${reading.split('/', 2)[1]}`),
  );

interface Compiled<R> {
  route: R;
  methods: ReadonlySet<string> | undefined;
  matches(path: string): boolean;
  /** Whether it takes one of the readings of a path. */
  couldMatch(readings: readonly string[]): boolean;
}

function compile<R extends Place>(route: R): Compiled<R> {
  const pattern = parsePattern(route.path, '/');
  if (!pattern) throw new Error('no pattern of a path');
  const matchesFolded = matcher(foldedPattern(pattern));
  return {
    route,
    methods: methodsOf(route),
    matches: matcher(pattern),
    couldMatch: (all) => all.some(matchesFolded),
  };
}

function firstMatch<R>(table: readonly Compiled<R>[], path: string, method: string): R | undefined {
  let read: string[] | undefined;
  const cut = cutReadings(path);
  let decides = !cut;
  for (const one of table) {
    if (one.methods && !one.methods.has(method)) continue;
    // The first route that such an origin could mean must be the route of the path itself.
    decides ||= cut !== undefined && one.couldMatch(cut);
    if (one.matches(path)) return decides ? one.route : undefined;
    read ??= readingsOf(folded(path));
    if (one.couldMatch(read) || (cut && decides)) return undefined;
  }
  return undefined;
}

/** Hosts that only a pattern matches are worked out once each; this many are kept. */
const MAXIMUM_HOSTS = 1_000;

export interface Routes<R> {
  /**
   * The first route that matches, or undefined: then nothing is forwarded. Host and path come from `parseTarget`.
   *
   * A path that an earlier route, of a method that the request has, would match but for its case, an encoded character, a
   * trailing slash and the like has no route at all: an origin that overlooks such differences would serve what the
   * earlier route protects under a later, laxer one.
   */
  match(host: string, path: string, method: string): R | undefined;
  /** The routes of a host, in their order. */
  of(host: string): readonly R[];
}

/** Compiles routes, in the order in which they are asked. */
export function createRoutes<R extends Place>(routes: readonly R[]): Routes<R> {
  const compiled = routes.map((route) => ({ ...compile(route), onHost: hostMatcher(route.host) }));
  const on = (host: string) => {
    const table = compiled.filter(({ onHost }) => onHost(host));
    return { table, routes: table.map(({ route }) => route) };
  };
  const none: ReturnType<typeof on> = { table: [], routes: [] };
  const hosts = routes.map(({ host }) => host);
  const literal = new Map(hosts.filter(isLiteralHost).map((host) => [host, on(host)]));
  const hasPatterns = !hosts.every(isLiteralHost);
  const others = new Map<string, ReturnType<typeof on>>();

  function at(host: string) {
    const known = literal.get(host) ?? others.get(host);
    if (known || !hasPatterns) return known ?? none;
    const found = on(host);
    // A caller chooses the host: strangers must not fill the memory.
    if (others.size >= MAXIMUM_HOSTS) others.clear();
    if (found.table.length > 0) others.set(host, found);
    return found;
  }

  return {
    match: (host, path, method) => firstMatch(at(host).table, path, method),
    of: (host) => at(host).routes,
  };
}
