interface Pattern {
  host: string;
  /** An exact path, or a prefix that ends in `/*`; the prefix covers the path before it as well. */
  path: string;
}

const covers = (pattern: string, path: string): boolean =>
  pattern.endsWith('/*')
    ? path === pattern.slice(0, -2) || path.startsWith(pattern.slice(0, -1))
    : path === pattern;

/**
 * The path as a forgiving origin reads it: decoded, without case, without trailing slashes; and, as Windows has it,
 * without the dots and spaces that end a segment and without an alternate data stream. Upper case first: it is what
 * makes one letter of the dotted and the dotless i.
 */
const folded = (path: string): string =>
  decodeURIComponent(path)
    .normalize('NFKC')
    .toUpperCase()
    .toLowerCase()
    .split('/')
    .map((segment) => segment.replace(/:.*$/s, '').replace(/[. ]+$/, ''))
    .join('/')
    .replace(/\/+$/, '');

/**
 * The first route that matches, or undefined: then nothing is forwarded. Both host and path come from `parseTarget`.
 * A path that an earlier route would match but for its case, an encoded character or a trailing slash has no route at
 * all: an origin that overlooks such differences would serve what the earlier route protects under a later, laxer one.
 */
export function matchRoute<R extends Pattern>(
  routes: readonly R[],
  host: string,
  path: string,
): R | undefined {
  for (const route of routes) {
    if (route.host !== host) continue;
    if (covers(route.path, path)) return route;
    if (covers(folded(route.path), folded(path))) return undefined;
  }
  return undefined;
}
